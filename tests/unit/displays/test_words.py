import json
import re

import pytest

from queueflow.model import errors
from tests.unit.displays.conftest import Run
from tools.docstrings import DISPLAYS, ROOT

WORDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DISPLAYS.glob("words/*.json")}
CODE = re.sub(r"//.*", "", "\n".join(path.read_text(encoding="utf-8") for path in DISPLAYS.rglob("*.js")))
NEVER_SEEN_BY_A_SCREEN = set(
    "error not-found method-not-allowed body-too-large unsupported-media-type unknown-facility unknown-clinic"
    " slot-full".split()
)
MADE_BY_PUTTING_TOGETHER = re.compile(
    r"(problem|reason|outside|language|stop|ticket)\..+"
    r"|(kiosk|patient)\.(late|give_up)(\..+)?|(console|patient|desk)\.(state|state_for|flag|stop|list|act|room)\..+|console\.(close|cancel)_sure"
    r"|console\.(cancel|hold|prioritise|suspended|no_shows|on_hold|key_hold|key_open)"
)

EVENTS = {f"ticket.{name}" for name in ("cancelled", "completed", "suspended")}
"""What feeds call things, which begins like a word of the ticket."""


def _slugs(of: type[errors.QueueflowError] = errors.QueueflowError) -> set[str]:
    return {of.slug}.union(*(_slugs(one) for one in of.__subclasses__()))


@pytest.mark.parametrize("language", WORDS)
def test_every_refusal_has_its_sentence(language: str) -> None:
    sentences = {key.removeprefix("problem.") for key in WORDS[language] if key.startswith("problem.")}
    assert _slugs() - NEVER_SEEN_BY_A_SCREEN - sentences == set()


@pytest.mark.parametrize("language", WORDS)
def test_every_word_that_a_screen_asks_for_is_there_and_none_is_left_over(language: str) -> None:
    kinds = "|".join({key.partition(".")[0] for key in WORDS[language]} - {"language"})
    asked = set(re.findall(rf"[\"'`]((?:{kinds})\.[a-z0-9_.-]+)[\"'`]", CODE))
    assert asked - set(WORDS[language]) - EVENTS == set()
    unused = {key for key in WORDS[language] if key not in asked and not MADE_BY_PUTTING_TOGETHER.fullmatch(key)}
    assert unused == {"page.no_script"}


@pytest.mark.parametrize("language", WORDS)
def test_every_group_that_the_shipped_rules_know_has_its_name_at_the_desk(language: str) -> None:
    rules = (ROOT / "routing_rules" / "lang-son-general" / "rules.toml").read_text(encoding="utf-8")
    flags = {
        flag
        for found in re.findall(r"flags = (\[[^]]*\]|\"[^\"]*\")", rules)
        for flag in re.findall(r"[a-z0-9-]+", found)
    }
    assert flags
    assert {flag for flag in flags if f"console.flag.{flag}" not in WORDS[language]} == set()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("p50_s", "p90_s", "said"),
    [
        (0, 0, "under 5 min"),
        (100, 250, "under 5 min"),
        (240, 600, "under 10 min"),
        (540, 1200, "5–20 min"),
        (600, 600, "10–15 min"),
        (3000, 3700, "50–70 min"),
        (7000, 9000, "110–150 min"),
    ],
)
def test_a_wait_is_a_range_that_promises_no_more_than_is_known(run: Run, p50_s: int, p90_s: int, said: str) -> None:
    say = "(m, words, wait) => m.waitRange(wait, m.translator(words, 'en'))"
    assert run("shared/words.js", say, WORDS, {"p50_s": p50_s, "p90_s": p90_s}) == said


@pytest.mark.browser
def test_a_time_is_that_of_the_hospital_wherever_the_screen_thinks_it_is(run: Run) -> None:
    at = "Date.parse('2026-11-23T17:05:00Z')"
    assert run("shared/words.js", f"(m) => m.clockTime({at}, 'Asia/Ho_Chi_Minh')") == "00:05"
    assert run("shared/words.js", f"(m) => m.longDate({at}, 'Asia/Ho_Chi_Minh', 'en')") == "Tuesday, 24/11/2026"
    assert run("shared/words.js", f"(m) => m.longDate({at}, 'Asia/Ho_Chi_Minh', 'vi')") == "Thứ Ba, 24/11/2026"


@pytest.mark.browser
@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (65, "1:05"), (3605, "1:00:05"), (-5, "0:00")])
def test_a_duration_is_minutes_and_seconds(run: Run, seconds: int, shown: str) -> None:
    assert run("shared/words.js", "(m, s) => m.duration(s)", seconds) == shown


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "year_only", "date"),
    [
        ("17051980", False, "1980-05-17"),
        ("20051980", False, "1980-05-20"),
        ("29022024", False, "2024-02-29"),
        ("29022023", False, None),
        ("31042000", False, None),
        ("01131980", False, None),
        ("00011980", False, None),
        ("01011899", False, None),
        ("01012190", False, None),
        ("1980", False, None),
        ("1980", True, "1980"),
        ("1899", True, None),
        ("", True, None),
    ],
)
def test_a_birth_date_is_one_that_a_calendar_has(run: Run, typed: str, year_only: bool, date: str | None) -> None:
    read = "(m, typed, yearOnly) => m.birthDate(typed, yearOnly, new Date())"
    assert run("kiosk/pages.js", read, typed, year_only) == date


@pytest.mark.browser
def test_a_kiosk_whose_clock_stands_at_its_beginning_takes_a_child(run: Run) -> None:
    assert run("kiosk/pages.js", "(m) => m.birthDate('01062025', false, new Date(0))") == "2025-06-01"
