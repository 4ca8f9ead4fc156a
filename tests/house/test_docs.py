"""What a person can set, read or type is in the docs, and the docs name nothing else."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.main

from queueflow import cli
from queueflow.settings import FILE_VARIABLE, PREFIX, Settings
from tools.docstrings import ROOT, modules

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if path.name not in ("map.md", "engine.md"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _commands() -> list[tuple[str, str]]:
    """Every line of a shell block in the docs that runs make or queueflow, with the page it stands in."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                command = re.sub(r"^sudo (-u \w+ )?", "", line.partition(" #")[0].strip())
                if re.match(r"(\S*/)?(make|queueflow)(\s|$)", command):
                    found.append((str(page.relative_to(ROOT)), command))
    return found


@pytest.mark.parametrize(("page", "command"), _commands())
def test_a_command_in_the_docs_can_be_typed(page: str, command: str) -> None:
    program, *words = shlex.split(command)
    if Path(program).name == "make":
        targets = [word for word in words if "=" not in word and not word.startswith("-")]
        variables = [word.partition("=")[0] for word in words if "=" in word]
        assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)
        assert all(re.search(rf"^{name} \??:?=", MAKEFILE, re.MULTILINE) for name in variables)
    else:
        _parse(typer.main.get_command(cli._commands), words)


def _parse(command: Any, words: list[str]) -> None:
    """Parses as the program would, without running it; raises UsageError for what it does not know."""
    context = command.make_context("queueflow", list(words))
    if hasattr(command, "resolve_command"):
        name, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert inner, name
        _parse(inner, rest)


def test_every_setting_has_its_line() -> None:
    names = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)} | {FILE_VARIABLE}
    text = (DOCS / "run.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(QUEUEFLOW_\w+)`", text, re.MULTILINE)) == names
    for page in PAGES:
        assert set(re.findall(r"\bQUEUEFLOW_[A-Z_]+\b", page.read_text(encoding="utf-8"))) <= names, page


def _made(*callables: str) -> set[str]:
    """The first argument of every call of those names in the package; a logger's own module for `__name__`."""
    found: set[str] = set()
    for path in modules():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in callables and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
                elif ast.unparse(first) == "__name__":
                    found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def _table(title: str) -> set[str]:
    text = (DOCS / "telemetry.md").read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([\w.]+)`", section, re.MULTILINE))


def test_every_figure_has_its_line() -> None:
    made = _made("Counter", "Gauge", "Histogram")
    assert _table("Figures") == {name for name in made if name.startswith("queueflow_")}


def test_every_logger_has_its_line() -> None:
    assert _table("Logs") == _made("getLogger")
