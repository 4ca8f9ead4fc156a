"""A hospital's day rehearsed against the real engine: made-up people, doctors, replays and what came of them."""
