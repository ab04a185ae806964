"""`python -m milepost.cli`: the same as `milepost`."""

from milepost.cli.main import main

main()
