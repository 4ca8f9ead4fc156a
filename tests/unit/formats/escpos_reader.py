"""What a thermal printer would make of bytes: a small reader of ESC/POS, written from the commands' own description.

Lives here: read, and Printed.
May import: the standard library.
Never: know python-escpos; a command that is not here is an error.
"""

from dataclasses import dataclass, field

# Command -> the length of what it takes.
_FIXED = {b"\x1b@": 0, b"\x1b!": 1, b"\x1bE": 1, b"\x1ba": 1, b"\x1bt": 1, b"\x1bd": 1, b"\x1d!": 1, b"\x1dV": 1}


@dataclass
class Printed:
    """`lines`: each text with how many times as wide as usual its letters are. `rows`: the picture's, 1 is black.
    `stored`: what was given to be made a QR of, `codes`: what was printed of it."""

    lines: list[tuple[str, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    strips: list[int] = field(default_factory=list)
    stored: str = ""
    codes: list[str] = field(default_factory=list)
    began: bool = False
    cut: bool = False

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.lines]


def read(data: bytes) -> Printed:
    """Raises AssertionError for what a plain printer would not understand."""
    out, at, line, width = Printed(), 0, "", 1
    while at < len(data):
        assert not out.cut, "something follows the cut"
        two = data[at : at + 2]
        if two in _FIXED:
            width = _obeyed(out, two, data[at + 2], width)
            at += 2 + _FIXED[two]
        elif data[at : at + 4] == b"\x1dv0\x00":
            at += _picture(out, data[at:])
        elif data[at : at + 3] == b"\x1d(k":
            at += _code(out, data[at:])
        elif data[at] == 0x0A:
            out.lines.append((line, width))
            line, at = "", at + 1
        else:
            assert 0x20 <= data[at] < 0x7F, f"byte {data[at]:#x} at {at}"
            line, at = line + chr(data[at]), at + 1
    assert line == "", "a line without its end is not printed"
    return out


def _obeyed(out: Printed, command: bytes, value: int, width: int) -> int:
    """How wide letters are after a command."""
    if command == b"\x1b@":
        out.began = True
    elif command == b"\x1dV":
        assert value in (0, 1)
        out.cut = True
    elif command == b"\x1b!":
        return 2 if value & 0x20 else 1
    elif command == b"\x1d!":
        return (value >> 4) + 1
    return width


def _picture(out: Printed, data: bytes) -> int:
    """Takes GS v 0; gives its length."""
    across, down = (int.from_bytes(data[n : n + 2], "little") for n in (4, 6))
    body = data[8 : 8 + across * down]
    assert len(body) == across * down
    for row in range(down):
        part = body[row * across : (row + 1) * across]
        out.rows.append([byte >> bit & 1 for byte in part for bit in range(7, -1, -1)])
    out.strips.append(down)
    return 8 + across * down


def _code(out: Printed, data: bytes) -> int:
    """Takes GS ( k; gives its length."""
    length = int.from_bytes(data[3:5], "little")
    kind, what, said = data[5], data[6], data[7 : 5 + length]
    assert kind == ord("1")
    if what == 80:
        out.stored = said.removeprefix(b"0").decode("ascii")
    elif what == 81:
        out.codes.append(out.stored)
    return 5 + length
