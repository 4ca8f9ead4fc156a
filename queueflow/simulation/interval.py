"""What a mean of independent replications is worth: Student's t interval, by itself or against known controls.

Lives here: Interval, mean_of, controlled_mean_of, student.
May import: msgspec, the standard library's math and statistics.
Never: treat values of one run as independent; each is a replication's own mean.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

import msgspec


class Interval(msgspec.Struct, frozen=True):
    """A mean and the interval that holds the true one in `level` of all cases."""

    mean: float
    half_width: float
    level: float

    @property
    def low(self) -> float:
        """Its lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.mean + self.half_width

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high


def mean_of(values: Sequence[float], level: float = 0.95) -> Interval:
    """The mean of independent values of one distribution, at least two: Student's t with n - 1 degrees of freedom."""
    error = stdev(values) / math.sqrt(len(values))
    return Interval(fmean(values), student(1 - (1 - level) / 2, len(values) - 1) * error, level)


def controlled_mean_of(
    values: Sequence[float], controls: Sequence[Sequence[float]], known: Sequence[float], level: float = 0.95
) -> Interval:
    """The mean of independent values beside which others were seen whose true means are `known`.

    Least squares of the values on the controls' deviations; the constant estimates the mean, with n - 1 - q degrees of
    freedom for q controls (Lavenberg and Welch 1981, Management Science 27:322-335). `controls`: one list a value.
    """
    columns = [[1.0] * len(values), *([row[n] - true for row in controls] for n, true in enumerate(known))]
    # Of one size, so that the elimination loses nothing.
    columns = [[x / max(map(abs, column)) for x in column] for column in columns]
    squares = [[_dot(one, other) for other in columns] for one in columns]
    fitted = _solve(squares, [_dot(column, values) for column in columns])
    left = [
        value - sum(column[n] * weight for column, weight in zip(columns, fitted, strict=True))
        for n, value in enumerate(values)
    ]
    freedom = len(values) - len(columns)
    # The constant's variance: its place in the inverse of the squares, times the variance that is left.
    share = _solve(squares, [1.0, *([0.0] * len(known))])[0]
    error = math.sqrt(share * _dot(left, left) / freedom)
    return Interval(fitted[0], student(1 - (1 - level) / 2, freedom) * error, level)


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(one, other, strict=True))


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gauss's elimination with the greatest pivot."""
    rows: list[list[float]] = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        pivot = max(range(at, len(rows)), key=lambda n: abs(rows[n][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for row in rows[at + 1 :]:
            by = row[at] / rows[at][at]
            for n in range(at, len(row)):
                row[n] -= by * rows[at][n]
    found = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        rest = sum(rows[at][n] * found[n] for n in range(at + 1, len(rows)))
        found[at] = (rows[at][-1] - rest) / rows[at][at]
    return found


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t with whole degrees of freedom, for a share of at least a half, to 1e-9 or so.

    By halving an interval of its distribution function (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
    """
    low, high = 0.0, 1.0
    while _student_below(high, freedom) < share:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_below(middle, freedom) < share else (low, middle)
    return high


def _student_below(t: float, freedom: int) -> float:
    """P(T < t) for t of at least 0."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    if freedom == 1:
        return 0.5 + angle / math.pi
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    inside = (angle + math.sin(angle) * total) * 2 / math.pi if odd else math.sin(angle) * total
    return 0.5 + inside / 2
