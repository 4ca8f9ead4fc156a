"""The stops that a row gives, as it writes them: `["payment", { service = "x-ray", group = 1 }, "service"]`.

Lives here: read_stops.
May import: model, routing.source, routing.tables, the standard library's itertools and typing.
Never: judge whether a clinic can be reached for a stop (check), or ask who is coming.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, cast

from queueflow.model.ids import ServiceId, is_slug
from queueflow.routing.source import Section, mend
from queueflow.routing.tables import Stop

STOPS: Final = "stops"
CAME_FOR: Final = "service"
"""The word for what the patient came for, as the column is called."""
MOST_STOPS: Final = 20
_MOST_GROUPS: Final = 9
_MOST_AWAITED: Final = 8
_EXPECTED: Final = 'a list of stops, such as ["payment", "service"]'


def read_stops(then: Section, services: Sequence[str]) -> tuple[Stop, ...]:
    """A row's stops, in order; what is wrong with them is noted. `services`: the facility's."""
    value = then.take(STOPS)
    items: list[object] = [value] if isinstance(value, str) else cast("list[object]", value or [])
    if not isinstance(value, (str, list)) or not items:
        then.missing_or(STOPS, _EXPECTED)
        return ()
    if CAME_FOR in services:
        sentence = f'"{CAME_FOR}" is what the patient came for, and also one of the facility\'s services.'
        then.wrong(sentence, STOPS, "Give that service another id in facility.toml.")
    if len(items) > MOST_STOPS:
        then.wrong(f"{len(items)} stops are too many: a row gives at most {MOST_STOPS}.", STOPS)
    stops = [stop for at, item in enumerate(items) if (stop := _stop(then, at, item, services))]
    _no_service_twice(then, stops)
    _groups_together(then, stops)
    return tuple(stops)


def _stop(then: Section, at: int, item: object, services: Sequence[str]) -> Stop | None:
    line = then.line(STOPS, at)
    if isinstance(item, str):
        return Stop(_service(then, STOPS, item, services, line), line)
    if not isinstance(item, dict):
        then.wrong(f"expected {_EXPECTED}.", STOPS, line=line)
        return None
    label = f"{then.label}, stop {at + 1}"
    part = Section(then.source, cast("dict[str, object]", item), (*then.path, STOPS, at), label)
    word = part.text("service", expected=f'a service, or "{CAME_FOR}"')
    stop = Stop(
        _service(part, "service", word, services, line) if word else None,
        line,
        part.whole("group", 1, least=1, most=_MOST_GROUPS) if part.has("group") else None,
        _waits_for(part),
    )
    part.close(("service", "group", "waits_for"))
    return stop


def _service(part: Section, key: str, word: str, services: Sequence[str], line: int) -> ServiceId | None:
    if word != CAME_FOR and word not in services:
        sentence = f'"{word}" is not one of the facility\'s services, nor "{CAME_FOR}", what the patient came for.'
        part.wrong(sentence, key, mend(word, (*services, CAME_FOR)), line=line)
    return None if word == CAME_FOR else ServiceId(word)


def _waits_for(part: Section) -> tuple[str, ...]:
    words = part.words("waits_for", needed=False)
    for word in words:
        if not is_slug(word):
            part.wrong(f'"{word}" is no word of lower-case letters, digits and hyphens.', "waits_for")
    if len(words) > _MOST_AWAITED:
        part.wrong(f"a stop waits for at most {_MOST_AWAITED} things.", "waits_for")
    return words


def _no_service_twice(then: Section, stops: Sequence[Stop]) -> None:
    seen: set[str] = set()
    for stop in stops:
        name = stop.service or CAME_FOR
        if name in seen:
            then.wrong(f'"{name}" is written twice.', STOPS, line=stop.line)
        seen.add(name)


def _groups_together(then: Section, stops: Sequence[Stop]) -> None:
    """Stops in any order are joined one after the other, so nothing can come between them."""
    closed: set[int] = set()
    for before, stop in pairwise(stops):
        if before.group is not None and before.group != stop.group:
            closed.add(before.group)
        if stop.group in closed:
            sentence = f"the stops of group {stop.group} do not stand next to each other."
            then.wrong(sentence, STOPS, "Move them together, or give them different numbers.", line=stop.line)
