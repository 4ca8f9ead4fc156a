"""Every file that git keeps: no path of one machine, no address of a package index, no dead link."""

import re
import subprocess
from pathlib import Path

import pytest

from tools.docstrings import ROOT

# Written so that these lines do not match themselves.
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w")
_INDEX = re.compile(r"py[p]i\.org|python[h]osted|npm[j]s|deb\.[d]ebian|[r]egistry\.npm")
_LINK = re.compile(r"(?:\[[^\]]*\]\(|src=\")([^)\s\"]+)")


def _kept() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_machine_path_or_a_package_index() -> None:
    found = [
        f"{_name(path)}: {match.group()}"
        for path in _kept()
        for pattern in (_MACHINE_PATH, _INDEX)
        for match in pattern.finditer(_text(path))
    ]
    assert found == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=_name)
def test_a_lock_has_a_hash_for_each_package_and_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(
        r"^\s*-", re.sub(r"^\s*--hash=sha256:[0-9a-f]{64}", "", text, flags=re.MULTILINE), re.MULTILINE
    )
    for package in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        assert "==" in package
        assert "--hash=sha256:" in package


@pytest.mark.parametrize("path", [path for path in _kept() if path.suffix == ".md"], ids=_name)
def test_every_link_in_a_page_leads_somewhere(path: Path) -> None:
    dead = [
        target
        for target in _LINK.findall(_text(path))
        if "://" not in target and not (path.parent / target.partition("#")[0]).resolve().exists()
    ]
    assert dead == []
