"""Runs the web application, on this computer alone unless told otherwise."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from facestyle.errors import UsageError
from facestyle.web.dependencies import require_web
from facestyle.web.limits import WebLimits

_EVERYWHERE = ("0.0.0.0", "::")


def serve(
    folders: Sequence[Path],
    *,
    networks: Sequence[str] = (),
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: WebLimits | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until it is interrupted.

    Parameters
    ----------
    folders : sequence of Path
        Each with a sub-folder of exemplars for each look.
    networks : sequence of str
        Trained networks to offer.
    host : str
        Address to listen on.
    port : int
        0 takes any free one.
    limits : WebLimits, optional
    started : callable, optional
        Called with the page's address.

    Raises
    ------
    MissingDependencyError
        If the extra ``web`` is not installed.
    UsageError
        If the port is taken, or a folder holds no look.
    """
    require_web()
    import uvicorn

    from facestyle.web.app import make_app

    hosts = None if host in _EVERYWHERE else [host]
    app = make_app(folders, networks=networks, hosts=hosts, limits=limits)
    with _listen(host, port) as listener:
        shown = "127.0.0.1" if host in _EVERYWHERE else host
        if started is not None:
            started(f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}")
        config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none")
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"--host {host} --port {port}: cannot be listened on ({error.strerror or error}); "
            "choose another port, or 0 for any free one"
        ) from error
    return listener
