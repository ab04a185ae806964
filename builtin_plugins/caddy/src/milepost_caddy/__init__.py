"""The plugin `caddy` of milepost."""
