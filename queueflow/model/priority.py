"""The classes that tickets wait in, and the three orders in which a clinic takes them.

Lives here: PriorityClass, ServingOrder, Balance: values, with the source of each formula.
May import: msgspec, model.ids.
Never: pick a ticket; shared/pick.lua does, from these values.
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import PriorityId


class ServingOrder(StrEnum):
    """How call-next chooses between the heads of a clinic's classes.

    `strict`: the first class (in the facility's order) that has someone.
    `ratio`: classes marked `always_first` before all; the others share the calls as their `share`
    says, by smooth weighted round-robin: each call gives every class that has someone its share as
    credit, takes the class of the greatest credit and charges it the sum of the shares given out.
    `accumulating`: the head with the greatest `rate` x (now - effective arrival); classes marked
    `always_first` before all. Kleinrock 1964 (Naval Research Logistics Quarterly 11:329);
    distributions in Stanford, Taylor and Ziedins 2014 (Queueing Systems 77:297).
    """

    STRICT = "strict"
    RATIO = "ratio"
    ACCUMULATING = "accumulating"


class Balance(StrEnum):
    """How the engine takes one clinic of the candidates that the rules gave, at that instant.

    `shortest-wait`: the least expected wait for a newcomer of that class; a clinic without an open room
    comes after every clinic that has one. `shortest-queue`: the fewest people ahead. `round-robin`: the
    candidates in turn. `first`: the first candidate. Equal candidates: the earlier in the list.
    """

    SHORTEST_WAIT = "shortest-wait"
    SHORTEST_QUEUE = "shortest-queue"
    ROUND_ROBIN = "round-robin"
    FIRST = "first"


class PriorityClass(msgspec.Struct, frozen=True, omit_defaults=True):
    """One class of a facility's list; the list's order is the strict order.

    `share`: calls out of the sum of shares, for `ratio`. `rate`: priority points per second of waiting,
    for `accumulating`. `always_first`: goes before all others in every order. `for_returns`: whoever comes back from
    tests waits in it, unless their own class is better. `for_appointments`: so does whoever has booked, from a while
    before their slot.
    """

    id: PriorityId
    name: dict[str, str] = {}
    share: int = 1
    rate: float = 1.0
    always_first: bool = False
    for_returns: bool = False
    for_appointments: bool = False
