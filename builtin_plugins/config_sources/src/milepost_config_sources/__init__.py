"""Sources of config values that are on every machine: `env`, `file` and `command`."""
