"""The engine: where it is, how to speak with it, what to say when that fails."""
