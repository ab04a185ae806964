"""Wiring: which role of this plugin is what; importing it costs nothing."""
