"""What a hospital installs: the wheel, by itself, in an empty environment and an empty folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.docstrings import ROOT

DATA = "queueflow/_data/"
READY_WITHIN_S = 60
STOPPED_WITHIN_S = 20


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel.

    Its dependencies are those of the environment that runs this test, lent by path so that no network is needed;
    what stands there of queueflow itself comes later on the path and is never reached.
    """
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            programs / "python",
            "install",
            "-qq",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    lent = [path for path in sys.path if path.endswith("site-packages")]
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    return programs


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """Not tmp_path: the store's socket lies in it, and a socket's path is short."""
    with tempfile.TemporaryDirectory(prefix="qf-") as folder:
        yield Path(folder)


def _kept(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_the_screens_and_the_rules_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name for name in names if not name.startswith(DATA)} == _kept("queueflow")
    for folder in ("displays", "routing_rules"):
        assert {name for name in names if name.startswith(DATA + folder)} == {DATA + name for name in _kept(folder)}


def test_an_installed_queueflow_finds_its_own_screens_and_rules(installed: Path, empty_folder: Path) -> None:
    code = "from queueflow.resources import root; print(root('displays')); print(root('routing_rules'))"
    found = subprocess.run(
        [installed / "python", "-c", code], cwd=empty_folder, check=True, capture_output=True, text=True
    )
    for line in found.stdout.splitlines():
        assert Path(line).is_relative_to(installed.parent)
        assert any(Path(line).iterdir())


def test_an_installed_queueflow_opens_a_hospital_in_an_empty_folder(installed: Path, empty_folder: Path) -> None:
    ready = empty_folder / "ready.json"
    log = empty_folder / "log"
    with log.open("wb") as out:
        demo = subprocess.Popen(
            [
                *(installed / "queueflow", "demo", "--no-patients", "--port", str(_free_port())),
                *("--ready-file", ready, "--data-dir", empty_folder / "data"),
            ],
            cwd=empty_folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        told = _wait_for(ready, demo, log)
        assert _get(f"{told['base_url']}/readyz") == 200
        for page in ("kiosk", "board", "console"):
            assert _get(f"{told['base_url']}/{page}/{told['facility']}") == 200
        os.kill(told["pid"], signal.SIGTERM)
        assert demo.wait(STOPPED_WITHIN_S) == 0, log.read_text(encoding="utf-8")
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()


def _wait_for(ready: Path, demo: subprocess.Popen[bytes], log: Path) -> dict:
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if ready.exists():
            return json.loads(ready.read_text(encoding="utf-8"))
        assert demo.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError(f"not ready within {READY_WITHIN_S} s:\n{log.read_text(encoding='utf-8')}")


def _get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
