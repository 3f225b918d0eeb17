"""`python -m leadlight.gate`: the process in which `leadlight build` runs MkDocs. See `build` and `config`."""

import sys

from leadlight.gate.config import main

main(*sys.argv[1:])
