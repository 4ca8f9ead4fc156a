"""Remembering: the queue engine in the store, its typed calls and reads, its event stream, and what is encrypted."""
