"""``python -m leadline`` is the command line."""

from leadline.cli import main

main()
