"""A whole set of plugins whose world is a JSON file: it survives processes, and goes wrong where it is told to."""
