"""The report as one HTML page that needs no other file: figures, tables, plots.

Lives here: html_page.
May import: simulation.arrivals, .plots and .report, the standard library's html.
Never: load anything from anywhere; a hospital's network may have no way out.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from queueflow.simulation import plots
from queueflow.simulation.arrivals import time_of
from queueflow.simulation.report import Report, Spread, WaitLine

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5c6878;--line:#d8dee6;--paper:#fff;--a:#1466b8;--b:#c2570c;
--good:#14713a;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#9fadbd;--line:#333f4d;--paper:#12181f;--a:#6db3f2;
--b:#f2a05c;--good:#6fcf97;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:50rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .6rem}p{margin:.3rem 0}.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:right}
th{font-weight:600;color:var(--soft)}th:first-child,td:first-child{text-align:left}
.wide{overflow-x:auto}.good{color:var(--good)}.bad{color:var(--bad)}
.verdict{font-size:1.1rem;font-weight:600;margin:1rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.8rem;margin:1rem 0}
.tiles div{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.tiles b{display:block;font-size:1.4rem;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}.grid{stroke:var(--line)}text{fill:var(--soft);font-size:11px}
.scale{text-anchor:end}.tick{text-anchor:middle}.line{fill:none;stroke-width:2}.line.a{stroke:var(--a)}
.line.b{stroke:var(--b)}.dot.a,.bar.a{fill:var(--a)}.dot.b,.bar.b{fill:var(--b)}.area{fill:var(--a);opacity:.75}
.legend span{margin-right:1.2rem;color:var(--soft)}.legend i{display:inline-block;width:.8rem;height:.8rem;
margin-right:.4rem;border-radius:2px;vertical-align:-1px}
.legend i.a{background:var(--a)}.legend i.b{background:var(--b)}
.queues{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.6rem 1rem}
.small{margin:0}.small figcaption{font-size:.85rem;color:var(--soft)}.small figcaption b{float:right;color:var(--ink)}
"""
_MINUTE_S: Final = 60


ORIGIN: Final = (
    "Arrivals, services and times of service are those of the day file. Where that was made up, they follow "
    "assumptions, and no measured day of a hospital."
)


def html_page(report: Report) -> str:
    """The page's whole text."""
    title = f"Replay of {report.file}" if report.file else "Replay"
    body = "".join(
        (
            f"<h1>{escape(title)}</h1>",
            f'<p class="soft">{escape(report.facility)} · {escape(report.started_at)} · '
            f"{time_of(report.begins_s)[:5]} to {time_of(report.ends_s)[:5]} in {report.wall_s:.0f} s, "
            f"{report.speed:g} times real speed</p>",
            _verdict(report),
            _tiles(report),
            f'<p class="soft">{ORIGIN}</p>',
            "<h2>Waits by hour of arrival, minutes</h2>",
            _waits_by_hour(report),
            "<h2>Arrived and served by hour</h2>",
            _arrivals(report),
            "<h2>Queues over the day</h2>",
            '<p class="soft">Who waits, by clinic, all on one scale; the figure is the longest queue.</p>',
            _queues(report),
            "<h2>Waits by clinic</h2>",
            _waits("clinic", report.by_clinic),
            "<h2>Waits by priority</h2>",
            _waits("priority", report.by_priority),
            "<h2>Promises</h2>",
            _promises(report),
            "<h2>Calls</h2>",
            _calls(report),
            "<h2>Feeds and the generator</h2>",
            _machinery(report),
        )
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>\n'


def minutes(seconds: float) -> str:
    """Minutes and seconds: 12:05."""
    whole = round(seconds)
    return f"{whole // _MINUTE_S}:{whole % _MINUTE_S:02d}"


def _verdict(report: Report) -> str:
    sentence = verdict(report)
    return f'<p class="verdict {"good" if report.good else "bad"}">{escape(sentence)}</p>'


def verdict(report: Report) -> str:
    """The whole report in one sentence."""
    broken = sum(line.broken for line in report.promises)
    checked = sum(line.checked for line in report.promises)
    if report.good:
        return f"Every promise held: {checked:,} checks, nobody lost, nobody called twice, no call refused."
    return (
        f"Not good: {broken:,} of {checked:,} checks broken, {report.counts.refused} calls refused, "
        f"{report.counts.unanswered} unanswered."
    )


def _tiles(report: Report) -> str:
    counts = report.counts
    tiles = (
        (f"{counts.checked_in:,}", f"checked in, of {counts.lines:,} lines"),
        (f"{counts.tickets:,}", f"tickets; {counts.held} held already"),
        (f"{counts.done:,}", f"served; {counts.no_shows} did not come"),
        (minutes(report.wait_s.p50), "median wait, min:s"),
        (minutes(report.wait_s.p90), "90 % waited less"),
        (f"{report.served_an_hour:.0f}", "served an hour of the day"),
        (f"{report.calls_a_second:.0f}", "calls a second"),
        (f"{report.call_to_board_ms.p99:.0f} ms", "call to board, 99 %"),
    )
    return f'<div class="tiles">{"".join(f"<div><b>{value}</b>{escape(name)}</div>" for value, name in tiles)}</div>'


def _waits_by_hour(report: Report) -> str:
    lines = report.by_hour
    hours = [line.hour for line in lines]

    def of(share: str) -> list[float | None]:
        return [getattr(line.wait_s, share) / _MINUTE_S if line.wait_s.count else None for line in lines]

    series = (("half wait less", "a", of("p50")), ("nine of ten wait less", "b", of("p90")))
    return plots.lines_by_hour("Waits by hour of arrival", hours, series, "min")


def _arrivals(report: Report) -> str:
    lines = report.by_hour
    hours = [line.hour for line in lines]
    series = (("arrived", "a", [line.arrived for line in lines]), ("served", "b", [line.served for line in lines]))
    return plots.bars_by_hour("Arrived and served by hour", hours, series, "")


def _queues(report: Report) -> str:
    used = [queue for queue in report.queues if any(waiting for _, waiting in queue.steps)]
    top = max((waiting for queue in used for _, waiting in queue.steps), default=1)
    drawn = (plots.queue_steps(queue, report.begins_s, report.ends_s, top) for queue in used)
    return f'<div class="queues">{"".join(drawn)}</div>'


def _waits(what: str, lines: Sequence[WaitLine]) -> str:
    rows = [
        (line.name, str(line.wait_s.count), *map(minutes, _shares(line.wait_s)))
        for line in sorted(lines, key=lambda line: -line.wait_s.p90)
    ]
    return _table((what, "called", "p50", "p90", "p95", "longest"), rows)


def _shares(spread: Spread) -> tuple[float, float, float, float]:
    return spread.p50, spread.p90, spread.p95, spread.max


def _promises(report: Report) -> str:
    rows = [(line.promise, f"{line.checked:,}", f"{line.broken:,}") for line in report.promises]
    table = _table(("promise", "checked", "broken"), rows)
    first = "".join(
        f"<li>{escape(broken.promise)}, {escape(broken.view)} at {broken.offset}: {escape(broken.what)}</li>"
        for broken in report.broken[:50]
    )
    return table + (f'<ol class="bad">{first}</ol>' if first else "")


def _calls(report: Report) -> str:
    rows = [
        (
            line.call,
            f"{line.sent:,}",
            f"{line.repeated:,}",
            f"{line.nobody:,}",
            ", ".join(f"{slug} {count}" for slug, count in sorted(line.refused.items())) or "0",
            f"{line.took_ms.p50:.1f}",
            f"{line.took_ms.p99:.1f}",
        )
        for line in report.calls
    ]
    return _table(("call", "sent", "repeated", "nobody waits", "refused", "p50 ms", "p99 ms"), rows)


def _machinery(report: Report) -> str:
    feeds = [(line.view, str(line.connections), str(line.snapshots), f"{line.frames:,}") for line in report.feeds]
    late = report.lateness
    rows = [
        (name, f"{spread.p50:.1f}", f"{spread.p99:.1f}", f"{spread.max:.1f}", minutes(spread.max / 1000 * report.speed))
        for name, spread in (("arrivals", late.arrivals_ms), ("wakes from a wait", late.wakes_ms))
    ]
    return (
        _table(("feed", "connections", "snapshots", "frames"), feeds)
        + f'<p class="{"good" if late.kept_up else "bad"}">{escape(lateness(report))}</p>'
        + _table(("the generator was late with", "p50 ms", "p99 ms", "most ms", "most, hospital min:s"), rows)
    )


def lateness(report: Report) -> str:
    """Whether the generator itself kept up, in a sentence."""
    worst = max(report.lateness.arrivals_ms.p99, report.lateness.wakes_ms.p99) / 1000 * report.speed
    if report.lateness.kept_up:
        return f"The generator kept up: 99 of 100 of its own steps were at most {worst:.1f} s of hospital time late."
    return (
        f"The generator did not keep up: 1 of 100 of its own steps was more than {worst:.0f} s of hospital time late. "
        "The waits here hold that. Play the day slower, or the generator on another machine."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
