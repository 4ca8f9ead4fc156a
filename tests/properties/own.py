"""What a patient does of their own, by the visit's link: gives up, or is late and lets others go first."""

from queueflow.model.commands import Defer, GiveUp, TicketResult, VisitResult
from queueflow.model.errors import NotAllowedInState, UnknownVisit
from queueflow.model.ids import VisitId
from queueflow.model.ticket import TicketState
from tests.properties.audit import OVER, hold
from tests.properties.driver import Refused
from tests.properties.journeys import AT_A_STOP
from tests.properties.moves import Moves
from tests.properties.order import fell_back_as_the_policy_says

S = TicketState


class Own(Moves):
    """What may be done with a visit by whoever has its link."""

    def gives_up(self, visit: str, once: bool = False) -> None:
        before = self.kept
        journey = self.journey(visit) if visit in self.kept.visits else {}
        expected = None if journey else Refused(UnknownVisit)
        if journey and set(journey.values()) <= OVER:
            expected = Refused(NotAllowedInState, None)
        elif S.SERVING in journey.values():
            expected = Refused(NotAllowedInState, (("action", "give-up"), ("state", S.SERVING)))
        result: VisitResult | None = self.send(GiveUp(visit=VisitId(visit), **self.base(once)), expected)
        if result is None:
            return
        ended = [one for one, state in journey.items() if state not in OVER]
        self.became(dict.fromkeys(ended, S.CANCELLED))
        whole = [self.kept.tickets[one] for one in result.visit.tickets]
        hold("the visit", (result.visit, list(result.journey)) == (self.kept.visits[visit], whole), result)
        hold("why", all(self.kept.tickets[one].ended_reason == "gave-up" for one in ended), ended)
        here = [one for one in ended if journey[one] in AT_A_STOP]
        self.moved((here or ended)[0], before)

    def defers(self, visit: str, once: bool = False) -> None:
        before = self.kept
        journey = self.journey(visit) if visit in self.kept.visits else {}
        waiting = next((self.kept.tickets[one] for one, state in journey.items() if state is S.WAITING), None)
        expected = None if journey else Refused(UnknownVisit)
        if journey and waiting is None:
            expected = Refused(NotAllowedInState, None)
        elif waiting is not None and waiting.deferred:
            expected = Refused(NotAllowedInState, (("action", "defer"), ("state", "deferred")))
        result: TicketResult | None = self.send(Defer(visit=VisitId(visit), **self.base(once)), expected)
        if result is None or waiting is None:
            return
        self.became({})
        now = self.kept.tickets[waiting.id]
        hold("the ticket", result.ticket == now and now.deferred, result, now)
        fell_back_as_the_policy_says(before, waiting, now)
        self.reentered(now.clinic, "deferred")
        self.moved(waiting.id, before)
        self.placed(result)
