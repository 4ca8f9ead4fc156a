"""What a person types: serve, demo, token, rules, doctor, replay, day, appointments.

Lives here: the commands' options, and what is printed.
May import: serving, settings, app, and the rooms that a command runs; typer, rich.
Never: do the work itself; a command parses, calls and prints. What went wrong is one sentence and exit code 2.
"""

import asyncio
import hashlib
import hmac
import os
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from queueflow import __version__, remote
from queueflow.app import KEY_FILE, TOKENS_FILE, read_rules, read_texts
from queueflow.cli_appointments import appointments
from queueflow.doctor import examine
from queueflow.model.ids import FacilityId
from queueflow.operations import rulesets
from queueflow.routing.tables import RulesInvalid
from queueflow.serving import CannotServe, Supervisor, prepare_data_dir
from queueflow.settings import Settings, SettingsError, from_environment
from queueflow.store.vault import KeyFileError, load_key
from queueflow.web import logs
from queueflow.web.auth import Role, Tokens, record_of
from queueflow.web.journeys import DayAnswer

WRONG: Final = 2
"""The exit code when something the person can mend is wrong."""
_DEMO_DATA: Final = Path("data/demo")

_commands = typer.Typer(
    help="The engine of a hospital's front hall.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_tokens = typer.Typer(help="Tokens of kiosks, displays, consoles and programs.", no_args_is_help=True)
_rules = typer.Typer(help="Facilities and their rules.", no_args_is_help=True)
_days = typer.Typer(help="The service day: close it, or make one up to replay.", no_args_is_help=True)
_commands.add_typer(_tokens, name="token")
_commands.add_typer(_rules, name="rules")
_commands.add_typer(_days, name="day")
_commands.add_typer(appointments, name="appointments")
_out = Console()
_err = Console(stderr=True, soft_wrap=True, highlight=False)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where key, tokens and the embedded store lie.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes that answer on the port.")]


def main() -> None:
    """Run the command that was typed."""
    try:
        _commands()
    except (SettingsError, CannotServe, RulesInvalid, KeyFileError, remote.Refused) as error:
        _fail(str(error))


@_commands.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False) -> None:
    if version:
        _out.print(__version__)
        raise typer.Exit


@_commands.command()
def serve(
    settings: SettingsFile = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option("--host", help="The address to answer on.")] = None,
    port: Port = None,
    workers: Workers = None,
) -> None:
    """Serve kiosks, screens, consoles and programs until it is stopped."""
    chosen = _settings(settings, data_dir=data_dir, host=host, port=port, workers=workers)
    read_rules(chosen)

    async def say(server: Supervisor) -> None:
        _out.print(f"queueflow {__version__} answers on [bold]{server.base_url}[/]")
        if not _token_file(chosen).records():
            _out.print("There is no token yet. Make one: queueflow token create --facility … --role kiosk")

    _serve(chosen, say)


@_commands.command()
def demo(  # noqa: PLR0917
    port: Port = None,
    patients: Annotated[bool, typer.Option("--patients/--no-patients", help="Simulated patients and doctors.")] = True,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=1000, help="How many times real speed.")] = 10.0,
    ready_file: Annotated[Path | None, typer.Option("--ready-file", help="Written as JSON when all is ready.")] = None,
    data_dir: DataDir = None,
    workers: Workers = None,
) -> None:
    """A hospital to walk around in: kiosk, waiting-room board and consoles, with simulated patients and doctors."""
    chosen = _settings(None, data_dir=data_dir or _DEMO_DATA, port=port, workers=workers)
    facility = read_rules(chosen)[0].facility
    prepare_data_dir(chosen.data_dir)
    tokens = _demo_tokens(chosen, facility.id)

    async def open_the_doors(server: Supervisor) -> None:
        # Imported here: serving, and every other command, does not need the simulation.
        from queueflow.simulation.demo import kept_free, run_demo  # noqa: PLC0415

        _show_doors(server.base_url, facility.id, kept_free(facility), tokens)
        if ready_file is not None:
            ready = {"base_url": server.base_url, "facility": facility.id, "tokens": tokens, "pid": os.getpid()}
            beside = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
            beside.write_bytes(msgspec.json.encode(ready))
            beside.replace(ready_file)
        if patients:
            await run_demo(server.base_url, tokens, facility, speed)

    _serve(chosen, open_the_doors)


@_tokens.command("create")
def create_token(
    facility: Annotated[str, typer.Option("--facility", help="The facility it is good for.")],
    role: Annotated[Role, typer.Option("--role", help="What it may do.")],
    label: Annotated[str, typer.Option("--label", help="Which device or program has it.")] = "",
    settings: SettingsFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a token and show it, this once."""
    chosen = _settings(settings, data_dir=data_dir)
    known = [one.facility.id for one in read_rules(chosen)]
    if facility not in known:
        _fail(f"There is no facility {facility!r}. There are: {', '.join(known)}.")
    prepare_data_dir(chosen.data_dir)
    token, token_id = f"qf_{secrets.token_urlsafe(32)}", f"{role.value}-{secrets.token_hex(4)}"
    _token_file(chosen).add(
        record_of(
            token,
            token_id=token_id,
            facility=FacilityId(facility),
            role=role,
            label=label,
            created_at_ms=time.time_ns() // 1_000_000,
        )
    )
    sys.stdout.write(f"{token}\n")
    _err.print(f"This is {token_id}. The token is not kept in clear and cannot be shown again.")


@_tokens.command("list")
def list_tokens(settings: SettingsFile = None, data_dir: DataDir = None) -> None:
    """Show which tokens are good, never the tokens themselves."""
    table = Table("id", "facility", "role", "label", "made")
    for one in _token_file(_settings(settings, data_dir=data_dir)).records():
        made = datetime.fromtimestamp(one.created_at_ms / 1000, UTC)
        table.add_row(one.id, one.facility, one.role.value, one.label, f"{made:%Y-%m-%d %H:%M}")
    _out.print(table)


@_tokens.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="As `token list` shows it.")],
    settings: SettingsFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a token bad at once."""
    if not _token_file(_settings(settings, data_dir=data_dir)).revoke(token_id):
        _fail(f"There is no token {token_id!r}.")
    _out.print(f"{token_id} is no longer good.")


@_rules.command("check")
def check_rules(
    folder: Annotated[Path | None, typer.Argument(help="A folder of facilities; else the one that is served.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Read every facility and its rules, and say what is wrong: file, line, row, column."""
    chosen = _settings(settings, rules_dir=folder)
    wrong = False
    for one in read_texts(chosen):
        try:
            rules = rulesets.checked(one)
        except RulesInvalid as invalid:
            wrong = True
            for finding in invalid.findings:
                _out.print(str(finding), markup=False, highlight=False, soft_wrap=True)
            continue
        for finding in rules.ruleset.warnings:
            _out.print(str(finding), markup=False, highlight=False, soft_wrap=True)
        rows = sum(len(table.rows) for table in rules.ruleset.tables)
        _out.print(f"{rules.facility.id}: {len(rules.facility.clinics)} clinics, {rows} rows; good.")
    raise typer.Exit(WRONG if wrong else 0)


@_days.command("generate")
def generate_day(  # noqa: PLR0917
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    patients: Annotated[int, typer.Option("--patients", min=1, max=100_000, help="How many people come.")] = 1500,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same day.")] = 1,
    facility: Annotated[
        str | None, typer.Option("--facility", help="Whose services; the first one's if not said.")
    ] = None,
    consultations: Annotated[
        Path | None, typer.Option("--consultations", help="A CSV of measured consultations, with a column service_s.")
    ] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help="A TOML file of arrivals by time of day.")] = None,
    no_shows: Annotated[
        float, typer.Option("--no-shows", min=0, max=1, help="Share who never come when called.")
    ] = 0.03,
    late: Annotated[float, typer.Option("--late", min=0, max=1, help="Share who come at a second call only.")] = 0.02,
    settings: SettingsFile = None,
) -> None:
    """Make up a day: people with cards, when they come and what for, as a file for `queueflow replay`."""
    from queueflow.simulation import arrivals, clock, day, day_file  # noqa: PLC0415

    known = {one.facility.id: one.facility for one in read_rules(_settings(settings))}
    chosen = known.get(FacilityId(facility)) if facility else next(iter(known.values()))
    if chosen is None:
        _fail(f"There is no facility {facility!r}. There are: {', '.join(known)}.")
    try:
        measured = consultations and arrivals.read_consultations(_text(consultations), consultations.name)
        comes = arrivals.read_profile(_text(profile), profile.name) if profile else arrivals.MORNING
    except arrivals.InputInvalid as error:
        _fail(str(error))
    made = day.make_day(
        mix=arrivals.mix_of(chosen, measured),
        profile=comes,
        patients=patients,
        # Ages count from New Year, so that a seed makes the same file all the year.
        on=clock.today().replace(month=1, day=1),
        dice=clock.dice(seed),
        attendance=day.Attendance(late=late, no_show=no_shows),
    )
    _write(out, day_file.write_day(made))
    _out.print(f"{out}: {patients} people in {len(made)} lines, for {chosen.id}.", highlight=False)
    _out.print(comes.assumption, highlight=False)


@_days.command("close")
def close_day(
    facility: Annotated[str, typer.Option("--facility", help="Which facility of the server.")],
    token: Annotated[str, typer.Option("--token", envvar="ADMIN_TOKEN", help="A token with the role admin.")],
    url: Annotated[str, typer.Option("--url", help="The running server.")] = "http://127.0.0.1:8080",
) -> None:
    """Close a facility's hall: who still waits is told and cancelled, who is served is done, every room closes."""
    closed = remote.ask(url, f"/v1/facilities/{facility}/day/close", token, DayAnswer)
    _out.print(f"{facility}: {closed.day} is closed.", highlight=False)
    _out.print(f"{closed.waited} still waited; {closed.ended} stops were ended in all.", highlight=False)


@_commands.command()
def replay(  # noqa: PLR0917
    file: Annotated[Path, typer.Argument(help="A day file, recorded or made by `queueflow day generate`.")],
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=5000, help="How many times real speed.")] = 100.0,
    url: Annotated[str, typer.Option("--url", help="The running server.")] = "http://127.0.0.1:8080",
    facility: Annotated[str | None, typer.Option("--facility", help="Which facility of it.")] = None,
    token: Annotated[
        str | None, typer.Option("--token", envvar="REPLAY_TOKEN", help="A token with the role admin.")
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option("--ready-file", help="A demo's, instead of --url, --facility and --token.")
    ] = None,
    no_shows: Annotated[float, typer.Option("--no-shows", min=0, max=1, help="Share who stay away besides.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Of walks, rests and no-shows.")] = 1,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a page with plots.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.")] = None,
) -> None:
    """Play a day on a running server through its public doors, and check every promise on the way.

    Exit code 1 when a promise was broken, somebody was refused or a call was never answered.
    """
    from queueflow.simulation import arrivals, day_file, door, page, show  # noqa: PLC0415
    from queueflow.simulation import replay as playing  # noqa: PLC0415

    tokens = {"admin": token or ""}
    if ready_file is not None:
        ready = msgspec.json.decode(_text(ready_file), type=_Ready)
        url, facility, tokens = ready.base_url, ready.facility, ready.tokens
    if not facility or not any(tokens.values()):
        _fail("Say which facility, and with which token: --facility and --token, or --ready-file of a demo.")
    try:
        day = day_file.read_day(_text(file), file.name)
        options = playing.Options(
            base_url=url,
            facility=facility,
            tokens=door.Tokens.of(tokens),
            speed=speed,
            file=file.name,
            no_shows=no_shows,
            seed=seed,
        )
        with show.ReplayBar(_out) as bar:
            report = asyncio.run(playing.replay(day, options, bar))
    except (arrivals.InputInvalid, playing.ReplayRefused) as error:
        _fail(str(error))
    show.print_report(report, _out)
    if html is not None:
        _write(html, page.html_page(report))
    if json is not None:
        _write(json, msgspec.json.format(msgspec.json.encode(report)).decode())
    raise typer.Exit(0 if report.good else 1)


@_commands.command()
def doctor(settings: SettingsFile = None, data_dir: DataDir = None) -> None:
    """Look at store, disk, key file, port and rules; say what is wrong and how to mend it."""
    chosen = _settings(settings, data_dir=data_dir)
    findings = asyncio.run(examine(chosen, os.environ))
    for one in findings:
        sign = "[green]good[/]" if one.good else "[red]WRONG[/]" if one.stops else "[yellow]warning[/]"
        _out.print(f"{sign:<8} {one.sentence}", highlight=False, soft_wrap=True)
        if one.mend:
            _out.print(f"         {one.mend}", highlight=False, soft_wrap=True)
    raise typer.Exit(WRONG if any(one.stops for one in findings) else 0)


class _Ready(msgspec.Struct, frozen=True):
    """What a demo writes when it is ready, as far as a replay needs it."""

    base_url: str
    facility: str
    tokens: dict[str, str]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        _fail(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        _fail(f"{file} is not UTF-8 (byte {error.start}).")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}.")


def _settings(file: Path | None, **chosen: object) -> Settings:
    """The environment's settings, with what was typed before them."""
    typed = {name: value for name, value in chosen.items() if value is not None}
    return msgspec.structs.replace(from_environment(file), **typed)


def _serve(settings: Settings, beside: Any) -> None:
    logs.set_up(settings.log_format, settings.log_level)
    asyncio.run(Supervisor(settings).run(beside))


def _token_file(settings: Settings) -> Tokens:
    return Tokens(settings.data_dir / TOKENS_FILE)


def _demo_tokens(settings: Settings, facility: FacilityId) -> dict[str, str]:
    """One token a role, made from the installation's key.

    A demo that is started again so has the same ones, screens that were left open carry on, and still nothing but
    their hashes is written down.
    """
    key = load_key(settings.data_dir / KEY_FILE)
    file = _token_file(settings)
    known = {record.id for record in file.records()}
    tokens: dict[str, str] = {}
    for role in Role:
        made = hmac.new(key, f"demo token {facility} {role.value}".encode(), hashlib.sha256).hexdigest()
        tokens[role.value] = f"qf_{made}"
        token_id = f"{role.value}-demo-{facility}"
        if token_id not in known:
            file.add(
                record_of(
                    tokens[role.value],
                    token_id=token_id,
                    facility=facility,
                    role=role,
                    label="demo",
                    created_at_ms=time.time_ns() // 1_000_000,
                )
            )
    return tokens


def _show_doors(base_url: str, facility: str, room: str, tokens: dict[str, str]) -> None:
    for name, path, role in (
        ("Kiosk", f"/kiosk/{facility}", Role.KIOSK),
        ("Board", f"/board/{facility}", Role.DISPLAY),
        ("Consoles", f"/console/{facility}", Role.CONSOLE),
        ("A doctor", f"/console/{facility}/{room}", Role.CONSOLE),
        ("The desk", f"/desk/{facility}", Role.CONSOLE),
    ):
        sys.stdout.write(f"{name:<10}{base_url}{path}#token={tokens[role.value]}\n")
    sys.stdout.write("Stop it with Ctrl-C. What happened today is kept, and goes on when it is started again.\n")
    sys.stdout.flush()


def _fail(sentence: str) -> NoReturn:
    _err.print(sentence, markup=False)
    raise SystemExit(WRONG)
