from pathlib import Path

import pytest

from tools.docstrings import ROOT
from tools.pages import pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_generated_page_says_what_the_code_says(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages()[page], "out of date: make docs"
