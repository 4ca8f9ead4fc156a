"""Log lines: one line each, and nothing of a patient in any."""

import json
import logging
import sys

import pytest

from queueflow.web.logs import JsonLine, TextLine

CANARY = "Hoàng Thị Chim Yến"


def record(message: str, *values: object, name: str = "queueflow.x", error: bool = False) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, values, sys.exc_info() if error else None)


@pytest.mark.parametrize("form", [TextLine(), JsonLine()])
def test_an_exceptions_own_words_are_left_out(form: logging.Formatter) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        line = form.format(record("it failed", error=True))
    assert CANARY not in line
    assert "ValueError at test_logs.py" in line


@pytest.mark.parametrize("form", [TextLine(), JsonLine()])
def test_whatever_is_in_a_message_it_stays_one_line(form: logging.Formatter) -> None:
    line = form.format(record("%s", "a\nb\r\x1b[2J\u202ec\u2028d"))
    assert not set(line) & set("\n\r\x1b\u202e\u2028")


def test_what_asyncio_quotes_of_a_task_and_query_strings_are_cut() -> None:
    line = TextLine().format(record(f"Task exception was never retrieved\nfuture: {CANARY}", name="asyncio"))
    assert CANARY not in line
    assert "name=" not in TextLine().format(record("GET /x?name=Yến HTTP/1.1"))


def test_json_lines_are_json() -> None:
    line = json.loads(JsonLine().format(record('a "quoted" %s', "word")))
    assert line["message"] == 'a "quoted" word'
    assert line["level"] == "error"
