"""`python -m archcalc` is the command."""

from .cli import main

raise SystemExit(main())
