"""The project file: found, read, checked and evaluated."""
