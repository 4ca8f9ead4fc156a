"""The load test from nothing to its figures: a server of its own, Locust without a browser, and everything ended.

    python loadtests/bench_load.py [--seconds 60] [--kiosks 30] [--screens 50] [--doctors 25] [--workers 1]

Writes artifacts/load_stats.csv (and its fellows) and artifacts/load.html. Exit code 1 when anything failed.
"""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "artifacts"
START_S = 60
STOP_S = 30
_ROWS = "Name", "Request Count", "Failure Count", "Requests/s", "50%", "90%", "99%", "Max Response Time"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--kiosks", type=int, default=30, help="busy at the day's peak")
    options.add_argument("--doctors", type=int, help="one a room, if not said")
    options.add_argument("--screens", type=int, default=50)
    options.add_argument("--workers", type=int, default=1)
    chosen = options.parse_args()
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), chosen.workers) as ready:
        shape = {name: getattr(chosen, name) for name in ("seconds", "kiosks", "doctors", "screens")}
        shape["doctors"] = chosen.doctors or rooms(ready)
        code = locust(ready, shape)
    show(ARTIFACTS / "load_stats.csv")
    return code


@contextmanager
def server(folder: Path, workers: int) -> Iterator[Path]:
    """A demo without patients, on any free port, until the block ends. Gives its ready file."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "queueflow", "demo", "--no-patients", "--port", "0", "--workers", str(workers)]
    command += ["--ready-file", str(ready), "--data-dir", str(folder / "data")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(START_S * 10):
                if ready.exists():
                    break
                if process.poll() is not None:
                    raise SystemExit(f"the server ended with {process.returncode}")
                time.sleep(0.1)
            else:
                raise SystemExit(f"the server is not ready after {START_S} s")
            yield ready
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_S)


def rooms(ready: Path) -> int:
    """How many rooms the facility has."""
    hall = json.loads(ready.read_bytes())
    with urlopen(f"{hall['base_url']}/v1/facilities/{hall['facility']}") as answer:
        return len(json.load(answer)["rooms"])


def locust(ready: Path, shape: dict[str, float]) -> int:
    """Locust, headless and bounded in time: its own end, and one from outside should that not come."""
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
    command += ["--csv", str(ARTIFACTS / "load"), "--html", str(ARTIFACTS / "load.html"), "--only-summary"]
    command += ["--stop-timeout", "5", "--exit-code-on-error", "1", "--loglevel", "WARNING"]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {"LOAD_READY_FILE": str(ready), "LOAD_SHAPE": json.dumps(shape), "PYTHONPATH": path}
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=shape["seconds"] + 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SystemExit("Locust did not end in time.") from None
    if ended.returncode:
        print(ended.stderr, file=sys.stderr)
    return ended.returncode


def show(file: Path) -> None:
    """The figures, one row a call, the screens' row last."""
    with file.open(encoding="utf-8") as text:
        rows = [row for row in csv.DictReader(text) if row["Name"] != "Aggregated"]
    rows.sort(key=lambda row: (row["Type"] == "WS", row["Name"] == "command to frame", row["Name"]))
    print(f"{'':<20}{'count':>8}{'failed':>8}{'a second':>10}{'p50 ms':>8}{'p90 ms':>8}{'p99 ms':>8}{'max ms':>8}")
    for row in rows:
        name, count, failed, rate, *times = (row[column] for column in _ROWS)
        cells = "".join(f"{float(value or 0):>8.0f}" for value in times)
        print(f"{name:<20}{count:>8}{failed:>8}{float(rate):>10.1f}{cells}")
    print("artifacts/load.html has the plots")


if __name__ == "__main__":
    sys.exit(main())
