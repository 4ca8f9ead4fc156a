"""Telling: a facility's events to everybody who listens, each view once."""
