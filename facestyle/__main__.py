"""`python -m facestyle` is the command `facestyle`."""

import sys

from facestyle.cli import main

if __name__ == "__main__":
    sys.exit(main())
