"""The registry: where images are kept by digest."""
