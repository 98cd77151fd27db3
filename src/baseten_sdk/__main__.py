"""`python -m baseten_sdk`, and the script `baseten-sdk`: the command line, or what it takes to have it."""

from __future__ import annotations

import sys

NEEDED = frozenset({"rich", "typer"})
"""What the extra `cli` installs."""

INTERRUPTED = 130


def main() -> int:
    """Run the command line; the exit code. What comes out of a command is an exception: `SystemExit`."""
    try:
        from .cli.app import run

        run()
    except KeyboardInterrupt:  # The modules of a command are imported here, which takes most of its time.
        return INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        sys.stderr.write(
            f"The command line needs {error.name}, which is not installed: pip install 'baseten-sdk[cli]'\n"
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
