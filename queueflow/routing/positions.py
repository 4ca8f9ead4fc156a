"""On which line each key of a TOML text stands: what the standard library's reader does not tell.

Lives here: Positions, and the walk over a text that tomllib has already found to be right.
May import: the standard library's re.
Never: the values (tomllib's), or a judgement of the text.
"""

import re
from typing import Final

Path = tuple[str | int, ...]
"""Keys and list indices from the top: ("clinic", "row", 6, "if", "service")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_STRINGS: Final = (
    re.compile(r'"""((?:[^"\\]|\\.|"(?!""))*)"""("{0,2})', re.DOTALL),
    re.compile(r"'''((?:[^']|'(?!''))*)'''('{0,2})", re.DOTALL),
    re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    re.compile(r"'([^'\n]*)'"),
)
_SCALAR = re.compile(r"[^,\]}\n#]+")
_ESCAPED: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class Positions:
    """The lines (from 1) of every key and list element of a valid TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._keys: dict[Path, int] = {(): 1}
        self._values: dict[Path, int] = {}
        self._lists: dict[Path, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._document()

    def line(self, path: Path) -> int:
        """The line of a key, of a table's header or of a list's element; of what holds it where it is not there."""
        while path not in self._keys:
            path = path[:-1]
        return self._keys[path]

    def value_line(self, path: Path) -> int:
        """The line on which a value's text begins: for a long string, that of its first character."""
        return self._values.get(path, self.line(path))

    def _line(self) -> int:
        low, high = 0, len(self._newlines)
        while low < high:
            middle = (low + high) // 2
            if self._newlines[middle] < self._at:
                low = middle + 1
            else:
                high = middle
        return low + 1

    def _document(self) -> None:
        prefix: Path = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text[self._at] == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _header(self) -> Path:
        line = self._line()
        of_list = self._text.startswith("[[", self._at)
        self._at += 2 if of_list else 1
        self._skip(_SPACE)
        *holders, last = self._key()
        path: Path = ()
        for key in holders:
            path = self._newest((*path, key))
            self._keys.setdefault(path, line)
        path = (*path, last)
        if of_list:
            self._lists[path] = self._lists.get(path, 0) + 1
            self._keys.setdefault(path, line)
            path = self._newest(path)
        self._skip(_SPACE)
        self._at += 2 if of_list else 1
        self._keys[path] = line
        return path

    def _newest(self, path: Path) -> Path:
        """The path itself, or that of its last table where it is a list of tables."""
        return (*path, self._lists[path] - 1) if path in self._lists else path

    def _pair(self, prefix: Path) -> None:
        line = self._line()
        path = prefix
        for key in self._key():
            path = (*path, key)
            self._keys.setdefault(path, line)
        self._skip(_SPACE)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        keys = [self._simple_key()]
        while self._text[self._skip(_SPACE)] == ".":
            self._at += 1
            self._skip(_SPACE)
            keys.append(self._simple_key())
        return keys

    def _simple_key(self) -> str:
        quote = self._text[self._at]
        if quote in "\"'":
            match = _STRINGS[2 if quote == '"' else 3].match(self._text, self._at)
            inner = match[1] if match else ""
            self._at = match.end() if match else self._at + 1
            return _ESCAPE.sub(_unescaped, inner) if quote == '"' else inner
        start = self._at
        self._skip(_BARE)
        return self._text[start : self._at]

    def _value(self, path: Path) -> None:
        character = self._text[self._at]
        if character == "[":
            self._list(path)
        elif character == "{":
            self._inline_table(path)
        elif character in "\"'":
            self._string(path)
        else:
            self._values[path] = self._line()
            self._skip(_SCALAR)

    def _string(self, path: Path) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self._text, self._at):
                long = match[0].startswith(('"""', "'''"))
                opened = self._line()
                self._values[path] = opened + (long and match[1].startswith(("\n", "\r\n")))
                self._at = match.end()
                return

    def _list(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._text[self._skip(_BLANK)] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._keys[(*path, number)] = self._line()
            self._value((*path, number))
            number += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._text[self._skip(_BLANK)] != "}":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._pair(path)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])
