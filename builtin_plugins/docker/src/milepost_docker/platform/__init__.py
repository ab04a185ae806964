"""The platform: containers that are staged, watched until they are ready, parked and removed."""
