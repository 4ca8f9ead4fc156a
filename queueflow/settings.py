"""What an installation decides: where the store is, where data lie, on which port to answer.

Lives here: Settings, and its reading from QUEUEFLOW_… variables and an optional TOML file.
May import: the standard library's os, pathlib, tomllib; msgspec.
Never: be imported by anything but app, serving and cli; everybody else gets values.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit

import msgspec

PREFIX = "QUEUEFLOW_"
FILE_VARIABLE = "QUEUEFLOW_SETTINGS"
"""Names the TOML file; a variable of the environment goes before what the file says."""


class SettingsError(Exception):
    """A setting that cannot be; the sentence names its variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field a setting; its variable is QUEUEFLOW_ and the field's name in capitals.

    `store_url`: redis://, rediss:// or unix://; None runs an embedded Valkey in `data_dir`.
    `store_wait`: replicas that must have a change before it is answered. `rules_dir`: None for the shipped examples.
    `public_url`: how phones reach this server, for the QR on a ticket. `allowed_origins`: other origins whose
    pages may open feeds. `trusted_proxies`: addresses whose X-Forwarded-… headers count.
    """

    store_url: str | None = None
    store_wait: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    data_dir: Path = Path("data")
    rules_dir: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    public_url: str | None = None
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def __post_init__(self) -> None:
        if self.store_url is not None and urlsplit(self.store_url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("store_url: write redis://…, rediss://… or unix:///path/of.sock")
        for name, addresses in (
            ("public_url", (self.public_url,) if self.public_url else ()),
            ("allowed_origins", self.allowed_origins),
        ):
            for address in addresses:
                parts = urlsplit(address)
                if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
                    raise ValueError(f"{name}: write http://host or https://host, with a port where one is needed")


def read_settings(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of an environment and a TOML file; raises SettingsError, which names the variable at fault."""
    named = environment.get(FILE_VARIABLE)
    chosen = file or (Path(named) if named else None)
    values: dict[str, object] = {} if chosen is None else _from_file(chosen)
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields:
            continue
        # A variable that is set to nothing is as good as none: that is how unit files and compose files clear one.
        if text.strip():
            is_list = name in ("allowed_origins", "trusted_proxies")
            values[name] = [part.strip() for part in text.split(",") if part.strip()] if is_list else text.strip()
    return _checked(values, chosen)


def from_environment(file: Path | None = None) -> Settings:
    """The settings of this process' environment; raises SettingsError."""
    return read_settings(os.environ, file)


def packed(settings: Settings) -> bytes:
    """Settings as one line, for a worker process."""
    return msgspec.json.encode(settings, enc_hook=str)


def unpacked(line: bytes) -> Settings:
    """Settings out of that line."""
    return msgspec.json.decode(line, type=Settings, dec_hook=_path)


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The QUEUEFLOW_… variables that set nothing: most likely misspelt. `queueflow doctor` tells of them."""
    known = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)} | {FILE_VARIABLE}
    return tuple(sorted(name for name in environment if name.startswith(PREFIX) and name not in known))


def _from_file(path: Path) -> dict[str, object]:
    try:
        values = cast("dict[str, object]", tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SettingsError(f"{FILE_VARIABLE}: {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE_VARIABLE}: {path} is not TOML: {error}.") from error
    for name in ("data_dir", "rules_dir"):
        if isinstance(values.get(name), str):
            # Paths in a file are meant from where the file lies, not from where the server happens to be started.
            values[name] = path.parent / str(values[name])
    return values


def _checked(values: dict[str, object], file: Path | None) -> Settings:
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
    # One at a time first, so that the error can name the variable.
    for name, value in settings.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False, dec_hook=_path)
        except (msgspec.ValidationError, ValueError) as error:
            said = str(error).split(" - at ")[0].removeprefix(f"{name}: ")
            where = "" if file is None else f" (or `{name}` in {file})"
            raise SettingsError(f"{PREFIX}{name.upper()}{where}: {said}.") from error
    return msgspec.convert(settings, Settings, strict=False, dec_hook=_path)


def _path(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(wanted)
