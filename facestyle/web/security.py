"""Which requests are answered: those of the page itself, on the names that it is served under."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "style-src 'self'; script-src 'self'; frame-ancestors 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class SameSite:
    """Refuses requests of other sites, also of those that point their own name here.

    Parameters
    ----------
    app : ASGI application
    hosts : collection of str or None
        Names that the page may be served under beside those of this computer; None is any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self._app = app
        self._hosts = None if hosts is None else _LOCAL | set(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refuse(Request(scope))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                extra = [(n.encode(), v.encode()) for n, v in _HEADERS.items()]
                message["headers"] = [
                    *message["headers"],
                    *((n, v) for n, v in extra if n not in given),
                ]
            await send(message)

        await (refusal or self._app)(scope, receive, send_guarded)

    def _refuse(self, request: Request) -> Response | None:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self._hosts is not None and host not in self._hosts:
            return JSONResponse({"error": f"no page is served under the name '{host}'"}, 403)
        origin = request.headers.get("origin")
        changes = origin is not None and request.method not in ("GET", "HEAD")
        if changes and urlsplit(origin).netloc != request.headers.get("host"):
            return JSONResponse({"error": "asked for by another site"}, 403)
        return None
