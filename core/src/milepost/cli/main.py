"""Start-up of the command line."""


def main() -> None:
    """Carry out the command line."""
