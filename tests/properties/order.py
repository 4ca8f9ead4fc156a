"""Whether the right one was called, and whether who comes back came to the right place: predicates, no second queue."""

from queueflow.model.facility import Reentry, RoomTakes
from queueflow.model.ids import PriorityId
from queueflow.model.live_state import RoomState
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import Ticket, TicketState
from tests.properties.audit import hold
from tests.properties.kept import Entry, Kept

Line = dict[str, list[Entry]]
"""Who waits in a clinic by class, in strict order of classes."""


def nobody_passed_over(kept: Kept, room: str, called: Ticket | None, now_ms: int) -> None:
    """I6: of those who waited when a room called next, the called one's turn it was, by the policies in force."""
    state = kept.room(room)
    lines = {str(clinic): may_be_called(kept, clinic, state) for clinic in state.clinics}
    if called is None:
        hold("I6 somebody waited", not any(lines.values()), lines)
        return
    clinic = str(called.clinic)
    hold("I6 a clinic of the room, or a wish for another", called.priority in lines.get(clinic, {}), called, lines)
    line = lines[clinic]
    hold("I6 the first of the class", line[called.priority][0][0] == called.id, called, line)
    always = [one.id for one in kept.classes if one.always_first]
    urgent = [one for one in lines if set(lines[one]) & set(always)]
    if urgent:
        hold("I6 urgent first", clinic == urgent[0], called, urgent)
        hold("I6 urgent class", called.priority == next(one for one in always if one in line), called, line)
        return
    hold("I6 the clinic's policy", its_turn(kept, clinic, line, called.priority, now_ms), called, line)
    others = [one for one in lines if one != clinic and lines[one]]
    takes = kept.rooms[room].takes
    if takes is RoomTakes.IN_ORDER:
        before_it = list(lines)[: list(lines).index(clinic)]
        hold("I6 the room's first clinic with anyone", not set(before_it) & set(others), called, before_it)
        return
    for other in others:
        turns = [one for one in lines[other] if its_turn(kept, other, lines[other], one, now_ms)]
        better = [one for one in turns if goes_before(kept, takes, (one, lines[other][one][0][1]), called)]
        hold("I6 what the room takes", not turns or len(better) < len(turns), called, other, lines[other])


def may_be_called(kept: Kept, clinic: str, room: RoomState) -> Line:
    """Who waits in a clinic, but for those who wish for another room or practitioner that is there."""
    wishes = kept.wishes.get(clinic, {})
    own = {None, f"room:{room.id}", f"practitioner:{room.practitioner}"}

    def free(ticket: str) -> bool:
        wish = wishes.get(ticket)
        return wish in own or not kept.present.get(f"{clinic}/{wish}")

    line = {name: [entry for entry in entries if free(entry[0])] for name, entries in kept.line(clinic).items()}
    return {name: entries for name, entries in line.items() if entries}


def its_turn(kept: Kept, clinic: str, line: Line, priority: str, now_ms: int) -> bool:
    """Whether it is the turn of a class that does not always go first."""
    setup, counts = kept.clinics[clinic], kept.counts.get(clinic, {})
    arrivals = {name: entries[0][1] for name, entries in line.items()}
    longest = setup.longest_wait_s
    if longest is not None and min(arrivals.values()) < now_ms - 1000 * longest:
        return arrivals[priority] == min(arrivals.values())
    every = setup.reserved_every
    if every and setup.reserved_class in line and counts.get("unreserved", 0) >= every - 1:
        return priority == setup.reserved_class
    shares = {one.id: setup.shares.get(one.id, one.share) for one in kept.classes}
    rates = {one.id: setup.rates.get(one.id, one.rate) for one in kept.classes}
    match setup.order:
        case ServingOrder.STRICT:
            return priority == next(iter(line))
        case ServingOrder.ACCUMULATING:
            points = {name: rates[PriorityId(name)] * (now_ms - at) for name, at in arrivals.items()}
            return points[priority] >= max(points.values()) - 1e-6
        case ServingOrder.RATIO:
            having = {one: shares[PriorityId(one)] for one in line}
            sharing = {one: counts.get(f"credit:{one}", 0) + share for one, share in having.items() if share}
            return sharing.get(priority) == max(sharing.values()) if sharing else priority == next(iter(line))


def goes_before(kept: Kept, takes: RoomTakes, one: tuple[str, float], called: Ticket) -> bool:
    """Whether another clinic's next would have been taken before the called one."""
    order = [str(each.id) for each in kept.classes]
    classes = order.index(one[0]) - order.index(called.priority) if takes is RoomTakes.BEST_CLASS else 0
    return classes < 0 or (classes == 0 and one[1] < called.order_at)


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


def fell_back_as_the_policy_says(before: Kept, ticket: Ticket, after: Ticket) -> None:
    """I6: who is late goes to the end, or behind as many of the class as the clinic says, counted from their place."""
    line = [one for one, _ in before.waiting[ticket.clinic or "", ticket.priority]]
    others = [score for one, score in before.waiting[ticket.clinic or "", ticket.priority] if one != ticket.id]
    rule = before.clinics[ticket.clinic or ""].reentry["deferred"]
    behind = len(others) if rule.at is Reentry.END else line.index(ticket.id) + rule.after
    ahead = sum(score < after.order_at for score in others)
    hold("I6 who is late falls back", ahead == min(behind, len(others)), rule, ticket, after, others)


def handed_on_where_the_policy_says(before: Kept, after: Kept, handed_on: set[str]) -> None:
    """I6: who lost the room or the practitioner they were for stands where the clinic says, in their old order."""
    by_queue: dict[tuple[str, str], list[Ticket]] = {}
    for ticket in map(after.tickets.__getitem__, handed_on):
        by_queue.setdefault((ticket.clinic or "", ticket.priority), []).append(ticket)
    for queue, tickets in by_queue.items():
        rule = after.clinics[queue[0]].reentry["handed_on"]
        others = [score for one, score in after.waiting[queue] if one not in handed_on]
        for ticket in tickets:
            ahead = sum(score < ticket.order_at for score in others)
            match rule.at:
                case Reentry.OLD_PLACE:
                    old = before.tickets[ticket.id].order_at
                    hold("I6 handed on to the old place", ticket.order_at == old, old, ticket)
                case Reentry.END:
                    hold("I6 handed on to the end", ahead == len(others), ticket, others)
                case Reentry.AFTER:
                    hold("I6 handed on after some", ahead == min(rule.after, len(others)), rule, ticket, others)
        waited = [one for one in tickets if before.tickets[one.id].state is TicketState.WAITING]
        by_now = [one.id for one in sorted(waited, key=lambda one: one.order_at)]
        by_then = [one.id for one in sorted(waited, key=lambda one: before.tickets[one.id].order_at)]
        hold("I6 handed on in their order", by_now == by_then, by_now, by_then)
