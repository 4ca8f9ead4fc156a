"""Doing: what joins cards, rules, the vault and the engine, whoever asks for it."""
