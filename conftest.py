"""What every test can use: the engines of `tests/engines`."""

pytest_plugins = ("tests.engines.plugin",)
