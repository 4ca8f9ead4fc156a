import re

from tools.docstrings import ROOT

TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _versions() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_version_begins_with_prose_and_lists_each_change_once() -> None:
    assert next(iter(_versions())) == "Unreleased"
    for version, text in _versions().items():
        prose, *lists = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
        assert len(prose.split()) > 20, version
        assert "\n- " not in prose, version
        kinds = lists[::2]
        assert set(kinds) <= KINDS, version
        assert len(set(kinds)) == len(kinds), version
        entries = re.findall(r"^- (.+)$", text, re.MULTILINE)
        assert len(set(entries)) == len(entries), version
