"""Service days and instants: a facility's day from an instant, and Unix milliseconds to RFC 3339 and back.

Lives here: conversions of time. The instant is always an argument.
May import: the standard library's datetime and zoneinfo, model.ids.
Never: ask the machine what time it is.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from queueflow.model.ids import ServiceDay


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises ZoneInfoNotFoundError or ValueError."""
    return ZoneInfo(name)


def local_time(at_ms: int, time_zone: str) -> datetime:
    """The facility's wall-clock time at an instant."""
    return datetime.fromtimestamp(at_ms / 1000, zone(time_zone))


def service_day(at_ms: int, time_zone: str) -> ServiceDay:
    """The service day (YYYYMMDD) that an instant falls in."""
    return ServiceDay(local_time(at_ms, time_zone).strftime("%Y%m%d"))


def rfc3339(at_ms: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC with milliseconds: 2026-11-24T00:30:00.000Z."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def from_rfc3339(text: str) -> int:
    """Unix milliseconds of an RFC 3339 instant with its offset; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    return round(moment.timestamp() * 1000)
