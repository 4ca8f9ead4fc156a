"""What an error inside a function leaves behind: the store takes nothing back, so the next command must go on."""

from importlib.resources import files

import pytest

from queueflow.store.library import EngineFault, shipped
from tests.store.hall import Hall


def broken(file: str, text: str, instead: str) -> str:
    """The library's text with one place of one file changed."""
    source = files("queueflow.store").joinpath("functions", file).read_text(encoding="utf-8").rstrip("\n")
    assert source.count(text) == 1
    return shipped().text.replace(source, source.replace(text, instead))


async def test_a_fault_after_an_event_does_not_stop_the_stream(hall: Hall) -> None:
    await hall.open()
    ticket = (await hall.check_in()).ticket
    await hall.called()
    answer = "return qf.ticket_result(c, changed.now or ticket, visit)"
    text = broken("shared/move.lua", answer, "return c.nothing.at_all")
    await hall.store.redis.function_load(text, replace=True)
    with pytest.raises(EngineFault, match="recall"):
        await hall.recall(ticket.id)
    await hall.store.redis.function_load(shipped().text, replace=True)
    assert (await hall.start(ticket.id)).ticket.calls == 2
    assert (await hall.names())[-2:] == ["ticket.recalled", "ticket.started"]
