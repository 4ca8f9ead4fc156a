"""Tokens, roles and the table of what a role may do."""

import itertools
import os
import stat
from pathlib import Path

import pytest

from queueflow.model.errors import Forbidden, Unauthenticated
from queueflow.model.ids import FacilityId
from queueflow.web.auth import MAY, Caller, Role, Tokens, bearer, record_of

HERE = FacilityId("here")
SECRET = "qf_a-token-that-nobody-has"


def kept(token: str = SECRET, token_id: str = "kiosk-1", role: Role = Role.KIOSK):
    return record_of(token, token_id=token_id, facility=HERE, role=role, label="by the door", created_at_ms=1)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "tokens.json")


def test_a_token_that_was_added_names_its_caller(tokens: Tokens) -> None:
    tokens.add(kept())
    assert tokens.caller(SECRET) == Caller("kiosk-1", Role.KIOSK, HERE)


def test_no_file_or_another_token_is_nobody(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        tokens.caller(SECRET)
    tokens.add(kept())
    for wrong in ("", SECRET + "x", SECRET[:-1], "\udcff", "kiosk-1"):
        with pytest.raises(Unauthenticated):
            tokens.caller(wrong)


def test_another_workers_change_counts_at_once(tmp_path: Path, tokens: Tokens) -> None:
    other = Tokens(tmp_path / "tokens.json")
    tokens.add(kept())
    assert other.caller(SECRET).id == "kiosk-1"
    assert tokens.revoke("kiosk-1")
    with pytest.raises(Unauthenticated):
        other.caller(SECRET)
    assert not tokens.revoke("kiosk-1")


def test_the_file_has_hashes_only_and_nobody_else_reads_it(tmp_path: Path, tokens: Tokens) -> None:
    tokens.add(kept())
    tokens.add(kept("qf_another", "console-1", Role.CONSOLE))
    path = tmp_path / "tokens.json"
    text = path.read_text()
    assert SECRET not in text
    assert "qf_another" not in text
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [record.id for record in tokens.records()] == ["kiosk-1", "console-1"]


@pytest.mark.parametrize(("role", "call"), list(itertools.product(Role, MAY)))
def test_a_role_does_its_own_calls_and_only_in_its_own_facility(role: Role, call: str) -> None:
    caller = Caller("x", role, HERE)
    allowed = MAY[call] is None or role in (MAY[call] or ())
    if allowed:
        caller.require(call, "here")
    else:
        with pytest.raises(Forbidden):
            caller.require(call, "here")
    if MAY[call] is not None:
        with pytest.raises(Forbidden):
            caller.require(call, "there")


def test_the_table_gives_each_device_no_more_than_its_purpose() -> None:
    """Written out once more by hand, so that a slip in the table is seen."""
    may = {role: {call for call, roles in MAY.items() if roles is not None and role in roles} for role in Role}
    board = {"feed-board"}
    moves = {"call-next", "call", "recall", "start", "complete", "no-show", "requeue", "cancel", "reinstate", "hold"}
    moves |= {"resume", "undo", "transfer", "prioritise", "reopen", "release", "merge"}
    rooms = {"open-room", "pause-room", "close-room"}
    bookings = {"read-slots", "read-appointments", "read-appointment", "book-appointment", "move-appointment"}
    bookings |= {"cancel-appointment", "import-appointments", "act-for-patient"}
    staff = board | moves | rooms | bookings | {"read-queue", "read-ticket", "read-visit", "feed-console", "feed-floor"}
    assert may == {
        Role.KIOSK: board | {"check-in", "act-for-patient"},
        Role.DISPLAY: board,
        Role.CONSOLE: staff,
        Role.ADMIN: staff | {"check-in", "close-day"},
    }


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_a_bearer_header_gives_its_token(header: str) -> None:
    assert bearer(header) == "abc"


@pytest.mark.parametrize("header", [None, "", "abc", "Basic abc", "Bearer", "Bearer  "])
def test_any_other_header_is_nobody(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)
