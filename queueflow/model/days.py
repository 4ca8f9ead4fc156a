"""Service days and instants: a facility's day from an instant, and Unix milliseconds to RFC 3339 and back.

Lives here: conversions of time. The instant is always an argument.
May import: the standard library's datetime, re and zoneinfo, model.ids.
Never: ask the machine what time it is.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from queueflow.model.ids import ServiceDay

_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises ZoneInfoNotFoundError or ValueError."""
    try:
        return ZoneInfo(name)
    except OSError as error:  # a folder of zones ("Asia"), or a name longer than a file's may be
        raise ValueError("there is no such time zone") from error


def local_time(at_ms: int, time_zone: str) -> datetime:
    """The facility's wall-clock time at an instant."""
    return datetime.fromtimestamp(at_ms / 1000, zone(time_zone))


@lru_cache(maxsize=1024)
def _second(at_s: int) -> str:
    """The same without the milliseconds; many things happen in one second, and formatting is what costs."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%S}"


def service_day(at_ms: int, time_zone: str) -> ServiceDay:
    """The service day (YYYYMMDD) that an instant falls in."""
    day = local_time(at_ms, time_zone)
    return ServiceDay(f"{day.year:04d}{day.month:02d}{day.day:02d}")


def rfc3339(at_ms: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC with milliseconds: 2026-11-24T00:30:00.000Z."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


def from_rfc3339(text: str) -> int:
    """Unix milliseconds of an RFC 3339 instant (section 5.6) with its offset; raises ValueError.

    What else ISO 8601 allows (week dates, no colons, no seconds) is refused: one instant, one way to write it.
    """
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("an instant is written 2026-11-24T00:30:00Z, or with its offset from UTC")
    return round(datetime.fromisoformat(text).timestamp() * 1000)
