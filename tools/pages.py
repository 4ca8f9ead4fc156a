"""The pages of docs/ that no hand keeps: the map of the code.

Lives here: their text, made of what the files say of themselves; `make docs` writes it, tests/house compares it.
May import: the standard library, tools.
Never: a sentence about a file that the file does not say itself.
"""

from pathlib import Path

from tools.docstrings import DISPLAYS, LINES, PACKAGE, ROOT, Said, modules, of_module, of_script

MAP = ROOT / "docs" / "map.md"

_MAP_HEAD = """\
# Map of the code

Made by `make docs` from the first lines of every file; the checks fail when it is out of date. A change of a
file's purpose is a change of its first lines.

An upper room imports lower ones, never the other way, and rooms on one line do not see each other; an import
against it fails `make check` (the contracts are in pyproject.toml):

    cli
    app
    web
    simulation | integrations
    operations | live | analytics
    archive
    store | routing | formats
    model
"""


def map_page() -> str:
    """docs/map.md: every room, every file in it, and what each may hold."""
    parts = [_MAP_HEAD]
    for folder in sorted({path.parent for path in modules()}, key=lambda folder: (folder != PACKAGE, folder)):
        files = [of_module(path) for path in modules() if path.parent == folder]
        room = next((said for said in files if said.path.name == "__init__.py"), None)
        parts.append(f"## {folder.relative_to(ROOT)}/\n")
        if room is not None:
            parts.append(f"{room.sentence}\n")
        parts.append(_table([said for said in files if said is not room]))
    parts.append("## displays/\n")
    parts.append(_scripts())
    return "\n".join(part for part in parts if part)


def _table(files: list[Said]) -> str:
    if not files:
        return ""
    rows = ["| file | what it is | may import | never |", "|---|---|---|---|"]
    rows += [
        f"| [{said.path.name}](../{said.path.relative_to(ROOT)}) | {_cell(said.sentence)} | "
        + " | ".join(_cell(said.line(label)) for label in LINES[1:])
        + " |"
        for said in files
    ]
    return "\n".join(rows) + "\n"


def _scripts() -> str:
    rows = ["| file | what it is | never |", "|---|---|---|"]
    for path in sorted(DISPLAYS.rglob("*.js")):
        said = of_script(path)
        place = path.relative_to(DISPLAYS)
        rows.append(
            f"| [{place}](../{path.relative_to(ROOT)}) | {_cell(said.sentence)} | {_cell(said.line('Never'))} |"
        )
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def pages() -> dict[Path, str]:
    """Every generated page and its text as the code now has it."""
    return {MAP: map_page()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
        print(page.relative_to(ROOT))
