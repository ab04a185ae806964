"""milepost: build, push, deploy and release any app on any platform, through plugins."""

__version__ = "0.1.0"
