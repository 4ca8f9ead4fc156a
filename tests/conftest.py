"""For every test: what is skipped on a desk for want of a program is a failure where changes are judged (CI)."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long an example takes says more about who else is on the machine than about the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

IN_CI = bool(os.environ.get("CI"))
FOREIGN = "no part of the repository"
"""In the reason of a skip: the test reads what may not be handed on with the code."""


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and FOREIGN not in str(report.longrepr):
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
        report.outcome = "failed"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report
