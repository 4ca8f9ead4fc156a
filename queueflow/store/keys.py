"""The keys that Python names itself; every other key of a facility is built by functions/shared/keys.lua.

Lives here: the key that routes a call to its facility, the facility's event stream, and the library's own key.
May import: model.ids.
Never: a key of a facility outside its hash tag: a facility is one slot of a cluster.
"""

from typing import Final

from queueflow.model.ids import FacilityId

LIBRARY: Final = "qf:library"
"""How often the function library was loaded: what workers that load it at the same time watch."""


def meta(facility: FacilityId) -> str:
    """The key that every call of a facility names."""
    return f"qf:{{{facility}}}:meta"


def events(facility: FacilityId) -> str:
    """The facility's event stream: ids `<offset>-0`, offsets dense from 1, one field `e`."""
    return f"qf:{{{facility}}}:events"
