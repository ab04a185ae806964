"""The host: reads the project file, finds plugins, keeps the history and makes the lifecycle happen. It prints nothing."""
