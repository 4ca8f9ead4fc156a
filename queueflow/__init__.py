"""Queueflow: the engine of a hospital's front hall.

Lives here: the version, and nothing else.
May import: nothing.
Never: anything that costs time at import.
"""

__version__ = "0.1.0"
