"""What every module says of itself: its sentence and its three lines.

Lives here: reading them out of Python files and out of the scripts of displays/.
May import: the standard library.
Never: import the code it reads.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "queueflow"
DISPLAYS = ROOT / "displays"
LINES = ("Lives here", "May import", "Never")

_LINE = re.compile(rf"^({'|'.join(LINES)}): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """A file's first sentence, and what follows each of the three labels, in the order found."""

    path: Path
    sentence: str
    lines: tuple[tuple[str, str], ...]

    def line(self, label: str) -> str:
        """What the file says under a label; empty when it says nothing."""
        return dict(self.lines).get(label, "")


def modules() -> list[Path]:
    """Every Python file of the package, in the order of its path."""
    return sorted(PACKAGE.rglob("*.py"))


def of_module(path: Path) -> Said:
    """What a Python module says of itself."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return Said(path, " ".join(text.split("\n\n")[0].split()), tuple(_LINE.findall(text)))


def of_script(path: Path) -> Said:
    """What a script of displays/ says of itself: its first comment, up to the first line that is none."""
    said: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        said.append(line.removeprefix("//").strip())
    text = "\n".join(said)
    return Said(path, " ".join(text.split("\nNever:")[0].split()), tuple(_LINE.findall(text)))
