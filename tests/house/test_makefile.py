import re

from tools.docstrings import ROOT

TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", TEXT, re.MULTILINE))
STEPS_OF_CHECK = {"format", "lint", "types", "imports", "house"}


def test_every_target_says_what_it_is_for_and_is_no_file() -> None:
    described = set(re.findall(r"^([a-z-]+):.*## \S", TEXT, re.MULTILINE))
    assert TARGETS - described == STEPS_OF_CHECK
    phony = re.findall(r"^\.PHONY: (.+)$", TEXT, re.MULTILINE)
    assert set(" ".join(phony).split()) == TARGETS


def test_every_benchmark_is_run_by_make_bench() -> None:
    (run,) = re.findall(r"for figure in (.+?); do", TEXT)
    benchmarks = {
        path.stem
        for path in (ROOT / "loadtests" / "benchmarks").glob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert set(run.split()) == benchmarks
