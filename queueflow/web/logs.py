"""Log lines: one line each, as text for a terminal or as JSON for a collector.

Lives here: the two forms, and what is left out of both.
May import: the standard library, msgspec.
Never: a body, a query string, a header or an exception's own text: any of them may hold a name.
"""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Final

import msgspec

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_QUERY: Final = re.compile(r"\?[^\s\"']*")
_DEEPEST: Final = 8


class _Line(logging.Formatter):
    """Common to both forms: the sentence on one line, and of an exception only its kind and where it came from."""

    def sentence(self, record: logging.LogRecord) -> str:
        # asyncio writes the repr of what failed below its first line, and a repr may hold anything.
        text = record.getMessage().split("\n", 1)[0] if record.name == "asyncio" else record.getMessage()
        text = _QUERY.sub("?…", text)
        if record.exc_info and record.exc_info[0] is not None:
            text = f"{text} | {record.exc_info[0].__name__} at {_where(record.exc_info[2])}"
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class TextLine(_Line):
    """2026-11-24 07:31:02 WARNING queueflow.app: the store cannot be reached."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        return (
            f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {record.levelname} {record.name}: {self.sentence(record)}"
        )


class JsonLine(_Line):
    """{"at": …, "level": …, "logger": …, "message": …}."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.sentence(record),
        }
        return msgspec.json.encode(line).decode()


def set_up(form: str, level: str) -> None:
    """Send every logger of this process to standard error, in that form (`text` or `json`)."""
    to = logging.StreamHandler(sys.stderr)
    to.setFormatter(JsonLine() if form == "json" else TextLine())
    logging.basicConfig(handlers=[to], level=level.upper(), force=True)
    for quiet in ("uvicorn", "uvicorn.error", "httpx", "httpcore", "websockets"):
        logging.getLogger(quiet).setLevel(max(logging.WARNING, logging.getLogger().level))


def _where(found: TracebackType | None) -> str:
    frames = traceback.extract_tb(found)[-_DEEPEST:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
