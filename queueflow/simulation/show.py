"""A replay on a terminal: a bar while it goes on, and the report when it is over.

Lives here: ReplayBar and print_report.
May import: rich, simulation.arrivals, .page, .replay and .report.
Never: know a figure that the report has not.
"""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from queueflow.simulation.arrivals import time_of
from queueflow.simulation.page import lateness, minutes, verdict
from queueflow.simulation.replay import Progress as Told
from queueflow.simulation.report import Report, WaitLine


class ReplayBar:
    """A bar of how many of the day's lines are over; a context manager, and what replay() is given to say to."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.fields[time]}", style="bold"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} over"),
            TextColumn("{task.fields[waiting]} wait"),
            TextColumn("{task.fields[broken]}", style="bold red"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "ReplayBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, told: Told) -> None:
        """Draw how far it is."""
        if self._task is None:
            self._task = self._bar.add_task("", time="", waiting=0, broken="")
        # Who scans twice makes no second ticket, so a little under the count of lines is all there is to end.
        self._bar.update(
            self._task,
            total=told.lines - told.played + told.ended + told.under_way,
            completed=told.ended,
            time=time_of(told.now_s)[:5],
            waiting=told.waiting,
            broken=f"{told.broken} broken" if told.broken else "",
        )


def print_report(report: Report, console: Console) -> None:
    """The report as a page of text."""
    counts = report.counts
    console.print()
    console.print(verdict(report), style="bold green" if report.good else "bold red", highlight=False)
    console.print(lateness(report), style="" if report.lateness.kept_up else "bold red", highlight=False)
    console.print(
        f"{time_of(report.begins_s)[:5]} to {time_of(report.ends_s)[:5]} in {report.wall_s:.0f} s "
        f"({report.speed:g} times). {counts.lines} lines: {counts.checked_in} checked in, {counts.held} held a "
        f"ticket already. {counts.tickets} tickets: {counts.done} done, {counts.no_shows} no-show, "
        f"{counts.cancelled} cancelled, {counts.under_way} under way. {report.served_an_hour:.0f} served an hour, "
        f"{report.calls_a_second:.0f} calls a second.",
        highlight=False,
    )
    console.print(_waits("Waits by clinic, min:s", report.by_clinic))
    console.print(_waits("Waits by priority, min:s", report.by_priority))
    console.print(_hours(report))
    console.print(_calls(report))
    console.print(_promises(report))
    for broken in report.broken[:20]:
        console.print(f"  {broken.promise}, {broken.view} at {broken.offset}: {broken.what}", style="red", markup=False)


def _waits(title: str, lines: tuple[WaitLine, ...]) -> Table:
    table = _table(title, "", "called", "p50", "p90", "p95", "max")
    for line in sorted(lines, key=lambda line: -line.wait_s.p90):
        wait = line.wait_s
        table.add_row(line.name, str(wait.count), *map(minutes, (wait.p50, wait.p90, wait.p95, wait.max)))
    return table


def _hours(report: Report) -> Table:
    table = _table("By hour", "", "arrived", "served", "p50", "p90")
    for line in report.by_hour:
        waits = (minutes(line.wait_s.p50), minutes(line.wait_s.p90)) if line.wait_s.count else ("", "")
        table.add_row(f"{line.hour:02d}", str(line.arrived), str(line.served), *waits)
    return table


def _calls(report: Report) -> Table:
    table = _table("Calls", "", "sent", "repeated", "nobody", "refused", "p50 ms", "p99 ms")
    for line in report.calls:
        refused = ", ".join(f"{slug} {count}" for slug, count in sorted(line.refused.items())) or "0"
        took = (f"{line.took_ms.p50:.1f}", f"{line.took_ms.p99:.1f}")
        table.add_row(line.call, str(line.sent), str(line.repeated), str(line.nobody), refused, *took)
    board = report.call_to_board_ms
    table.add_row("call to board", str(board.count), "", "", "", f"{board.p50:.1f}", f"{board.p99:.1f}")
    return table


def _promises(report: Report) -> Table:
    table = _table("Promises", "", "checked", "broken")
    for line in report.promises:
        table.add_row(line.promise, f"{line.checked:,}", f"{line.broken:,}", style="red" if line.broken else "")
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table
