"""Answering: one module per audience; requests become commands and reads, results become JSON."""
