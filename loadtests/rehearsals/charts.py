"""Charts of a rehearsal as SVG files that need nothing else: points around a diagonal, and bars with their spans.

They are drawn by hand, as queueflow/simulation/plots.py draws a replay's, whose scale they share.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from queueflow.simulation.plots import ceiling

WIDTH, HEIGHT = 640, 440
LEFT, BOTTOM, TOP, RIGHT = 56, 44, 40, 16
STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold;font-size:14px}.grid{stroke:#ddd}"
    ".goal{stroke:#999;stroke-dasharray:4 3}.a{fill:#1f6fb2}.b{fill:#c8641e}.line{stroke:#333}"
)


def scatter(file: Path, title: str, axes: tuple[str, str], points: Sequence[tuple[float, float]]) -> None:
    """Points on one scale both ways; on the diagonal the two are equal."""
    top = ceiling(max((value for point in points for value in point), default=1.0))
    dots = [
        f'<circle class="a" cx="{_x(x / top):.1f}" cy="{_y(y / top):.1f}" r="2" fill-opacity="0.35"/>'
        for x, y in points
    ]
    diagonal = f'<line class="goal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    scale = [
        f'<text x="{_x(n / 4):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{top * n / 4:g}</text>'
        for n in range(5)
    ]
    name = f'<text x="{_x(0.5):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(axes[0])}</text>'
    _write(file, title, axes[1], top, [*scale, name, diagonal, *dots])


def bars(
    file: Path,
    title: str,
    unit: str,
    groups: Sequence[tuple[str, Sequence[tuple[float, float, float]], float | None]],
    names: Sequence[str],
) -> None:
    """Groups of bars: each a name, its bars as (value, from, to) with the span drawn on it, and a goal line or None."""
    values = [value for _, bars_of, goal in groups for bar in bars_of for value in (*bar, goal or 0)]
    top = ceiling(max(values, default=1.0))
    slot = 1 / max(1, len(groups))
    drawn: list[str] = []
    for at, (name, bars_of, goal) in enumerate(groups):
        width = slot * 0.7 / max(1, len(bars_of))
        for place, (value, low, high) in enumerate(bars_of):
            left = at * slot + slot * 0.15 + place * width
            middle = _x(left + width / 2)
            drawn.append(
                f'<rect class="{"ab"[place % 2]}" x="{_x(left):.1f}" y="{_y(value / top):.1f}" '
                f'width="{(width * (WIDTH - LEFT - RIGHT)):.1f}" height="{_y(0) - _y(value / top):.1f}" '
                f'fill-opacity="{1 - 0.3 * (place // 2)}"><title>{escape(names[place])}: {value:.3g}</title></rect>'
                f'<line class="line" x1="{middle:.1f}" x2="{middle:.1f}" y1="{_y(low / top):.1f}" '
                f'y2="{_y(high / top):.1f}"/>'
            )
        if goal is not None:
            drawn.append(
                f'<line class="goal" x1="{_x(at * slot):.1f}" x2="{_x((at + 1) * slot):.1f}" '
                f'y1="{_y(goal / top):.1f}" y2="{_y(goal / top):.1f}"/>'
            )
        middle = f'x="{_x((at + 0.5) * slot):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle"'
        drawn.append(f"<text {middle}>{escape(name)}</text>")
    keys = "; ".join(f"{'blue orange'.split()[n % 2]}: {name}" for n, name in enumerate(names))
    drawn.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(keys)}</text>')
    _write(file, title, unit, top, drawn)


def _write(file: Path, title: str, unit: str, top: float, parts: Sequence[str]) -> None:
    grid = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(n / 4):.1f}" y2="{_y(n / 4):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{_y(n / 4) + 4:.1f}" text-anchor="end">{top * n / 4:g}</text>'
        for n in range(5)
    ]
    head = f'<text class="title" x="{LEFT}" y="18">{escape(title)}</text><text x="{LEFT}" y="34">{escape(unit)}</text>'
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><style>{STYLE}</style>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{head}{"".join(grid)}{"".join(parts)}</svg>\n',
        encoding="utf-8",
    )


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)
