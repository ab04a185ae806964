"""The plugin `local` of milepost."""
