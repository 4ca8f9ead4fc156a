from queueflow.model.ticket import FINAL, TRANSITIONS, TicketState

S = TicketState


def test_the_moves_are_those_of_the_contract() -> None:
    assert {
        "call": {S.WAITING: S.CALLED},
        "recall": {S.CALLED: S.CALLED},
        "start": {S.CALLED: S.SERVING},
        "complete": {S.SERVING: S.DONE},
        "suspend": {S.SERVING: S.SUSPENDED},
        "release": {state: state for state in (S.PLANNED, S.SUSPENDED)},
        "no-show": {S.CALLED: S.NO_SHOW},
        "requeue": {S.CALLED: S.WAITING},
        "reinstate": {S.NO_SHOW: S.WAITING},
        "transfer": dict.fromkeys((S.WAITING, S.CALLED, S.SERVING), S.WAITING),
        "reopen": dict.fromkeys((S.DONE, S.CANCELLED), S.WAITING),
        "hold": {S.WAITING: S.ON_HOLD},
        "resume": {S.ON_HOLD: S.WAITING},
        "prioritise": {state: state for state in (S.PLANNED, S.WAITING, S.ON_HOLD)},
        "cancel": dict.fromkeys((S.PLANNED, S.WAITING, S.CALLED, S.ON_HOLD, S.SUSPENDED, S.NO_SHOW), S.CANCELLED),
    } == TRANSITIONS


def test_done_and_cancelled_are_only_left_by_mending_a_mistake() -> None:
    assert {action for action, moves in TRANSITIONS.items() if moves.keys() & {S.DONE, S.CANCELLED}} == {"reopen"}


def test_somebody_who_is_being_served_is_not_cancelled() -> None:
    assert S.SERVING not in TRANSITIONS["cancel"]


def test_the_final_states_are_those_that_end_a_stop() -> None:
    assert {S.DONE, S.NO_SHOW, S.CANCELLED} == FINAL
