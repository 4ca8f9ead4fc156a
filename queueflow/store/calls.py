"""The engine's commands: one async method a Lua file, same name; a typed command in, its result or a refusal out.

Lives here: Engine.
May import: model, store.client, store.wire.
Never: decide anything, repeat a command (only its sender may, with the same key), or only read (store.reads).
"""

from typing import TypeVar

from queueflow.model.booking import AppointmentResult, BookAppointment, CancelAppointment, MoveAppointment
from queueflow.model.commands import (
    Attach,
    AttachResult,
    Call,
    CallNext,
    CallNextResult,
    Cancel,
    CheckIn,
    CloseDay,
    CloseRoom,
    Command,
    Complete,
    DayResult,
    Defer,
    GiveUp,
    Hold,
    Merge,
    NoShow,
    OpenRoom,
    PauseRoom,
    Prioritise,
    Publish,
    PublishResult,
    Recall,
    Reinstate,
    Release,
    Reopen,
    Requeue,
    Resume,
    RoomResult,
    Start,
    Suspend,
    Tick,
    TicketResult,
    TickResult,
    Transfer,
    Undo,
    VisitResult,
)
from queueflow.store import wire
from queueflow.store.client import Store

T = TypeVar("T")


class Engine:
    """The queue engine of every facility in one store.

    Each call is one round trip, is atomic, and raises a model error (nothing has changed), or StoreUnavailable: then
    it may have happened, and repeating it with the same `once` key is safe. A call that is cancelled may have happened.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def check_in(self, command: CheckIn) -> TicketResult:
        """Give a patient a ticket, or the one they hold. Raises UnknownFacility, UnknownClinic, UnknownAppointment."""
        return await self._call("qf_check_in", command, TicketResult)

    async def call_next(self, command: CallNext) -> CallNextResult:
        """Call whoever is next to a room. Raises UnknownRoom, RoomNotOpen, NotAllowedInState (no place free)."""
        return await self._call("qf_call_next", command, CallNextResult)

    async def call(self, command: Call) -> TicketResult:
        """Call a chosen waiting ticket to a room. Raises as call_next, and UnknownTicket, RevisionMismatch."""
        return await self._call("qf_call", command, TicketResult)

    async def recall(self, command: Recall) -> TicketResult:
        """Call a called patient once more. Raises UnknownTicket, RevisionMismatch, NotAllowedInState."""
        return await self._call("qf_recall", command, TicketResult)

    async def start(self, command: Start) -> TicketResult:
        """Say that the called patient is in the room. Raises as recall."""
        return await self._call("qf_start", command, TicketResult)

    async def complete(self, command: Complete) -> TicketResult:
        """End a stop; the visit's next begins to wait. Raises as recall, and UnknownClinic, Invalid for its orders."""
        return await self._call("qf_complete", command, TicketResult)

    async def suspend(self, command: Suspend) -> TicketResult:
        """Send a patient for tests, to return afterwards. Raises as complete."""
        return await self._call("qf_suspend", command, TicketResult)

    async def release(self, command: Release) -> TicketResult:
        """Say that something outside has come that a stop waited for. Raises as recall."""
        return await self._call("qf_release", command, TicketResult)

    async def no_show(self, command: NoShow) -> TicketResult:
        """Say that the called patient did not come. Raises as recall."""
        return await self._call("qf_no_show", command, TicketResult)

    async def requeue(self, command: Requeue) -> TicketResult:
        """Let the called patient wait again, where the clinic's policy says. Raises as recall."""
        return await self._call("qf_requeue", command, TicketResult)

    async def cancel(self, command: Cancel) -> TicketResult:
        """End a stop that will not take place. Raises as recall."""
        return await self._call("qf_cancel", command, TicketResult)

    async def reinstate(self, command: Reinstate) -> TicketResult:
        """Let a patient who missed their call wait again. Raises as recall; also when another stop is under way."""
        return await self._call("qf_reinstate", command, TicketResult)

    async def reopen(self, command: Reopen) -> TicketResult:
        """Let a stop that was ended by mistake wait again. Raises as recall; also when another stop is under way."""
        return await self._call("qf_reopen", command, TicketResult)

    async def merge(self, command: Merge) -> VisitResult:
        """Let a visit that was opened twice go on as one. Raises UnknownVisit, NotAllowedInState, Invalid."""
        return await self._call("qf_merge", command, VisitResult)

    async def hold(self, command: Hold) -> TicketResult:
        """Take a waiting ticket out of its queue for a while. Raises as recall."""
        return await self._call("qf_hold", command, TicketResult)

    async def resume(self, command: Resume) -> TicketResult:
        """Let a ticket on hold wait again at its old place. Raises as recall."""
        return await self._call("qf_resume", command, TicketResult)

    async def give_up(self, command: GiveUp) -> VisitResult:
        """End a visit that its patient gives up. Raises UnknownVisit, NotAllowedInState (over, or being served)."""
        return await self._call("qf_give_up", command, VisitResult)

    async def defer(self, command: Defer) -> TicketResult:
        """Let others go before a patient who is late. Raises UnknownVisit, NotAllowedInState."""
        return await self._call("qf_defer", command, TicketResult)

    async def transfer(self, command: Transfer) -> TicketResult:
        """Let a ticket wait at another clinic, for a room or a practitioner.

        Raises as recall, and UnknownClinic, UnknownRoom, Invalid (an unknown class; what is not served there).
        """
        return await self._call("qf_transfer", command, TicketResult)

    async def prioritise(self, command: Prioritise) -> TicketResult:
        """Let a ticket go on in another class. Raises as recall, and Invalid (an unknown class)."""
        return await self._call("qf_prioritise", command, TicketResult)

    async def undo(self, command: Undo) -> TicketResult:
        """Take back the last move of a ticket. Raises as recall, also when it moved again or its room is taken."""
        return await self._call("qf_undo", command, TicketResult)

    async def open_room(self, command: OpenRoom) -> RoomResult:
        """Open a room, or change who works there. Raises UnknownRoom, UnknownClinic."""
        return await self._call("qf_open_room", command, RoomResult)

    async def pause_room(self, command: PauseRoom) -> RoomResult:
        """Let an open room call nobody for a while. Raises UnknownRoom, RoomNotOpen."""
        return await self._call("qf_pause_room", command, RoomResult)

    async def close_room(self, command: CloseRoom) -> RoomResult:
        """End a room's day. Raises UnknownRoom, NotAllowedInState (somebody is being served)."""
        return await self._call("qf_close_room", command, RoomResult)

    async def close_day(self, command: CloseDay) -> DayResult:
        """End everything that is not over, and close every room. Raises UnknownFacility."""
        return await self._call("qf_close_day", command, DayResult)

    async def book_appointment(self, command: BookAppointment) -> AppointmentResult:
        """Give a patient a place in a slot, or the one they have there. Raises SlotFull, Invalid (no such slot)."""
        return await self._call("qf_book_appointment", command, AppointmentResult)

    async def move_appointment(self, command: MoveAppointment) -> AppointmentResult:
        """Change to another slot. Raises UnknownAppointment, RevisionMismatch, NotAllowedInState, SlotFull, Invalid."""
        return await self._call("qf_move_appointment", command, AppointmentResult)

    async def cancel_appointment(self, command: CancelAppointment) -> AppointmentResult:
        """Give a place up. Raises UnknownAppointment, RevisionMismatch, NotAllowedInState."""
        return await self._call("qf_cancel_appointment", command, AppointmentResult)

    async def tick(self, command: Tick) -> TickResult:
        """Do what time alone brings about: no-shows, quicker stops, slots that begin or end. Raises UnknownFacility."""
        return await self._call("qf_tick", command, TickResult)

    async def publish(self, command: Publish) -> PublishResult:
        """Make a facility and its rules the ones in force. Raises NotAllowedInState when it would strand a ticket."""
        return await self._call("qf_publish", command, PublishResult)

    async def attach(self, command: Attach) -> AttachResult:
        """Say which store this is; another one than recorded begins a new epoch of the event stream."""
        return await self._call("qf_attach", command, AttachResult)

    async def _call(self, function: str, command: Command, answer: type[T]) -> T:
        reply = await self._store.call(function, command.facility, wire.encode(command))
        return wire.decode_result(reply, answer)
