"""The history: where it lies, how it is written, read and locked."""
