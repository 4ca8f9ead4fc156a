import warnings
from pathlib import Path

import pytest

from tools.docstrings import DISPLAYS, LINES, PACKAGE, modules, of_module, of_script

LONGEST_FILE = 400

FILES = [path for path in modules() if path.name != "__init__.py"]
ROOMS = [path for path in modules() if path.name == "__init__.py"]
SCRIPTS = sorted(DISPLAYS.rglob("*.js"))


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_module_opens_with_a_sentence_and_its_three_lines(path: Path) -> None:
    said = of_module(path)
    assert said.sentence
    assert tuple(label for label, _ in said.lines) == LINES


@pytest.mark.parametrize("path", ROOMS, ids=_name)
def test_a_room_says_what_it_is_and_holds_no_code(path: Path) -> None:
    assert of_module(path).sentence
    code = path.read_text(encoding="utf-8").split('"""')[2].strip()
    assert not code or path.parent == PACKAGE, "a room's __init__ holds nothing: import from the file that has it"


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_a_script_opens_with_what_it_is_and_what_it_never_does(path: Path) -> None:
    said = of_script(path)
    assert said.sentence
    assert said.line("Never")


@pytest.mark.filterwarnings("default::UserWarning")
def test_a_file_past_the_cap_is_told() -> None:
    for path in [*modules(), *SCRIPTS, *sorted(PACKAGE.rglob("*.lua"))]:
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > LONGEST_FILE:
            warnings.warn(f"{_name(path)} has {lines} lines: it has two subjects, split it by verb", stacklevel=1)
