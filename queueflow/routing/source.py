"""A TOML file as it is read: each section gives its values typed, and notes as a finding what is not as expected.

Lives here: Source, Section.
May import: model.ids, routing.tables, routing.columns, routing.positions, the standard library's tomllib.
Never: open a file (texts come in), or know what a facility or a rule is (read, facility_file).
"""

import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar, cast

from queueflow.model.ids import is_slug
from queueflow.routing.columns import nearest
from queueflow.routing.positions import Path, Positions
from queueflow.routing.tables import Finding, RulesInvalid, Severity
from queueflow.routing.unary import listed

_E = TypeVar("_E", bound=StrEnum)
_SYNTAX = re.compile(r"(.*) \(at line ([0-9]+), column ([0-9]+)\)", re.DOTALL)
_AT_END = re.compile(r"(.*) \(at end of document\)", re.DOTALL)


class Source:
    """One file's text and what was found wrong with it so far."""

    def __init__(self, text: str, file: str) -> None:
        """Raises RulesInvalid at once where the text is no TOML."""
        self.file = file
        self.findings: list[Finding] = []
        # Windows editors begin a file with a byte order mark and end its lines with two characters.
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            self.data = cast("dict[str, object]", tomllib.loads(text))
        except tomllib.TOMLDecodeError as wrong:
            raise RulesInvalid((_syntax(str(wrong), text, file),)) from None
        self.positions = Positions(text)

    def root(self) -> "Section":
        """The whole file."""
        return Section(self, self.data, (), "")

    def done(self) -> None:
        """Raise RulesInvalid if an error was noted."""
        self.findings.sort(key=lambda finding: finding.line)
        if any(finding.severity is Severity.ERROR for finding in self.findings):
            raise RulesInvalid(tuple(self.findings))


class Section:
    """One table of a file. `label` is how findings call it: `rooms 3 (p-101)`."""

    def __init__(self, source: Source, data: dict[str, object], path: Path, label: str) -> None:
        self.source = source
        self.data = data
        self.path = path
        self.label = label
        self._left = set(data)

    def wrong(
        self, sentence: str, key: str = "", mend: str = "", *, line: int | None = None, column: str | None = None
    ) -> None:
        """Note an error at one of the section's keys."""
        path = (*self.path, key) if key else self.path
        self.source.findings.append(
            Finding(
                file=self.source.file,
                line=line or self.source.positions.line(path),
                row=self.label,
                column=key if column is None else column,
                sentence=sentence,
                mend=mend,
            )
        )

    def line(self, *keys: str | int) -> int:
        """The line of the section, or of a key in it."""
        return self.source.positions.line((*self.path, *keys))

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self.data

    def take(self, key: str) -> object:
        """The raw value, which counts as read."""
        self._left.discard(key)
        return self.data.get(key)

    def close(self, known: Iterable[str]) -> None:
        """Note every key that nobody has read; `known` are those that may stand here."""
        for key in self.data:
            if key in self._left:
                self.unknown(key, "is not a key that can stand here.", known)

    def unknown(self, key: str, sentence: str, known: Iterable[str], word: str | None = None) -> None:
        """Note a name that is not known, with the nearest one that is."""
        name = key if word is None else word
        self.wrong(f'"{name}" {sentence}', key, mend(name, known))

    def text(self, key: str, default: str | None = None, *, expected: str = 'a text, such as "…"') -> str:
        """A text; noted where it is missing (without a default) or another kind of value."""
        value = self.take(key)
        if isinstance(value, str) and value.strip():
            return value
        if value is None and default is not None:
            return default
        self.missing_or(key, expected)
        return ""

    def words(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of different words, or one word alone."""
        value = self.take(key)
        if value is None and not needed:
            return ()
        items: list[object] = [value] if isinstance(value, str) else _list(value)
        words = [item for item in items if isinstance(item, str) and item]
        if not items or len(words) < len(items):
            self.missing_or(key, 'a list of words, such as ["a", "b"]')
            return ()
        for word in words:
            if words.count(word) > 1:
                self.wrong(f'"{word}" is written twice.', key)
                break
        return tuple(dict.fromkeys(words))

    def number(self, key: str, default: float, *, least: float, most: float) -> float:
        """A number within bounds."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self.missing_or(key, f"a number from {least:g} to {most:g}")
        return default

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.missing_or(key, f"a whole number from {least} to {most}")
        return default

    def truth(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self.missing_or(key, "true or false")
        return default

    def choice(self, key: str, kind: type[_E], default: _E) -> _E:
        """One of an enumeration's words."""
        value = self.take(key)
        if value is None:
            return default
        known = tuple(member.value for member in kind)
        if isinstance(value, str) and value in known:
            return kind(value)
        self.wrong(f"expected one of {listed(known)}.", key, meant(value, known) if isinstance(value, str) else "")
        return default

    def slug(self, key: str) -> str:
        """An id."""
        value = self.take(key)
        if isinstance(value, str) and is_slug(value):
            return value
        self.missing_or(key, "an id of 1 to 40 lower-case letters, digits and hyphens")
        return ""

    def section(self, key: str) -> "Section | None":
        """A table in this one, or None where it is not written."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Section(self.source, cast("dict[str, object]", value), (*self.path, key), self.label)
        self.missing_or(key, "a table, such as { … }")
        return None

    def sections(self, key: str, label: str) -> tuple["Section", ...]:
        """The tables of a list, each labelled with its number and its id or name."""
        value = self.take(key)
        items = _list(value)
        if value is not None and (not isinstance(value, list) or not all(isinstance(item, dict) for item in items)):
            self.missing_or(key, f"a list of tables, each begun with [[{'.'.join((*map(str, self.path), key))}]]")
            return ()
        return tuple(
            Section(self.source, data, (*self.path, key, number), _label(label, number + 1, data))
            for number, data in enumerate(cast("list[dict[str, object]]", items))
        )

    def missing_or(self, key: str, expected: str) -> None:
        """Note that a key is missing or holds something else than expected."""
        self.wrong(f"expected {expected}." if self.has(key) else f'"{key}" is missing: expected {expected}.', key)


def meant(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with the nearest known name, or nothing."""
    near = nearest(word, known)
    return f'Did you mean "{near}"?' if near else ""


def mend(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?`, or what there is, or nothing."""
    names = tuple(dict.fromkeys(known))
    return meant(word, names) or (f"There is: {listed(names)}." if names else "")


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _label(label: str, number: int, data: dict[str, object]) -> str:
    name = data.get("id", data.get("name"))
    return f"{label} {number} ({name})" if isinstance(name, str) and name else f"{label} {number}"


def _syntax(message: str, text: str, file: str) -> Finding:
    if found := _SYNTAX.fullmatch(message):
        return Finding(file=file, line=int(found[2]), sentence=f"not TOML: {found[1]}, at character {found[3]}.")
    if found := _AT_END.fullmatch(message):
        return Finding(file=file, line=text.rstrip("\n").count("\n") + 1, sentence=f"not TOML: {found[1]}, at the end.")
    return Finding(file=file, line=1, sentence=f"not TOML: {message}.")
