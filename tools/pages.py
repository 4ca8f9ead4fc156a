"""The pages of docs/ that no hand keeps: the map of the code, and the engine's commands.

Lives here: their text, made of what the files say of themselves; `make docs` writes it, tests/house compares it.
May import: the standard library, tools.
Never: a sentence about a file that the file does not say itself.
"""

from collections.abc import Iterable
from pathlib import Path

from tools import lua_heads
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


ENGINE = ROOT / "docs" / "engine.md"

_ENGINE_HEAD = """\
# The engine's commands

Made by `make docs` from the head comments of `queueflow/store/functions/*.lua`. The checks compare those with the
structs in `model/commands.py`, the methods of `store.calls` and `store.reads`, the errors, the events, and with what
the code in fact refuses, tells and touches.

Each is one function of the store, called with one argument: a MessagePack map, the struct of the same name. It is one
round trip, and it happens whole or not at all. The answer is a map with `ok` (the result) or `refused` (a problem's
slug and fields): a refusal is a value, an error reply means a bug or an outage.

Every command also takes `facility`, `now_ms` (the caller's clock; a facility's own never goes back), `day`, `actor` and
`once` (`key`, `fingerprint`: the same request again gets the same answer and changes nothing). Every read takes
`facility` and `now_ms`. Beyond what is listed, every command may refuse with {refuses},
and the first command of a later service day tells {tells}. A `?` marks what may be left out; so may any list
or map that is empty. The costs are those of one call, n being the length of a queue.
"""


def engine_page() -> str:
    """docs/engine.md: what each function of the engine takes, gives, refuses, tells and costs."""
    heads = [lua_heads.head(path) for path in lua_heads.functions()]
    of_all = lua_heads.reach_of_all()
    parts = [_ENGINE_HEAD.format(refuses=_codes(sorted(of_all.refuses)), tells=_codes(sorted(of_all.tells)))]
    for title, reads in (("## Commands\n", False), ("## Reads\n", True)):
        parts.append(title)
        parts += [_function(head) for head in heads if head.path.stem.startswith("read_") == reads]
    return "\n".join(parts)


def _function(head: lua_heads.Head) -> str:
    lines = [f"### [{head.path.stem}](../{head.path.relative_to(ROOT)})\n", f"{head.does}\n"]
    if head.takes:
        lines += ["| takes | type | |", "|---|---|---|"]
        lines += [
            f"| `{field.name}` | {field.kind}{'?' * field.optional} | {_cell(field.note)} |" for field in head.takes
        ]
        lines.append("")
    lines.append(f"- gives `{head.gives}`")
    if head.refuses:
        lines.append(f"- refuses {_codes(head.refuses)}")
    if head.tells:
        lines.append(f"- tells {_codes(head.tells)}")
    lines.append(f"- costs {head.costs}")
    lines.append(f"- keys {_codes(head.keys)}")
    return "\n".join(lines) + "\n"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def pages() -> dict[Path, str]:
    """Every generated page and its text as the code now has it."""
    return {MAP: map_page(), ENGINE: engine_page()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
        print(page.relative_to(ROOT))
