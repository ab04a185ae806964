"""A platform for milepost: static files in a folder."""
