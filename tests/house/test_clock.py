"""Clock, ids and chance come in at four places; ruff refuses them everywhere else."""

import subprocess
import sys

import pytest

from tools.docstrings import ROOT

MAY = ("queueflow/cli.py", "queueflow/web/entry.py", "queueflow/store/vault.py", "queueflow/simulation/clock.py")
MAY_NOT = ("queueflow/app.py", "queueflow/web/kiosk.py", "queueflow/live/hub.py", "queueflow/simulation/hospital.py")

READ = [
    "from datetime import datetime, UTC\nNOW = datetime.now(UTC)\n",
    "from datetime import date\nTODAY = date.today()\n",
    "import time\nNOW = time.time()\n",
    "from time import time_ns\nNOW = time_ns()\n",
    "import uuid\nNEW = uuid.uuid4()\n",
    "import secrets\nNEW = secrets.token_hex()\n",
    "from secrets import token_hex\nNEW = token_hex()\n",
    "import os\nNEW = os.urandom(8)\n",
    "import random\nNEW = random.random()\n",
]


def _refused(code: str, file: str) -> bool:
    told = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename", file, "-"],
        cwd=ROOT,
        input=code,
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.returncode in (0, 1), told.stderr
    return "TID251" in told.stdout


@pytest.mark.parametrize("code", READ, ids=lambda code: code.splitlines()[-1])
def test_a_file_that_is_handed_the_instant_may_not_read_it(code: str) -> None:
    assert [file for file in MAY_NOT if not _refused(code, file)] == []
    assert [file for file in MAY if _refused(code, file)] == []
