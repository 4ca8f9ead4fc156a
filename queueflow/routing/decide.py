"""The decision: a patient's facts go through the tables in order, and what the rows give is the choice.

Lives here: decide, journey, matches.
May import: model, routing.tables, routing.facts, routing.columns.
Never: read, compile or check a rule; look at a queue (the engine balances).
"""

from queueflow.model.ids import ClinicId, PriorityId
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision
from queueflow.routing.columns import Value, Values
from queueflow.routing.facts import Facts
from queueflow.routing.tables import Choice, Journey, Outcome, Row, Ruleset, Table


def decide(ruleset: Ruleset, facts: Facts) -> Choice | None:
    """What the rules choose; None when no row gives candidates.

    Each table is asked once, in the file's order, and gives what its first matching row says; later tables
    may ask about it, and what a later one gives replaces it. A row matches when every one of its conditions
    is true: one that needs a value nobody knows is not. Without a row that gives a priority it is the
    facility's last class; candidates without a balance are balanced by the shortest wait. `decision.rule` is
    the row that gave the candidates, as `table.row`; its reasons quote the rules, never the patient. A row that gives
    nothing but stops has no part in it.
    """
    worlds = facts.worlds(ruleset.answers)
    candidates: tuple[ClinicId, ...] = ()
    priority: PriorityId = ruleset.last_priority
    balance = Balance.SHORTEST_WAIT
    rule = ""
    reasons: list[str] = []
    for table, row in _matches(ruleset, worlds):
        given = row.outcome
        if not given.stops or _gives_more(given):
            reasons.append(row.reason)
        if given.candidates:
            candidates, rule = given.candidates, f"{table.name}.{row.name}"
            balance = given.balance or Balance.SHORTEST_WAIT
        priority = given.priority or priority
    if not candidates:
        return None
    return Choice(candidates, priority, balance, Decision(ruleset.version, rule, tuple(reasons)))


def journey(ruleset: Ruleset, facts: Facts) -> Journey | None:
    """The stops that the rules give whoever comes; of several rows that give some, the last. None when none does."""
    if not any("stops" in table.outputs for table in ruleset.tables):
        return None
    given = [row for _, row in matches(ruleset, facts) if row.outcome.stops]
    return Journey(given[-1].outcome.stops, given[-1].reason) if given else None


def matches(ruleset: Ruleset, facts: Facts) -> tuple[tuple[Table, Row], ...]:
    """The rows that match, table by table: what a decision is made of."""
    return tuple(_matches(ruleset, facts.worlds(ruleset.answers)))


def _matches(ruleset: Ruleset, worlds: tuple[Values, ...]) -> list[tuple[Table, Row]]:
    found: list[tuple[Table, Row]] = []
    for table in ruleset.tables:
        index = table.matcher.first(worlds)
        if index is None:
            continue
        row = table.rows[index]
        found.append((table, row))
        if gives := _values(row.outcome):
            worlds = tuple({**values, **gives} for values in worlds)
    return found


def _gives_more(outcome: Outcome) -> bool:
    """Whether a row gives more than stops."""
    return bool(outcome.candidates or outcome.priority or outcome.values)


def _values(outcome: Outcome) -> dict[str, Value]:
    """What a row gives to the tables after it."""
    if outcome.priority is None:
        return outcome.values
    return {**outcome.values, "priority": outcome.priority}
