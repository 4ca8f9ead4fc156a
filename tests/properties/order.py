"""Whether the right one was called, and whether who comes back came to the right place: predicates, no second queue."""

from queueflow.model.facility import Reentry
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import Ticket
from tests.properties.audit import hold
from tests.properties.kept import Kept


def nobody_passed_over(kept: Kept, room: str, called: Ticket, now_ms: int) -> None:
    """I6: of those who waited when a room called next, the called one's turn it was, by the policy in force."""
    clinics = kept.room(room).clinics
    hold("I6 a clinic of the room", called.clinic in clinics, called, clinics)
    clinic = called.clinic or ""
    line = kept.line(clinic)
    head = min(line[called.priority], key=lambda entry: (entry[1], entry[0]))
    hold("I6 the first of the class", head[0] == called.id, called, line)
    before_it = list(clinics[: clinics.index(clinic)])
    always = [one.id for one in kept.classes if one.always_first]
    urgent = [one for one in clinics if set(kept.line(one)) & set(always)]
    if urgent:
        hold("I6 urgent first", clinic == urgent[0], called, urgent)
        hold("I6 urgent class", called.priority == next(one for one in always if one in line), called, line)
        return
    hold("I6 the room's first clinic with anyone", not any(kept.line(one) for one in before_it), called, before_it)
    classes = {str(one.id): one for one in kept.classes}
    match kept.clinics[clinic].order:
        case ServingOrder.STRICT:
            hold("I6 strict", called.priority == next(iter(line)), called, line)
        case ServingOrder.ACCUMULATING:
            points = {name: classes[name].rate * (now_ms - entries[0][1]) for name, entries in line.items()}
            hold("I6 accumulating", points[called.priority] >= max(points.values()) - 1e-6, called, points)
        case ServingOrder.RATIO:
            counts = kept.counts[clinic]
            sharing = {one: counts.get(f"credit:{one}", 0) + classes[one].share for one in line if classes[one].share}
            if sharing:
                hold("I7 ratio", sharing.get(called.priority) == max(sharing.values()), called, sharing)


def came_back_where_the_policy_says(before: Kept, ticket: Ticket, after: Ticket, kind: str) -> None:
    """I6: at the end, at the old place, or after as many of the class as the clinic says for that kind of return."""
    setup = before.clinics[after.clinic or ""]
    others = [score for one, score in before.waiting.get((setup.id, after.priority), []) if one != ticket.id]
    ahead = sum(score < after.order_at for score in others)
    rule = setup.reentry[kind]
    match rule.at:
        case Reentry.OLD_PLACE:
            hold("I6 the old place", after.order_at == ticket.order_at, ticket, after)
        case Reentry.END:
            hold("I6 the end", ahead == len(others), after, others)
        case Reentry.AFTER:
            hold("I6 after some", ahead == min(rule.after, len(others)), rule, after, others)
