"""The host: reads the project file, finds plugins, keeps the history, carries out the lifecycle; prints nothing."""
