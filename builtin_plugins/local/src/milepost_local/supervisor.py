"""The program that outlives the command line: `supervisor.py FOLDER`, with its orders on standard input.

It stands on the standard library and on the files beside it, so that it starts quickly, needs little
memory, and does not care about the environment it was started from.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # Started by its path, isolated from the user's environment: only this folder's parent is added.
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from milepost_local.supervisor_program import main

    sys.exit(main(sys.argv))
