"""Mean waits that queueing theory proves for Poisson arrivals: what a policy comes to when nothing disturbs it.

Lives here: Erlang B and C, Cobham, Kleinrock's accumulating priorities, and the conservation law.
May import: the standard library's collections.abc.
Never: simulate; these are formulas, with their sources.

Words: `load` is offered work as a share of what all servers can do (rho); a list of loads is by class. `residual_s`
is the time that somebody who finds everyone busy waits for the first to be free, weighed by the chance of finding it
so (W0 in the books). Waits are in the unit that the rates or the residual are in.
"""

from collections.abc import Sequence


def erlang_b(servers: int, offered: float) -> float:
    """The chance that all servers are busy where nobody waits; `offered`: arrival rate / one server's rate, erlangs.

    By the recursion B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)) (Erlang 1917; Cooper 1981, Introduction to Queueing
    Theory, section 3.3).
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """The chance of having to wait in M/M/c: B / (1 - rho (1 - B)) (Erlang 1917). Raises ValueError past its load."""
    load = _stable(offered / servers)
    blocked = erlang_b(servers, offered)
    return blocked / (1 - load * (1 - blocked))


def residual_s(servers: int, offered: float, service_s: float) -> float:
    """W0 of M/M/c where all classes have one service rate: C(c, a) / (c mu); for one server rho / mu."""
    return erlang_c(servers, offered) * service_s / servers


def residual_of(arrivals: Sequence[float], second_moments: Sequence[float]) -> float:
    """W0 of M/G/1: half the sum of arrival rate x E[S^2] by class (Pollaczek 1930, Khinchine 1932)."""
    return sum(rate * moment for rate, moment in zip(arrivals, second_moments, strict=True)) / 2


def fifo(residual: float, load: float) -> float:
    """First come, first served: W0 / (1 - rho). With residual_s it is Erlang C's C / (c mu - lambda)."""
    return residual / (1 - _stable(load))


def strict(residual: float, loads: Sequence[float]) -> list[float]:
    """Non-preemptive priority, the best class first: W(k) = W0 / ((1 - s(k-1)) (1 - s(k))), s(k) the loads up to k.

    Cobham 1954, Operations Research 2:70-76; for M/M/c too where all classes have one service rate.
    """
    _stable(sum(loads))
    return [residual / ((1 - sum(loads[:k])) * (1 - sum(loads[: k + 1]))) for k in range(len(loads))]


def accumulating(residual: float, loads: Sequence[float], rates: Sequence[float]) -> list[float]:
    """Accumulating priority: points grow at a class's rate while it waits, and the most go next.

    W(p) = [W0 / (1 - rho) - sum over b(i) < b(p) of rho(i) W(i) (1 - b(i) / b(p))]
           / [1 - sum over b(i) > b(p) of rho(i) (1 - b(p) / b(i))], solved from the smallest rate up.
    Kleinrock 1964, Naval Research Logistics Quarterly 11:329-341; Stanford, Taylor and Ziedins 2014, Queueing Systems
    77:297-330. Rates are positive.
    """
    mean = fifo(residual, sum(loads))
    waits = [0.0] * len(loads)
    for p in sorted(range(len(loads)), key=rates.__getitem__):
        slower = sum(loads[i] * waits[i] * (1 - rates[i] / rates[p]) for i in range(len(loads)) if rates[i] < rates[p])
        faster = sum(loads[i] * (1 - rates[p] / rates[i]) for i in range(len(loads)) if rates[i] > rates[p])
        waits[p] = (mean - slower) / (1 - faster)
    return waits


def conserved(residual: float, loads: Sequence[float]) -> float:
    """The sum of rho(i) W(i), the same in every order that lets no server idle and does not look at service times.

    rho W0 / (1 - rho) (Kleinrock 1965, Naval Research Logistics Quarterly 12:181-192).
    """
    return sum(loads) * fifo(residual, sum(loads))


def _stable(load: float) -> float:
    if not 0 <= load < 1:
        raise ValueError(f"a load of {load:g} has no steady state")
    return load
