from math import inf

import pytest

from queueflow.simulation import theory


def test_erlang_b_and_c_are_those_of_the_tables() -> None:
    # Two erlangs on four lines, and one on two, by hand: a^c/c! over its sum.
    assert theory.erlang_b(4, 2.0) == pytest.approx((16 / 24) / (1 + 2 + 2 + 8 / 6 + 16 / 24))
    assert theory.erlang_b(2, 1.0) == pytest.approx(1 / 5)
    assert theory.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    # 10 erlangs on 15 lines: the tables' 0.0365.
    assert theory.erlang_b(15, 10.0) == pytest.approx(0.0365, abs=5e-5)


def test_with_one_server_erlang_c_is_the_load_and_the_wait_that_of_m_m_1() -> None:
    assert theory.erlang_c(1, 0.6) == pytest.approx(0.6)
    assert theory.fifo(theory.residual_s(1, 0.6, 10.0), 0.6) == pytest.approx(0.6 * 10 / 0.4)


def test_constant_service_halves_the_wait() -> None:
    rate, service_s = 0.06, 10.0
    exponential = theory.fifo(theory.residual_of([rate], [2 * service_s**2]), 0.6)
    constant = theory.fifo(theory.residual_of([rate], [service_s**2]), 0.6)
    assert exponential == pytest.approx(theory.fifo(theory.residual_s(1, 0.6, service_s), 0.6))
    assert constant == pytest.approx(exponential / 2)


def test_one_class_makes_every_order_first_come_first_served() -> None:
    assert theory.strict(3.0, [0.7]) == pytest.approx([theory.fifo(3.0, 0.7)])
    assert theory.accumulating(3.0, [0.7], [2.0]) == pytest.approx([theory.fifo(3.0, 0.7)])


def test_equal_rates_are_first_come_and_far_apart_they_are_strict() -> None:
    loads = [0.2, 0.25, 0.3]
    assert theory.accumulating(2.0, loads, [5, 5, 5]) == pytest.approx([theory.fifo(2.0, 0.75)] * 3)
    assert theory.accumulating(2.0, loads, [1e12, 1e6, 1]) == pytest.approx(theory.strict(2.0, loads), rel=1e-5)


def test_accumulating_of_two_classes_is_what_it_is_by_hand() -> None:
    # W2 = (W0/(1-rho)) / (1 - rho1 (1 - 1/3)); W1 = W0/(1-rho) - rho2 W2 (1 - 1/3).
    second = (0.6 / 0.4) / (1 - 0.3 * 2 / 3)
    assert theory.accumulating(0.6, [0.3, 0.3], [3, 1]) == pytest.approx([1.5 - 0.3 * second * 2 / 3, second])


@pytest.mark.parametrize("rates", [(1, 1, 1), (9, 3, 1), (1, 5, 2), (1e9, 1e4, 1)])
def test_every_order_conserves_the_sum_of_loads_and_waits(rates: tuple[float, float, float]) -> None:
    loads = [0.3, 0.1, 0.35]
    waits = theory.accumulating(4.0, loads, rates)
    assert sum(load * wait for load, wait in zip(loads, waits, strict=True)) == pytest.approx(
        theory.conserved(4.0, loads)
    )
    strict = theory.strict(4.0, loads)
    assert sum(load * wait for load, wait in zip(loads, strict, strict=True)) == pytest.approx(
        theory.conserved(4.0, loads)
    )


@pytest.mark.parametrize("load", [1.0, 1.2, -0.1, inf])
def test_what_has_no_steady_state_has_no_mean(load: float) -> None:
    with pytest.raises(ValueError, match="no steady state"):
        theory.fifo(1.0, load)
