from random import Random
from statistics import fmean

import pytest

from queueflow.simulation.interval import controlled_mean_of, mean_of, student


@pytest.mark.parametrize(
    ("share", "freedom", "quantile"),
    [
        (0.975, 1, 12.7062),
        (0.975, 2, 4.3027),
        (0.975, 3, 3.1824),
        (0.995, 5, 4.0321),
        (0.995, 10, 3.1693),
        (0.975, 19, 2.0930),
        (0.995, 30, 2.7500),
        (0.975, 1000, 1.9623),
    ],
)
def test_students_quantiles_are_those_of_the_tables(share: float, freedom: int, quantile: float) -> None:
    assert student(share, freedom) == pytest.approx(quantile, abs=6e-5)


def test_the_interval_of_a_mean_is_students() -> None:
    found = mean_of([1.0, 2.0, 3.0, 4.0], 0.95)
    assert found.mean == 2.5
    # stdev 1.2910, over 2, times 3.1824.
    assert found.half_width == pytest.approx(2.0542, abs=1e-4)
    assert found.holds(found.low)
    assert not found.holds(found.high + 1e-9)


def test_the_true_mean_lies_in_a_ninety_percent_interval_nine_times_of_ten_with_and_without_controls() -> None:
    chance = Random(1)
    plain, controlled, narrower = 0, 0, 0
    for _ in range(2000):
        seen = [[chance.gauss(5, 2), chance.gauss(-1, 3)] for _ in range(12)]
        values = [10 + (a - 5) - 0.5 * (b + 1) + chance.gauss(0, 1) for a, b in seen]
        without, with_controls = mean_of(values, 0.9), controlled_mean_of(values, seen, [5, -1], 0.9)
        plain += without.holds(10)
        controlled += with_controls.holds(10)
        narrower += with_controls.half_width < without.half_width
    assert plain / 2000 == pytest.approx(0.9, abs=0.02)
    assert controlled / 2000 == pytest.approx(0.9, abs=0.02)
    assert narrower > 1900


def test_a_control_that_explains_everything_leaves_no_doubt() -> None:
    seen = [[1.0], [2.0], [4.0], [7.0]]
    found = controlled_mean_of([2 * row[0] + 1 for row in seen], seen, [3.0])
    assert found.mean == pytest.approx(7.0)
    assert found.half_width == pytest.approx(0.0, abs=1e-9)
    assert fmean(row[0] for row in seen) != 3.0
