"""Bugs that somebody could make in the engine, each as a change of one place of its joined text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old` stands once in the joined Lua; `new` in its place is the bug."""

    name: str
    old: str
    new: str

    def __str__(self) -> str:
        return self.name

    def of(self, text: str) -> str:
        """The library with this bug. Its version stays what it was, so that no client mends it."""
        assert text.count(self.old) == 1, f"{self.name}: the place is not there once but {text.count(self.old)} times"
        return text.replace(self.old, self.new)


MUTANTS = (
    Mutant(
        "a revision that is not compared",
        "if c.a.if_revision ~= nil and c.a.if_revision ~= ticket.revision then\n"
        '    return nil, qf.refuse("revision-mismatch"',
        'if false then\n    return nil, qf.refuse("revision-mismatch"',
    ),
    Mutant(
        "a revision that does not rise",
        "ticket.revision = (ticket.revision or 0) + 1",
        "ticket.revision = math.max(1, ticket.revision or 0)",
    ),
    Mutant(
        "a fact that is not told",
        'redis.call("XADD", qf.key.events(c)',
        'local _ = name ~= "ticket.started" and redis.call("XADD", qf.key.events(c)',
    ),
    Mutant(
        "a number that is given twice",
        'redis.call("HINCRBY", qf.key.numbers(c, c.day), series, 1)',
        'math.max(1, redis.call("HINCRBY", qf.key.numbers(c, c.day), series, 1) % 4)',
    ),
    Mutant(
        "a number of yesterday's that somebody still has",
        'if redis.call("SISMEMBER", qf.key.carried(c, c.day), number) == 0 then',
        "if number then",
    ),
    Mutant(
        "a called ticket that stays in its queue",
        'local removed = redis.call("ZREM", qf.key.waiting(c, ticket.clinic, ticket.priority), ticket.id)',
        "local removed = 0",
    ),
    Mutant(
        "a count of the waiting that is not kept",
        "qf.count_waiting(c, ticket, -removed)",
        "qf.count_waiting(c, ticket, 0)",
    ),
    Mutant(
        "a call from a paused room",
        'if room.state ~= "open" then\n    return nil, qf.refuse("room-not-open"',
        'if room.state == "closed" then\n    return nil, qf.refuse("room-not-open"',
    ),
    Mutant(
        "one patient too many in a room",
        "if #room.tickets >= qf.room_setup(c, room.id).places then",
        "if #room.tickets > qf.room_setup(c, room.id).places then",
    ),
    Mutant(
        "classes in the wrong order",
        "for i = 1, #classes do\n    if head(i) then",
        "for i = #classes, 1, -1 do\n    if head(i) then",
    ),
    Mutant(
        "the last of a class before the first",
        '"ZRANGE", queue, at, at + depth - 1',
        '"ZREVRANGE", queue, at, at + depth - 1',
    ),
    Mutant(
        "an emergency that waits like everybody",
        "if class.always_first and head(i) then",
        "if class.always_first and #classes == 4 and head(i) then",
    ),
    Mutant(
        "credit that is given and not taken",
        "credit[best] = credit[best] - given",
        "credit[best] = credit[best] - 1",
    ),
    Mutant(
        "a request that is done again",
        'local kept = once and redis.call("GET", qf.key.once(c, once.key))',
        "local kept = nil",
    ),
    Mutant(
        "a key that serves for any request",
        "if record.fingerprint ~= once.fingerprint then",
        "if false then",
    ),
    Mutant("a clock that goes back", "c.now = math.max(c.a.now_ms, tonumber(kept[3] or 0))", "c.now = c.a.now_ms"),
    Mutant("a day that goes back", "(c.day and c.a.day <= c.day)", "(c.day and c.a.day == c.day)"),
    Mutant(
        "a next stop that does not begin",
        "local began = not at_a_stop and qf.quickest(c, qf.next_stops(journey)) or nil",
        "local began = nil",
    ),
    Mutant(
        "a room that is not left",
        "if id ~= ticket.id then\n      left[#left + 1] = id",
        "if id ~= ticket.id or ticket.calls > 1 then\n      left[#left + 1] = id",
    ),
    Mutant(
        "somebody who came back too far ahead",
        "return (first + second) / 2",
        "return first - 1",
    ),
    Mutant(
        "one person who waits twice",
        "if is_it(ticket) and not OVER[ticket.state] then",
        "if false then",
    ),
    Mutant(
        "a wish that nobody minds",
        'if wish == nil or wish == "room:"',
        'if true or wish == "room:"',
    ),
    Mutant(
        "an undo that forgets the room",
        "room.tickets[#room.tickets + 1] = before.id",
        "room.tickets[#room.tickets + 1] = nil",
    ),
    Mutant(
        "left over from yesterday, still called today",
        "if c.now - moved[ticket.visit] > left_over_ms then",
        'if ticket.state == "waiting" and c.now - moved[ticket.visit] > left_over_ms then',
    ),
    Mutant(
        "a refusal that has already changed something",
        "  if a.clinic and qf.clinic_setup(c, a.clinic) == nil then\n",
        "  qf.save_ticket(c, ticket)\n  if a.clinic and qf.clinic_setup(c, a.clinic) == nil then\n",
    ),
)
