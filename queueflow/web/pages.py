"""The screens' pages and what they load: templates, styles, modules, pictures and sounds out of displays/.

Lives here: Screens (the folder, read once; `screens` finds it), page_of, and the handlers of pages and assets.
May import: model, web.board, web.entry; jinja2, litestar, msgspec.
Never: put anything of a patient into a page: pages are the same for everybody, feeds bring what changes.
"""

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import get
from litestar.types import ASGIApp

from queueflow import __version__
from queueflow.model.errors import NotFound, UnknownRoom
from queueflow.model.facility import Facility
from queueflow.web.answer import Answer, Headers
from queueflow.web.board import public_facility
from queueflow.web.entry import AnyRequest, asked, path_part

_CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline runs: the JSON in a page is a data block, which no browser executes. 'self' covers the feed too."""

PAGE_HEADERS: Final[Headers] = [
    (b"content-security-policy", _CSP.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), microphone=(), payment=()"),
]
_FOR_A_YEAR: Final = b"public, max-age=31536000, immutable"
_KINDS: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
_TEMPLATES: Final = frozenset({".html"})
_COMMENT: Final = re.compile(rb"^[ \t]*//[^\n]*", re.MULTILINE)
"""A line that is nothing but a comment: a fifth of a module, which a phone on a weak network need not wait for. The
line itself stays, so that a fault's line number is that of the file."""
_PATIENTS: Final = frozenset({"patient", "ticket"})
"""Pages that patients load by themselves: of the facility they need what things are called and where they lie."""


class Screens:
    """displays/ as it was when the server started. `version` changes with any byte of it, and with the program.

    Every asset is in memory under its own name, so that an address is looked up and never joined to a path.
    """

    def __init__(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        digest = hashlib.sha256(__version__.encode())
        self.assets: dict[str, tuple[bytes, bytes]] = {}
        for path in files:
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            if path.suffix not in _TEMPLATES and not any(part.startswith(".") for part in path.parts):
                self.assets[name] = (_COMMENT.sub(b"", content) if path.suffix == ".js" else content, _kind(path))
        self.version: Final = digest.hexdigest()[:16]
        self.words: Final[dict[str, dict[str, str]]] = {
            path.stem: msgspec.json.decode(path.read_bytes(), type=dict[str, str])
            for path in sorted((folder / "words").glob("*.json"))
        }
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            auto_reload=False,
        )
        # In the order given: a kiosk offers its languages in the facility's.
        self._templates.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}
        self._pages: dict[tuple[str, str], bytes] = {}

    def page(self, screen: str, facility: Facility) -> bytes:
        """A screen's page for a facility, in its first language that there are words for."""
        made = self._pages.get((screen, facility.id))
        if made is None:
            spoken = [one for one in facility.languages if one in self.words] or list(self.words)
            made = self._pages[screen, facility.id] = (
                self._templates.get_template(f"{screen}/page.html")
                .render(
                    facility=_named(facility) if screen in _PATIENTS else _known(facility),
                    language=spoken[0],
                    words={one: self.words[one] for one in spoken},
                    # The version stands in the path, not only behind `?v=`: modules that import each other by
                    # relative paths then load each other's same version, however long a browser keeps them.
                    assets=f"/assets/{self.version}",
                    version=self.version,
                )
                .encode()
            )
        return made


def _known(facility: Facility) -> dict[str, Any]:
    """A facility as the public may know it."""
    return cast("dict[str, Any]", msgspec.to_builtins(public_facility(facility)))


def _named(facility: Facility) -> dict[str, Any]:
    """Of the same only names and places."""
    known = _known(facility)
    kept = {name: known[name] for name in ("id", "name", "time_zone", "languages")}
    for kind in ("services", "clinics", "rooms"):
        kept[kind] = [
            {field: one[field] for field in ("id", "name", "location") if one.get(field)} for one in known[kind]
        ]
    return kept


def _kind(path: Path) -> bytes:
    kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return (f"{kind}; charset=utf-8" if kind.startswith("text/") else kind).encode()


def screens(request: AnyRequest) -> Screens:
    """What displays/ holds."""
    return cast("Screens", request.app.state["screens"])


def page_of(request: AnyRequest, screen: str) -> Answer:
    """A screen's page for the facility that the address names."""
    content = screens(request).page(screen, asked(request).facility)
    return Answer(200, content, b"text/html; charset=utf-8", [*PAGE_HEADERS, (b"cache-control", b"no-cache")])


@get("/kiosk/{facility:str}", opt={"call": "page"})
async def kiosk(request: AnyRequest) -> ASGIApp:
    """The kiosk."""
    return page_of(request, "kiosk")


@get("/board/{facility:str}", opt={"call": "page"})
async def board(request: AnyRequest) -> ASGIApp:
    """The waiting room's board."""
    return page_of(request, "board")


@get("/console/{facility:str}", opt={"call": "page"})
async def console(request: AnyRequest) -> ASGIApp:
    """The consoles: choose a room."""
    return page_of(request, "console")


@get("/console/{facility:str}/{room:str}", opt={"call": "page"})
async def room_console(request: AnyRequest) -> ASGIApp:
    """One room's console."""
    if asked(request).facility.room(path_part(request, "room")) is None:
        raise UnknownRoom
    return page_of(request, "console")


@get("/visit/{facility:str}/{visit:str}", opt={"call": "page"})
async def visit(request: AnyRequest) -> ASGIApp:
    """The patient's own page; its feed asks for the signed link."""
    return page_of(request, "patient")


@get("/ticket/{facility:str}/{visit:str}", opt={"call": "page"})
async def ticket(request: AnyRequest) -> ASGIApp:
    """A visit's ticket, to be printed; what stands on it is asked for with the signed link."""
    return page_of(request, "ticket")


@get("/assets/{version:str}/{name:path}", opt={"call": "asset"})
async def asset(request: AnyRequest) -> ASGIApp:
    """A file of displays/ by its exact name."""
    served = screens(request)
    found = served.assets.get(path_part(request, "name").removeprefix("/"))
    if found is None:
        raise NotFound
    content, kind = found
    # A page of the version before may still load its modules here: it gets what there is, and nobody keeps it.
    keep = _FOR_A_YEAR if path_part(request, "version") == served.version else b"no-store"
    headers: Headers = [(b"cache-control", keep), (b"cross-origin-resource-policy", b"same-origin")]
    return Answer(200, content, kind, headers)


HANDLERS: Final = (kiosk, board, console, room_console, visit, ticket, asset)
