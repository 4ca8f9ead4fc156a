"""Days by dice alone: hypothesis likes few and small things, these have full halls, and every move about as often."""

import random
from collections.abc import Callable

from queueflow.model.ids import TicketId
from queueflow.model.priority import Balance
from queueflow.model.ticket import TRANSITIONS, TicketState
from tests.properties.driver import HOUR_MS
from tests.properties.engine_machine import OrderDrawn, Rules
from tests.properties.moves import MOVES
from tests.properties.setups import SETUPS

S = TicketState
THEN = ("stays", "complete", "complete", "suspend", "suspend", "transfer", "no-show", "requeue")


class Walk(Rules):
    """One day; the same number makes the same one."""

    def day(self, number: int, steps: int) -> None:
        dice = self.dice = random.Random(number)
        self.a_hospital_opens(
            dice.choice(sorted(SETUPS)), dice.randrange(1, 1_000_000), [self.name() for _ in range(dice.randint(4, 12))]
        )
        kinds, weights = zip(*self.kinds(), strict=True)
        until = self.made["steps"] + steps
        while self.made["steps"] < until:
            dice.choices(kinds, weights)[0]()

    def kinds(self) -> list[tuple[Callable[[], None], int]]:
        """What may happen next, each with how often it does."""
        dice = self.dice
        return [
            (self.arrives, 6),
            (lambda: self.several_arrive(self.name(), [self.name() for _ in range(3)]), 3),
            (lambda: self.call_next(self.name(), dice.random() < 0.3), 4),
            (self.is_called, 8),
            (lambda: self.call(self.name(), self.name(), dice.random() < 0.7, dice.random() < 0.3), 2),
            (lambda: self.move(self.name(), dice.randrange(50), self.some_orders(), self.name(), self.rarely()), 14),
            (self.moves_anyhow, 3),
            (lambda: self.undo(self.name(), dice.random() < 0.8, dice.choice((None, None, 0, -1)), self.rarely()), 4),
            (lambda: self.a_patients_own_page(self.name(), dice.choice(("defer", "give-up")), self.rarely()), 3),
            (self.room_is_changed, 5),
            (lambda: self.at_once(self.name(), self.name(), self.name(), dice.randrange(5)), 1),
            (lambda: self.time_passes(dice.choice((1, 60, 60, 300, 300, 600, 1800)), dice.random() < 0.7), 8),
            (self.comes_back, 3),
            (self.seldom, 3),
            (self.again, 2),
        ]

    def name(self) -> int:
        return self.dice.randrange(24)

    def rarely(self) -> bool:
        return self.dice.random() < 0.2

    def some_orders(self) -> list[OrderDrawn]:
        dice = self.dice
        return [
            (self.name(), self.name(), dice.choice((None, 1)), dice.choice(((), (), ("lab",))))
            for _ in range(dice.choice((0, 1, 1, 2, 3)))
        ]

    def arrives(self) -> None:
        dice = self.dice
        self.check_in(
            clinics=[self.name() for _ in range(dice.randint(1, 3))],
            priority=self.name(),
            balance=dice.choice(list(Balance)),
            person=dice.choice((None, None, 0, 1, 2, 3, 4)),
            service=dice.choice(("s1", "s2", "s3")),
            orders=self.some_orders(),
            once=self.rarely(),
        )

    def is_called(self) -> None:
        dice = self.dice
        then, orders, other = dice.choice(THEN), self.some_orders(), self.name()
        self.a_patient_is_called(room=self.name(), minutes=dice.randrange(30), then=then, orders=orders, other=other)

    def comes_back(self) -> None:
        """What somebody was sent away for will not take place, so they return."""
        away = sorted(one for one, state in self.states.items() if state is S.SUSPENDED)
        if away:
            sender = self.dice.choice(away)
            for stop in self.journey(self.kept.tickets[sender].visit):
                if stop != sender and self.states[stop] in TRANSITIONS["cancel"]:
                    self.moves("cancel", TicketId(stop))

    def moves_anyhow(self) -> None:
        dice = self.dice
        self.move_anyhow(
            action=dice.choice(sorted(MOVES)),
            index=self.name(),
            off=dice.choice((None, None, 0, -1, 1)),
            orders=self.some_orders(),
            other=self.name(),
            once=self.rarely(),
        )

    def room_is_changed(self) -> None:
        dice = self.dice
        self.room_changes(
            room=self.name(),
            what=dice.choice(("open", "open", "open", "pause", "close", "close")),
            clinics=[self.name() for _ in range(dice.choice((0, 1, 2)))],
            practitioner=dice.choice(("a", "b", None)),
            once=self.rarely(),
        )

    def seldom(self) -> None:
        dice = self.dice
        if dice.random() < 0.1:
            self.time_passes(dice.choice((6, 17, 30)) * HOUR_MS // 1000, True)
            return
        self.what_is_seldom(
            what=dice.choice(("attach", "publish", "publish", "publish", "clock", "merge", "merge", "hall")),
            choice=dice.randrange(4),
            index=self.name(),
            policies=dice.randrange(1, 1_000_000),
            once=self.rarely(),
        )

    def again(self) -> None:
        if any(command.once for command, _ in self.sent):
            self.repeat(self.dice.randrange(200), self.dice.random() < 0.3, self.dice.randrange(3600))
