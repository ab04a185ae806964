"""Builders: an image from a Dockerfile, from a registry, or one that is only referred to."""
