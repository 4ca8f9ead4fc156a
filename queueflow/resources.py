"""Where the folders that ship beside the code lie: displays/ and routing_rules/, in a wheel or in a checkout.

Lives here: the finding of them.
May import: the standard library's pathlib.
Never: read what is in them.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def root(name: str) -> Path:
    """The folder of that name: inside the installed package, else beside it. Raises FileNotFoundError."""
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name}/ is neither in the package nor beside it")
