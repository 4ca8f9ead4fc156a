"""Check-in and call-next over HTTP, against a bare Litestar POST of the same body and the naive check-in, in one run.

    python -m loadtests.benchmarks.check_in [--rounds 5] [--seconds 4]

queueflow checks a token and an idempotency key, reads a card, decides by a table of 200 rows, seals the patient and
makes one call of the engine on an append-only file that is synced before the answer. One worker on one core; the
store and the load share the other. Goals: check-in at least 0.5 of the bare POST and above 1.0 of the naive one;
the console's calls (call-next, start and complete in turn, as a doctor presses them) likewise 0.5 of the bare POST.
"""

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
from redis import Redis

from loadtests.benchmarks import compare, rivals
from queueflow.store.embedded import EmbeddedValkey

CLINICS = 40
ROWS = 200
CONNECTIONS = 64
GOAL_BARE = 0.5
GOAL_NAIVE = 1.0
FACILITY = "benchmark"

FACILITY_TOML = f"""
id = "{FACILITY}"
name = {{ en = "Benchmark" }}
time_zone = "Asia/Ho_Chi_Minh"
languages = ["en"]
[[priorities]]
id = "priority"
name = {{ en = "Priority" }}
[[priorities]]
id = "ordinary"
name = {{ en = "Ordinary" }}
""" + "".join(
    f"""
[[services]]
id = "s{number}"
name = {{ en = "Service {number}" }}
[[clinics]]
id = "c{number}"
name = {{ en = "Clinic {number}" }}
services = ["s{number}"]
series = "{"ABCDEFGHJKLMNPQRSTUVWXYZ"[number % 24]}"
[[rooms]]
id = "r{number}"
name = {{ en = "Room {number}" }}
clinics = ["c{number}"]
"""
    for number in range(CLINICS)
)


def rules_toml() -> str:
    """200 rows by service, age and flag; the last row of a service takes whoever is anybody."""
    text = '[clinic]\ninputs = ["service", "age_years", "flags"]\noutputs = ["candidates", "balance"]\n'
    flags = ("pregnant", "meritorious", "disabled-severe")
    for number in range(ROWS - CLINICS):
        service, low = number % CLINICS, 90 + number // CLINICS
        cells = f'service = "s{service}", age_years = "{low}..{low + 1}", flags = "{flags[number % 3]}"'
        text += f'[[clinic.row]]\nname = "row-{number}"\nif = {{ {cells} }}\n'
        text += f'then = {{ candidates = ["c{(number + 7) % CLINICS}"], balance = "first" }}\n'
    for number in range(CLINICS):
        text += f'[[clinic.row]]\nname = "all-{number}"\nif = {{ service = "s{number}" }}\n'
        text += f'then = {{ candidates = ["c{number}", "c{(number + 1) % CLINICS}"], balance = "shortest-wait" }}\n'
    return text


def check_in_bodies() -> Iterator[bytes]:
    """Check-ins of people who never were, each with a card of their own."""
    for serial in itertools.count(1):
        year = 50 + serial % 50
        number = f"0200{year:02d}{serial % 1_000_000:06d}"
        card = f"{number}||Nguyễn Văn Mẫu|0205{1900 + year}|Nam|Thôn Mẫu 1, Lạng Sơn|15082021"
        yield json.dumps(
            {
                "identity": {"scheme": "cccd-qr", "value": card},
                "patient": {},
                "service": f"s{serial % CLINICS}",
                "flags": [],
                "language": "en",
            }
        ).encode()


class Arrivals:
    """Check-in requests for all connections, each made once; the same bodies go to every contender."""

    def __init__(self, token: str, run: str) -> None:
        self._bodies = check_in_bodies()
        self._path = f"/v1/facilities/{FACILITY}/check-ins"
        self._token = token
        self._run = run
        self._count = 0

    def requests(self) -> list[compare.Requests]:
        """One iterator a connection, over one common stock."""
        return [compare.Requests(self._make()) for _ in range(CONNECTIONS)]

    def _make(self) -> Iterator[bytes]:
        while True:
            self._count += 1
            yield compare.post(self._path, self._token, f"{self._run}-{self._count}", next(self._bodies))


class Doctor(compare.Requests):
    """Call-next, start, complete, and again, in one room."""

    def __init__(self, room: int, token: str, run: str) -> None:
        super().__init__(())
        self._base = f"/v1/facilities/{FACILITY}"
        self._room = f"{self._base}/rooms/r{room}/call-next"
        self._token = token
        self._keys = (f"{run}-{room}-{count}" for count in itertools.count())
        self._ticket = ""
        self._step = 0

    def next(self) -> bytes | None:
        """What this doctor presses next."""
        path = self._room
        if self._step:
            path = f"{self._base}/tickets/{self._ticket}/{('start', 'complete')[self._step - 1]}"
        return compare.post(path, self._token, next(self._keys), b"{}")

    def answered(self, status: int, body: bytes) -> None:
        """On to the next step; who was told that nobody waits asks again."""
        if self._step == 0:
            self._ticket = msgspec.json.decode(body)["id"] if status == 200 else ""
        self._step = (self._step + 1) % 3 if self._ticket else 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=4.0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ends:
        found = measure(Path(folder), ends, chosen.rounds, chosen.seconds)
    ratios = {
        "check-in / bare": compare.ratio(found, "queueflow check-in", "bare POST"),
        "check-in / naive": compare.ratio(found, "queueflow check-in", "naive check-in"),
        "console / bare": compare.ratio(found, "queueflow console", "bare POST"),
    }
    print()
    for name in found:
        rate, cpu = compare.median(found, name, "rate"), compare.median(found, name, "cpu_us")
        print(f"{name:<28}{rate:>9,.0f}/s {cpu:>7.0f} us, median of {chosen.rounds}")
    for name, (by_rate, by_cpu) in ratios.items():
        goal = GOAL_NAIVE if "naive" in name else GOAL_BARE
        print(f"{name:<28}{by_rate:>6.2f} by rate, {by_cpu:.2f} by processor time; goal {goal}")
    compare.keep("check_in.json", found, ratios)
    met = all(pair[0] >= (GOAL_NAIVE if "naive" in name else GOAL_BARE) for name, pair in ratios.items())
    sys.exit(0 if met else 1)


def measure(folder: Path, ends: ExitStack, count: int, seconds: float) -> dict[str, list[compare.Measured]]:
    compare.pin_to(compare.LOAD_CORE)
    store = EmbeddedValkey(folder / "store")
    url = store.start()
    ends.callback(store.stop)
    with Redis.from_url(url) as client:
        compare.pin_to(compare.LOAD_CORE, client.info("server")["process_id"])
    rules = folder / "rules" / FACILITY
    rules.mkdir(parents=True)
    (rules / "facility.toml").write_text(FACILITY_TOML, encoding="utf-8")
    (rules / "rules.toml").write_text(rules_toml(), encoding="utf-8")

    ours, tokens = start_queueflow(folder, ends, url)
    bare = start_rival("bare_app", ends, {})
    naive = start_rival("naive_app", ends, {rivals.STORE: url})
    arrivals = Arrivals(tokens["kiosk"], "check-in")
    consoles = doctors(ours, tokens["console"])
    contenders = [
        compare.Contender("bare POST", *bare, Arrivals("none", "bare").requests),
        compare.Contender("queueflow check-in", *ours, arrivals.requests),
        compare.Contender("naive check-in", *naive, Arrivals("none", "naive").requests),
        compare.Contender("queueflow console", *ours, lambda: consoles),
    ]
    for contender in contenders:
        compare.hammer(contender, min(1.0, seconds))
    return compare.rounds(contenders, count, seconds)


def doctors(ours: tuple[int, int], token: str) -> list[compare.Requests]:
    """A doctor in every room, who goes on in the next round where this one ended."""
    opening = [
        compare.post(f"/v1/facilities/{FACILITY}/rooms/r{room}/open", token, f"open-{room}", b"{}")
        for room in range(CLINICS)
    ]
    opened = compare.hammer(compare.Contender("", *ours, lambda: [compare.Requests(opening)]), 60)
    assert opened.answered == CLINICS, opened
    return [Doctor(room, token, "console") for room in range(CLINICS)]


def start_queueflow(folder: Path, ends: ExitStack, store: str) -> tuple[tuple[int, int], dict[str, str]]:
    """The worker's pid and port, and a token a role."""
    port, ready = compare.free_port(), folder / "ready.json"
    command = [sys.executable, "-m", "queueflow", "demo", "--no-patients", "--port", str(port)]
    command += ["--ready-file", str(ready), "--data-dir", str(folder / "data")]
    environment = {"QUEUEFLOW_STORE_URL": store, "QUEUEFLOW_RULES_DIR": str(folder / "rules")}
    process = ends.enter_context(compare.server(command, environment, port))
    compare.wait_for_file(ready, process)
    return (compare.worker_of(process.pid), port), json.loads(ready.read_text())["tokens"]


def start_rival(app: str, ends: ExitStack, environment: dict[str, str]) -> tuple[int, int]:
    port = compare.free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", f"loadtests.benchmarks.rivals:{app}", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    process = ends.enter_context(compare.server(command, environment, port))
    return process.pid, port


if __name__ == "__main__":
    main()
