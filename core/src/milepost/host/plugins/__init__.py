"""Plugins: found without an import, loaded when the project names them, blamed when they fail."""
