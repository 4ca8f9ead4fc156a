"""What every function of the engine says of itself in its head comment, and what its code can do.

Lives here: reading both out of store/functions/*.lua.
May import: the standard library, tools.docstrings.
Never: run Lua, or know a command by its name.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.docstrings import PACKAGE

FUNCTIONS = PACKAGE / "store" / "functions"
SHARED = FUNCTIONS / "shared"
LABELS = ("takes", "gives", "refuses", "tells", "costs", "keys")

_LABEL = re.compile(rf"(?:({'|'.join(LABELS)})(?:\s+|$)|\s+)(.*)")
_FIELD = re.compile(r"(\w+): (str|int|float|bool|list|map)(\??)(?:\s{2,}(.+))?")
_WORD = r"[a-z][a-z0-9.-]*"

# What every command does before its own part: docs/engine.md says it once, a head does not repeat it.
ALL_COMMANDS = ("qf.register", "qf.enter_day")
ALWAYS_AT_HAND = frozenset({"meta", "events", "setup", "once", "clinic", "waiting", "wishes"})
"""Keys that any function may touch: the facility's own, and the clinics' lines, of which events and answers tell."""

# A definition at the left margin; what it is called by in its own file.
_DEFINITION = re.compile(
    r"^(?:local function (?P<local>\w+)|function (?P<shared>qf\.\w+)|function (?P<member>\w+)\.\w+"
    r"|(?P<slot>\w+)\[.*\] = |(?P<table>qf\.\w+) = |local (?P<value>\w+))"
)


@dataclass(frozen=True)
class Field:
    """One field that a function takes; `optional` when it may be left out."""

    name: str
    kind: str
    optional: bool
    note: str


@dataclass(frozen=True)
class Head:
    """A function's contract as its head comment has it."""

    path: Path
    does: str
    takes: tuple[Field, ...]
    gives: str
    refuses: tuple[str, ...]
    tells: tuple[str, ...]
    costs: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """What the code of a function can refuse, tell and touch, itself and in the shared steps that it uses."""

    refuses: frozenset[str]
    tells: frozenset[str]
    keys: frozenset[str]


class HeadInvalid(ValueError):
    """A head comment that is not of the one form."""


def functions() -> list[Path]:
    """Every command and read, in the order of its name."""
    return sorted(FUNCTIONS.glob("*.lua"))


def head(path: Path) -> Head:
    """The head comment of a function. Raises HeadInvalid, naming the file and the line."""
    does: list[str] = []
    said: dict[str, list[str]] = {}
    label = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        text = line.removeprefix("--").removeprefix(" ")
        match = _LABEL.fullmatch(text)
        if match and (match[1] or label):
            if match[1]:
                label = match[1]
                said[label] = []
            said[label].append(match[2].strip())
        elif text and not label:
            does.append(text)
        elif text:
            raise HeadInvalid(f"{path.name}: not understood: {text}")
    if tuple(said) != LABELS:
        raise HeadInvalid(f"{path.name}: a head has {', '.join(LABELS)}, in that order; here are {', '.join(said)}")
    return Head(
        path=path,
        does=" ".join(does),
        takes=tuple(_field(path, text) for text in said["takes"] if text),
        gives=" ".join(said["gives"]),
        refuses=_words(said["refuses"]),
        tells=_words(said["tells"]),
        costs=" ".join(said["costs"]),
        keys=_words([text.partition(";")[0] for text in said["keys"]]),
    )


def reach(path: Path) -> Reach:
    """What the code of a function can do beyond what all commands do, by the names that it and its steps use."""
    return _reach([_code(path)], set(ALL_COMMANDS))


def reach_of_all() -> Reach:
    """What any command can do before its own part."""
    return _reach(list(ALL_COMMANDS), set())


def _reach(bodies: list[str], seen: set[str]) -> Reach:
    steps = _steps()
    waiting = {name for body in bodies for name in _uses(body)}
    while waiting:
        name = waiting.pop()
        if name in seen or name not in steps:
            continue
        seen.add(name)
        bodies.append(steps[name])
        waiting |= _uses(steps[name])
    code = "\n".join(bodies)
    return Reach(
        refuses=frozenset(re.findall(r'qf\.refuse\("([^"]+)"', code)),
        tells=frozenset(re.findall(r'qf\.(?:tell\(c|register_move\("\w+"), "([^"]+)"', code)),
        keys=frozenset(re.findall(r"qf\.key\.(\w+)", code)),
    )


def _field(path: Path, text: str) -> Field:
    match = _FIELD.fullmatch(text)
    if match is None:
        raise HeadInvalid(f"{path.name}: a field is `name: type  note`, not {text!r}")
    return Field(match[1], match[2], bool(match[3]), match[4] or "")


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(re.findall(_WORD, " ".join(texts)))


def _code(path: Path) -> str:
    return re.sub(r"--.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _uses(code: str) -> set[str]:
    return set(re.findall(r"qf\.\w+", code))


@cache
def _steps() -> dict[str, str]:
    """Each shared step with all the code it can run in its own file; a file's locals count for who names them."""
    steps: dict[str, str] = {}
    for path in sorted(SHARED.glob("*.lua")):
        own: dict[str, str] = {}
        name = ""
        for line in _code(path).splitlines():
            match = _DEFINITION.match(line)
            if match:
                name = next(group for group in match.groups() if group)
            own[name] = f"{own.get(name, '')}\n{line}"
        steps |= {name: _with_locals(name, own) for name in own if name.startswith("qf.")}
    return steps


def _with_locals(name: str, own: dict[str, str]) -> str:
    seen: set[str] = set()
    waiting = {name}
    while waiting:
        one = waiting.pop()
        seen.add(one)
        waiting |= {word for word in re.findall(r"\w+", own[one]) if word in own} - seen
    return "\n".join(own[one] for one in sorted(seen))
