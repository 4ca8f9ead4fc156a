"""`queueflow appointments import` against a running server."""

import asyncio
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from queueflow.web.auth import Role
from tests.servers import Server
from tests.web.conftest import FACILITY, token_of
from tests.web.feed_reader import Worker, alone
from tests.web.processes import run
from tests.web.test_appointments import day

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(valkey: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worker]:
    async with alone(valkey, tmp_path_factory.mktemp("data")) as started:
        yield started


async def typed(worker: Worker, file: Path, *more: str, url: str | None = None):
    words = (
        "appointments",
        "import",
        str(file),
        "--facility",
        FACILITY,
        "--url",
        url or f"http://{worker.host}",
        *more,
    )
    return await asyncio.to_thread(run, *words, CONSOLE_TOKEN=token_of(Role.CONSOLE))


async def test_a_long_table_is_booked_in_parts_and_its_bad_rows_are_told_and_written(
    worker: Worker, tmp_path: Path
) -> None:
    file, errors = tmp_path / "week.csv", tmp_path / "errors.csv"
    minutes = [f"{4 + n // 12 % 20:02d}:{(4 + n % 12 * 5) % 60:02d}" for n in range(215)]
    rows = [f'{day(1)},{at},internal-1,BN-{n},"=Nguyễn, A{n}"' for n, at in enumerate(minutes)]
    rows[3] = f"{day(1)},08:05,internal-1,BN-3,=1+1"
    rows[210] = f"{day(1)},08:04,nowhere,BN-210,=1+1"
    file.write_text("date,time,clinic,identity,name\n" + "\n".join(rows) + "\n", encoding="utf-8-sig")
    ended = await typed(worker, file, "--errors", str(errors))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "213 booked, 0 there already, 2 refused." in ended.stdout
    with errors.open(encoding="utf-8", newline="") as written:
        assert list(csv.reader(written)) == [
            ["row", "column", "expected"],
            ["5", "time", "No slot of this clinic begins then."],
            ["212", "clinic", "Expected one of internal-1."],
        ]
    assert "=" not in ended.stdout + errors.read_text("utf-8")
    again = await typed(worker, file)
    assert "0 booked, 213 there already, 2 refused." in again.stdout


async def test_what_is_no_table_and_what_is_no_server_are_one_sentence(worker: Worker, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("date,time,who\n", encoding="utf-8")
    for file, url, said in (
        (bad, None, "Column 3 of the first row is none of"),
        (tmp_path / "nothing.csv", None, "cannot be read"),
        (bad, "http://127.0.0.1:1", "no answer from"),
    ):
        ended = await typed(worker, file, url=url)
        assert ended.returncode == 2
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr
