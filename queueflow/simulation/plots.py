"""Plots as SVG text, drawn from figures by hand: nothing to load, readable in light and dark, printable.

Lives here: lines over hours, bars side by side over hours, and a queue's length as steps.
May import: simulation.arrivals, simulation.report, the standard library.
Never: work out a figure; what is drawn is what the report says.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from queueflow.simulation.arrivals import time_of
from queueflow.simulation.report import QueueLine

HOUR_S: Final = 3600
_WIDTH: Final = 720
_HEIGHT: Final = 240
_LEFT: Final = 48
_BOTTOM: Final = 26
_TOP: Final = 12
_SMALL_WIDTH: Final = 232
_SMALL_HEIGHT: Final = 76
_GRID_LINES: Final = 4
_NICE: Final = (1, 2, 2.5, 5, 10)

Series = tuple[str, str, Sequence[float | None]]
"""A name, the class that gives it its colour (a or b), and a value an hour."""


def ceiling(value: float) -> float:
    """The next round number that a scale of four steps may end at."""
    if value <= 0:
        return float(_GRID_LINES)
    power = 10.0 ** math.floor(math.log10(value / _GRID_LINES))
    step = next(nice * power for nice in _NICE if nice * power * _GRID_LINES >= value)
    return step * _GRID_LINES


def lines_by_hour(title: str, hours: Sequence[int], series: Sequence[Series], unit: str) -> str:
    """A line for each series; an hour without a value leaves a gap."""
    top = ceiling(max((value for _, _, values in series for value in values if value is not None), default=0))
    parts = [_frame(title, hours, top, unit)]
    for name, colour, values in series:
        runs = _runs(
            [None if value is None else (_x(at, len(hours)), _y(value, top)) for at, value in enumerate(values)]
        )
        parts += [f'<polyline class="line {colour}" points="{_points(run)}"/>' for run in runs]
        parts += [
            f'<circle class="dot {colour}" cx="{_x(at, len(hours)):.1f}" cy="{_y(value, top):.1f}" r="3">'
            f"<title>{hours[at]:02d}:00 {escape(name)}: {value:.3g} {escape(unit)}</title></circle>"
            for at, value in enumerate(values)
            if value is not None
        ]
    return _svg(title, _WIDTH, _HEIGHT, parts) + _legend(series)


def bars_by_hour(title: str, hours: Sequence[int], series: Sequence[Series], unit: str) -> str:
    """A bar an hour for each series, side by side."""
    top = ceiling(max((value or 0 for _, _, values in series for value in values), default=0))
    slot = (_WIDTH - _LEFT) / max(1, len(hours))
    width = slot * 0.8 / max(1, len(series))
    parts = [_frame(title, hours, top, unit)]
    for place, (name, colour, values) in enumerate(series):
        for at, value in enumerate(values):
            x = _LEFT + at * slot + slot * 0.1 + place * width
            y = _y(value or 0, top)
            parts.append(
                f'<rect class="bar {colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{_HEIGHT - _BOTTOM - y:.1f}">'
                f"<title>{hours[at]:02d}:00 {escape(name)}: {value or 0:g}</title></rect>"
            )
    return _svg(title, _WIDTH, _HEIGHT, parts) + _legend(series)


def queue_steps(queue: QueueLine, begins_s: float, ends_s: float, top: int) -> str:
    """One clinic's queue from the day's begin to its end, on a scale shared by all clinics; its longest is named."""
    longest_at, longest = max(queue.steps, key=lambda step: step[1], default=(begins_s, 0))
    span = max(1.0, ends_s - begins_s)

    def x(at_s: float) -> float:
        return min(1.0, max(0.0, (at_s - begins_s) / span)) * _SMALL_WIDTH

    def y(waiting: int) -> float:
        return (_SMALL_HEIGHT - 16) * (1 - waiting / max(1, top)) + 2

    path = [f"M0 {y(0):.1f}"]
    path += [f"H{x(at_s):.1f}V{y(waiting):.1f}" for at_s, waiting in queue.steps]
    path.append(f"H{_SMALL_WIDTH}V{y(0):.1f}Z")
    hours = range(math.ceil(begins_s / HOUR_S / 3) * 3, int(ends_s // HOUR_S) + 1, 3)
    marks = [
        f'<text class="tick" x="{x(hour * HOUR_S):.1f}" y="{_SMALL_HEIGHT - 2}">{hour:02d}</text>' for hour in hours
    ]
    title = f"{queue.clinic}: at most {longest} waiting, at {time_of(longest_at)[:5]}"
    drawn = [f'<path class="area" d="{"".join(path)}"/>', *marks]
    caption = f"<figcaption>{escape(queue.clinic)} <b>{longest}</b></figcaption>"
    return f'<figure class="small">{caption}{_svg(title, _SMALL_WIDTH, _SMALL_HEIGHT, drawn)}</figure>'


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _frame(title: str, hours: Sequence[int], top: float, unit: str) -> str:
    """Grid, scale and hours."""
    parts: list[str] = []
    for line in range(_GRID_LINES + 1):
        value = top * line / _GRID_LINES
        y = _y(value, top)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="scale" x="{_LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
    for at, hour in enumerate(hours):
        parts.append(f'<text class="tick" x="{_x(at, len(hours)):.1f}" y="{_HEIGHT - 8}">{hour:02d}</text>')
    parts.append(f'<text class="scale" x="{_LEFT - 6}" y="{_HEIGHT - 8}">{escape(unit)}</text>')
    return "".join(parts)


def _legend(series: Sequence[Series]) -> str:
    keys = "".join(f'<span><i class="{colour}"></i>{escape(name)}</span>' for name, colour, _ in series)
    return f'<p class="legend">{keys}</p>'


def _x(at: int, count: int) -> float:
    return _LEFT + (at + 0.5) * (_WIDTH - _LEFT) / max(1, count)


def _y(value: float, top: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / top)


def _points(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
