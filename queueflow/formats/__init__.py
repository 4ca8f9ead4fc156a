"""Translating between texts from outside and the model; pure: no sockets, no files, no clock."""
