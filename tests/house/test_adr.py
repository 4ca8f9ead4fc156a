"""Decisions of weight: one page each, of one shape, and kept by something that runs."""

import re
import tomllib
from pathlib import Path

import pytest

from tools.docstrings import ROOT

PAGES = sorted((ROOT / "docs" / "adr").glob("*.md"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [page.stem[:4] for page in PAGES] == [f"{n:04d}" for n in range(1, len(PAGES) + 1)]


@every_page
def test_a_decision_is_one_line_with_its_reasons_around_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert len(re.findall(r"^> ", text, re.MULTILINE)) == 1


@every_page
def test_a_decision_names_what_keeps_it(page: Path) -> None:
    last = page.read_text(encoding="utf-8").strip().split("\n\n")[-1]
    assert last.startswith("Enforced by: ")
    named = re.findall(r"`([^`]+)`", last)
    assert named
    for name in named:
        assert (ROOT / name).exists() or _is_target(name), name
    contracts = {contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert set(re.findall(r'"([^"]+)"', " ".join(last.split()))) <= contracts


def _is_target(name: str) -> bool:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return name.startswith("make ") and f"\n{name.removeprefix('make ')}:" in makefile


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "adr" / "0008-dependencies.md").read_text(encoding="utf-8")
    listed = re.findall(r"[a-z0-9-]+", " ".join(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)[1:]))
    names = {re.match(r"[a-z0-9-]+", line)[0] for line in PROJECT["project"]["dependencies"]}  # type: ignore[index]
    assert names <= set(listed)
