"""`python -m resonant`: the same as the command `resonant`."""

from resonant.cli import main

main()
