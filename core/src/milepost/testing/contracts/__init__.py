"""Contract tests: a class for each role, with all that a plugin of that role must hold to."""
