"""What is depended on is used, and what is used is depended on."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tools.docstrings import ROOT, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMES = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in PROJECT["dependencies"]}
USED_BY_OTHERS = {"tzdata", "uvloop"}
"""Time zones for the standard library; the event loop, which uvicorn is told to use by name."""


def _imported() -> set[str]:
    """The distributions that the package imports."""
    tops: set[str] = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                tops.add(node.module.partition(".")[0])
    known = packages_distributions()
    others = tops - set(sys.stdlib_module_names) - {"queueflow"}
    return {known[top][0].lower().replace("_", "-") for top in others}


def test_the_package_imports_what_it_depends_on_and_nothing_else() -> None:
    assert _imported() | USED_BY_OTHERS == NAMES


def _locked(file: str) -> dict[str, str]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE))


def test_the_locks_hold_every_dependency_and_agree() -> None:
    run, dev = _locked("run.txt"), _locked("dev.txt")
    assert set(run) >= NAMES
    assert {name: dev.get(name) for name in run} == run
