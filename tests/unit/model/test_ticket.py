from queueflow.model.ticket import FINAL, TRANSITIONS, TicketState

S = TicketState


def test_the_moves_are_those_of_the_contract() -> None:
    assert {
        "call": {S.WAITING: S.CALLED},
        "recall": {S.CALLED: S.CALLED},
        "start": {S.CALLED: S.SERVING},
        "complete": {S.SERVING: S.DONE},
        "no-show": {S.CALLED: S.NO_SHOW},
        "requeue": {S.CALLED: S.WAITING},
        "reinstate": {S.NO_SHOW: S.WAITING},
        "transfer": dict.fromkeys((S.WAITING, S.CALLED, S.SERVING), S.WAITING),
        "hold": {S.WAITING: S.ON_HOLD},
        "resume": {S.ON_HOLD: S.WAITING},
        "prioritise": {state: state for state in (S.PLANNED, S.WAITING, S.ON_HOLD)},
        "cancel": dict.fromkeys((S.PLANNED, S.WAITING, S.CALLED, S.ON_HOLD, S.NO_SHOW), S.CANCELLED),
    } == TRANSITIONS


def test_nothing_follows_done_and_cancelled() -> None:
    for action, moves in TRANSITIONS.items():
        assert S.DONE not in moves, action
        assert S.CANCELLED not in moves, action


def test_somebody_who_is_being_served_is_not_cancelled() -> None:
    assert S.SERVING not in TRANSITIONS["cancel"]


def test_the_final_states_are_those_that_end_a_stop() -> None:
    assert {S.DONE, S.NO_SHOW, S.CANCELLED} == FINAL
