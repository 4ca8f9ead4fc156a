"""Why the server ends a feed: the one table of close codes, and what a listener does about each.

Lives here: CloseCode, CLOSE_CODES. docs/feeds.md shows the same table; a test compares them.
May import: msgspec.
Never: say in a reason what the listener sent.
"""

import msgspec


class CloseCode(msgspec.Struct, frozen=True):
    """A WebSocket close code of 4000 to 4999 (RFC 6455, section 7.4.2: private use) and the reason sent with it.

    `reconnect`: come back, with `since`; otherwise nothing changes until somebody changes the address, the token or
    the facility. `says_bye`: a bye frame with the time to wait goes before it.
    """

    code: int
    reason: str
    reconnect: bool
    says_bye: bool
    meaning: str


BAD_REQUEST = CloseCode(
    4400,
    "bad request",
    reconnect=False,
    says_bye=False,
    meaning="The address or what the listener sent cannot be understood: the view, its clinics, its room, the "
    "subprotocol, or messages where there is nothing to say.",
)
UNAUTHENTICATED = CloseCode(
    4401,
    "unauthenticated",
    reconnect=False,
    says_bye=False,
    meaning="The view needs a token and there is none, or the token given is not known (any more).",
)
FORBIDDEN = CloseCode(
    4403,
    "forbidden",
    reconnect=False,
    says_bye=False,
    meaning="The token is good but not for this view or facility, or the key of a visit is not its own.",
)
UNKNOWN = CloseCode(
    4404,
    "unknown",
    reconnect=False,
    says_bye=False,
    meaning="There is no such facility, clinic, room or visit.",
)
SLOW = CloseCode(
    4408,
    "slow",
    reconnect=True,
    says_bye=True,
    meaning="The listener did not read for too long. Nothing is lost: come back with `since`.",
)
DRAINING = CloseCode(
    4412,
    "draining",
    reconnect=True,
    says_bye=True,
    meaning="This server goes away; another answers at the same address, or this one soon again.",
)
UNAVAILABLE = CloseCode(
    4503,
    "unavailable",
    reconnect=True,
    says_bye=True,
    meaning="The store cannot be reached just now, so there is nothing true to show.",
)

CLOSE_CODES = (BAD_REQUEST, UNAUTHENTICATED, FORBIDDEN, UNKNOWN, SLOW, DRAINING, UNAVAILABLE)
"""Every one of them, by code."""
