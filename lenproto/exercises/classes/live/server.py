"""Serves the two pages of a class to who has the address with its token, and tells them what changes.

What changes is sent as server-sent events: they go one way only, over plain HTTP, and a browser that has lost the
connection asks again by itself.
"""

import asyncio
import contextlib
import hmac
import json
import logging
import secrets
import socket
from dataclasses import dataclass, field

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler

from lenproto.exercises.classes.live.classroom import Classroom
from lenproto.exercises.classes.live.page import BOARD, TEACHER, Pages, Tree

ALIVE_S = 15.0  # between two signs of life
LEAST_S = 0.2  # between two changes that are sent: a page has no use for more
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FILES = {"live.css": "text/css", "live.js": "text/javascript"}


def _token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Keys:
    """Who may open what: the teacher's token opens both pages, the board's only the one without names."""

    tokens: dict[str, str] = field(default_factory=lambda: {BOARD: _token(), TEACHER: _token()})

    def opens(self, page: str, token: str) -> bool:
        """Whether a token opens a page. It takes as long for a wrong one as for a right one."""
        given = token.encode(errors="replace")
        fits = {name: hmac.compare_digest(given, own.encode()) for name, own in self.tokens.items()}
        return fits[TEACHER] | (fits[BOARD] & (page == BOARD))

    def kind(self, token: str) -> str:
        """Return whose token it is: the one of this page."""
        return TEACHER if self.opens(TEACHER, token) else BOARD


class Guarded(RequestHandler):
    """Lets in who brings a token, and remembers that in a cookie, so that it need not stay in the address."""

    def initialize(self, pages: Pages, keys: Keys) -> None:
        """Take what all requests share."""
        self.pages, self.keys = pages, keys

    def set_default_headers(self) -> None:
        """Nothing is kept by a browser, and nothing is loaded from elsewhere."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse who has no token."""
        self.page = self.path_kwargs.get("page") or BOARD
        if not self.may(self.page):
            self.set_status(403)
            self.finish(self.pages.closed())

    def may(self, page: str) -> bool:
        """Whether who asks may open a page: by the token in the address, or by a cookie."""
        # the types of older tornados allow None where they give a text
        tokens = [self.get_query_argument("token", "") or "", *map(self._cookie, (TEACHER, BOARD))]
        opened = [self.keys.opens(page, token) for token in tokens]  # all of them: see opens()
        return any(opened)

    def remember(self, token: str) -> None:
        """Leave a cookie behind. Without a path it is for this folder alone: other servers may have others."""
        self.set_cookie(
            self._cookie_name(self.keys.kind(token)),
            token,
            path="",
            httponly=True,
            samesite="Lax",
        )

    def _cookie(self, page: str) -> str:
        return self.get_cookie(self._cookie_name(page), "") or ""

    def _cookie_name(self, page: str) -> str:
        """Browsers do not tell ports apart."""
        return f"lenproto-{page}-{self.pages.port}"


class Page(Guarded):
    """One of the two pages."""

    def get(self, page: str) -> None:
        """Send the page; at first only a cookie, and where to go on: without the token."""
        token = self.get_query_argument("token", "")
        if token and self.keys.opens(page, token):
            self.remember(token)
            self.redirect(page)
            return
        self.finish(self.pages.whole(page, with_link=self.may(TEACHER)))


class Start(Guarded):
    """The address without a page."""

    def get(self) -> None:
        """Lead to the page that who asks may open."""
        self.redirect(TEACHER if self.may(TEACHER) else BOARD)


class Asset(Guarded):
    """The pages' style and script."""

    def get(self, name: str) -> None:
        """Send the file."""
        self.set_header("Content-Type", f"{FILES[name]}; charset=utf-8")
        self.finish(self.pages.asset(name))


class Missing(Guarded):
    """All other addresses."""

    def get(self) -> None:
        """Say that there is nothing, to who may come in."""
        self.set_status(404)
        self.finish()


class Events(Guarded):
    """What changes on a page, for as long as it is open."""

    _waits: asyncio.Task[None] | None = None

    async def get(self, page: str) -> None:
        """Send all at first, then what is no longer as it was sent."""
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")  # proxies would collect it
        self._waits = asyncio.ensure_future(self._send(page))
        with contextlib.suppress(asyncio.CancelledError, StreamClosedError):
            await self._waits

    def on_connection_close(self) -> None:
        """End it, too."""
        if self._waits:
            self._waits.cancel()

    async def _send(self, page: str) -> None:
        sent: dict[str, Tree] = {}
        with self.pages.classroom.listening() as told:
            while True:
                told.clear()
                now = self.pages.parts(page)
                if now != sent:
                    changed = {name: part for name, part in now.items() if sent.get(name) != part}
                    told_now = json.dumps({"parts": changed, "all": list(now)})
                    self.write(f"data: {told_now}\n\n")
                    sent = now
                else:
                    self.write("event: alive\ndata:\n\n")
                await self.flush()
                await asyncio.sleep(LEAST_S)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), ALIVE_S)


def application(pages: Pages, keys: Keys) -> Application:
    """Return what answers the requests."""
    shared = {"pages": pages, "keys": keys}
    page = f"(?P<page>{BOARD}|{TEACHER})"
    return Application(
        [
            (r"/", Start, shared),
            (rf"/{page}", Page, shared),
            (rf"/events/{page}", Events, shared),
            (r"/(?P<name>live\.css|live\.js)", Asset, shared),
        ],
        default_handler_class=Missing,
        default_handler_args=shared,
        log_function=lambda handler: None,
    )


async def serve(
    classroom: Classroom, listener: socket.socket, keys: Keys, open_to_others: bool
) -> None:
    """Serve a class on a socket that listens, until this is cancelled. Then nothing is left open."""
    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # not of each odd request
    pages = Pages(classroom, listener.getsockname()[1], open_to_others)
    server = HTTPServer(application(pages, keys))
    server.add_socket(listener)
    try:
        await classroom.run()
    finally:
        server.stop()
        await server.close_all_connections()
