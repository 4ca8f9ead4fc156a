"""How long a decision takes: tables of 200 and of 2,000 rows whose last row matches, and the shipped hospital.

    python loadtests/benchmarks/decision.py

Each figure is the best of many short runs, in microseconds. zen-engine, a decision engine in Rust, decides on the
same 200 rows in the same run where it is installed (`pip install zen-engine`); queueflow does not need it.
"""

import json
import sys
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path

from queueflow.model.patient import Identity, PartialDate, Patient, Sex
from queueflow.routing.decide import decide
from queueflow.routing.facts import Facts
from queueflow.routing.read import read_facility, read_ruleset

RULES = Path(__file__).parents[2] / "routing_rules"
GOAL_US = 30.0
GOAL_GROWTH = 10.0
NOW_MS = 1_764_032_400_000
CARD = Identity("cccd-qr", "pin:020185000002", birth_date=PartialDate(1985, 9, 2), sex=Sex.FEMALE, proven=True)

CLINICS = 40
SERVICES = 40

FACILITY = """
id = "benchmark"
name = { en = "Benchmark" }
time_zone = "Asia/Ho_Chi_Minh"
languages = ["en"]
[[priorities]]
id = "ordinary"
name = { en = "Ordinary" }
""" + "".join(
    f"""
[[services]]
id = "s{number}"
name = {{ en = "Service {number}" }}
[[clinics]]
id = "c{number}"
name = {{ en = "Clinic {number}" }}
services = ["s{number}"]
series = "A"
[[rooms]]
id = "r{number}"
name = {{ en = "Room {number}" }}
clinics = ["c{number}"]
"""
    for number in range(SERVICES)
)


def conditions(rows: int) -> Iterator[tuple[str, int, int, str]]:
    """Service, ages from and to, flag: all different, the last one being that of CARD's owner."""
    flags = ("pregnant", "meritorious", "disabled-severe")
    for number in range(rows - 1):
        low = number // (SERVICES * len(flags)) % 90
        yield f"s{number % SERVICES}", low, low + 1, flags[number // SERVICES % len(flags)]
    yield "s7", 40, 41, "pregnant"


def rules(rows: int, *, in_cells: bool) -> str:
    """The table in TOML; `in_cells`: the service and the ages in cells, otherwise the whole condition in `when`."""
    text = '[clinic]\ninputs = ["service", "age_years", "flags"]\noutputs = ["candidates"]\n'
    for number, (service, low, high, flag) in enumerate(conditions(rows)):
        cells = f'if = {{ service = "{service}", age_years = "{low}..{high}", flags = "{flag}" }}'
        when = f"""when = 'service == "{service}" && age_years >= {low} && age_years <= {high} && "{flag}" in flags'"""
        text += f'[[clinic.row]]\nname = "row-{number}"\n{cells if in_cells else when}\n'
        text += f'then = {{ candidates = ["c{number % CLINICS}"] }}\n'
    return text


def best(call: Callable[[], object]) -> float:
    """Microseconds for one call: the best of many runs of 10 ms or so."""
    number = max(1, int(0.01 / min(timeit.repeat(call, number=1, repeat=3))))
    return min(timeit.repeat(call, number=number, repeat=60)) / number * 1e6


def decision(rows: int, *, in_cells: bool = True) -> float:
    """A decision whose last row matches."""
    facility = read_facility(FACILITY, "facility.toml")
    ruleset = read_ruleset(rules(rows, in_cells=in_cells), "rules.toml", facility)
    facts = Facts.of(CARD, Patient(), "s7", {}, ("pregnant",), "en", NOW_MS, facility)
    choice = decide(ruleset, facts)
    assert choice is not None
    assert choice.decision.rule == f"clinic.row-{rows - 1}"
    return best(lambda: decide(ruleset, facts))


def shipped() -> tuple[float, float]:
    """The facts of a check-in at the shipped hospital, and the decision on them."""
    folder = RULES / "lang-son-general"
    facility = read_facility((folder / "facility.toml").read_text("utf-8"), "facility.toml")
    ruleset = read_ruleset((folder / "rules.toml").read_text("utf-8"), "rules.toml", facility)

    def of() -> Facts:
        return Facts.of(CARD, Patient(), "payment", {}, (), "vi", NOW_MS, facility)

    facts = of()
    return best(of), best(lambda: decide(ruleset, facts))


def zen(rows: int) -> float | None:
    """The same table in zen-engine, or None where it is not installed."""
    try:
        from zen import ZenEngine  # noqa: PLC0415
    except ImportError:
        return None
    fields = [{"id": name, "name": name, "field": name} for name in ("service", "age_years", "flags")]
    table = {
        "hitPolicy": "first",
        "inputs": fields,
        "outputs": [{"id": "clinic", "name": "clinic", "field": "clinic"}],
        "rules": [
            {
                "_id": str(number),
                "service": f'"{service}"',
                "age_years": f"[{low}..{high}]",
                "flags": f'some($, # == "{flag}")',
                "clinic": str(number),
            }
            for number, (service, low, high, flag) in enumerate(conditions(rows))
        ],
    }
    content = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    patient = {"service": "s7", "age_years": 40, "flags": ["pregnant"]}
    made = ZenEngine().create_decision(json.dumps(content))
    assert made.evaluate(patient)["result"] == {"clinic": rows - 1}
    return best(lambda: made.evaluate(patient))


def main() -> int:
    """Print every figure; 1 where a goal is missed."""
    facts, hospital = shipped()
    small, large = decision(200), decision(2000)
    print(f"{'facts of one check-in':44}{facts:9.1f} us")
    print(f"{'shipped hospital, two tables':44}{hospital:9.1f} us")
    print(f"{'200 rows, the last one matches':44}{small:9.1f} us   goal {GOAL_US:.0f}")
    print(f"{'2,000 rows, the last one matches':44}{large:9.1f} us   {large / small:.1f} times, goal {GOAL_GROWTH:.0f}")
    print(f"{'200 rows, all in `when`, none in cells':44}{decision(200, in_cells=False):9.1f} us")
    compared = zen(200)
    if compared is None:
        print("zen-engine is not installed: not compared")
    else:
        print(f"{'200 rows in zen-engine':44}{compared:9.1f} us   {compared / small:.1f} times, goal 8")
    slow = compared is not None and compared < 8 * small
    return int(small > GOAL_US or large > GOAL_GROWTH * small or slow)


if __name__ == "__main__":
    sys.exit(main())
