"""`python -m queueflow` is `queueflow`.

Lives here: that, and nothing else.
May import: cli.
Never: run when it is imported by another name.
"""

from queueflow.cli import main

if __name__ == "__main__":
    main()
