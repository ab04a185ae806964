"""Docker for milepost: builders, a registry, a platform."""
