"""The web application: its addresses, and what is done for each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from facestyle.errors import FacestyleError, UsageError
from facestyle.io.images.formats import IMAGE_SUFFIXES
from facestyle.io.videos import VIDEO_SUFFIXES, open_video
from facestyle.web import downloads, request_bodies
from facestyle.web.forms import describe_dials, parse_dials
from facestyle.web.jobs import CANCELED, Job, JobQueue
from facestyle.web.limits import WebLimits
from facestyle.web.looks import PageLook, page_looks, thumbnail
from facestyle.web.security import SameSite
from facestyle.web.studio import CLIP, FULL, PREVIEW, Studio, Wish
from facestyle.web.visitors import COOKIE, Upload, Visitor, Visitors, safe_name

_PAGE = Path(__file__).with_name("page")
_SWEEP = 60.0  # s between two looks for idle visitors
Handler = Callable[[Request, Visitor], Awaitable[Response]]


class NotHereError(Exception):
    """Something of that name is not this visitor's."""


class _Page:
    """All handlers; what they share."""

    def __init__(self, looks: dict[str, PageLook], limits: WebLimits) -> None:
        self.looks, self.limits = looks, limits
        self.visitors = Visitors(limits)
        self.studio = Studio(limits)
        self.queue = JobQueue()

    async def show_index(self, request: Request, visitor: Visitor) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def list_looks(self, request: Request, visitor: Visitor) -> Response:
        looks = [
            {"name": look.name, "title": look.title, "network": look.folder is None}
            for look in self.looks.values()
        ]
        return JSONResponse({"looks": looks, "dials": describe_dials()})

    async def show_thumbnail(self, request: Request, visitor: Visitor) -> Response:
        look = self.looks.get(request.path_params["name"])
        if look is None or look.picture is None:
            raise NotHereError
        data = await asyncio.to_thread(thumbnail, look.picture)
        return Response(data, media_type="image/jpeg", headers={"cache-control": "max-age=3600"})

    async def take_portrait(self, request: Request, visitor: Visitor) -> Response:
        name = safe_name(request.query_params.get("name", ""), IMAGE_SUFFIXES)
        with visitor.receiving() as (key, folder):
            path = folder / name
            await request_bodies.save_body(request, path, self.limits.picture_bytes)
            upload, facts = await asyncio.to_thread(self.studio.receive_portrait, path)
        visitor.keep(visitor.uploads, key, upload)
        return JSONResponse({"id": key, "name": name, **facts})

    async def show_portrait(self, request: Request, visitor: Visitor) -> Response:
        upload: Upload = _own(visitor.uploads, request)
        if upload.preview is None:
            raise NotHereError
        data = await asyncio.to_thread(downloads.png_bytes, upload.preview)
        return Response(data, media_type="image/png")

    async def take_clip(self, request: Request, visitor: Visitor) -> Response:
        name = safe_name(request.query_params.get("name", ""), VIDEO_SUFFIXES)
        with visitor.receiving() as (key, folder):
            await request_bodies.save_body(request, folder / name, self.limits.clip_bytes)
            await asyncio.to_thread(open_video, folder / name)  # raises where it is none
        visitor.keep(visitor.uploads, key, Upload(folder / name))
        return JSONResponse({"id": key, "name": name})

    async def new_set(self, request: Request, visitor: Visitor) -> Response:
        key, folder = visitor.new_folder()
        (folder / "my_exemplars").mkdir()
        visitor.keep(visitor.sets, key, folder / "my_exemplars")
        return JSONResponse({"id": key})

    async def take_exemplar(self, request: Request, visitor: Visitor) -> Response:
        folder = _own(visitor.sets, request)
        name = safe_name(request.query_params.get("name", ""), IMAGE_SUFFIXES)
        count = sum(1 for _ in folder.iterdir())
        if count >= self.limits.exemplars:
            raise UsageError(f"{name}: a set holds {self.limits.exemplars} pictures")
        await request_bodies.save_body(
            request, folder / f"{count + 1:02d} {name}", self.limits.picture_bytes
        )
        return JSONResponse({"pictures": count + 1})

    async def take_matte(self, request: Request, visitor: Visitor) -> Response:
        upload = _own(visitor.uploads, request)
        if upload.preview is None:
            raise NotHereError
        upload.matte = await request_bodies.read_mask(request, upload.preview.shape[:2])
        return JSONResponse({})

    async def drop_matte(self, request: Request, visitor: Visitor) -> Response:
        _own(visitor.uploads, request).matte = None
        return JSONResponse({})

    async def start_job(self, request: Request, visitor: Visitor) -> Response:
        asked = await request_bodies.read_json(request)
        upload = visitor.uploads.get(str(asked.get("upload")))
        if upload is None:
            raise NotHereError
        wish, kind = self._wish(visitor, asked), str(asked.get("kind", PREVIEW))
        key, folder = visitor.new_folder()
        if upload.preview is None:
            work = partial(self.studio.draw_clip, upload=upload, wish=wish, whole=kind == FULL)
            kind = CLIP
        else:
            kind = FULL if kind == FULL else PREVIEW
            work = partial(self.studio.draw, upload=upload, wish=wish)
        for other in visitor.jobs.values():
            if kind != FULL and other.kind == kind:
                other.cancel()  # a dial has moved on
        job = Job(work, kind, folder, key)
        visitor.keep(visitor.jobs, key, job)
        self.queue.put(job)
        return JSONResponse(_told(visitor, job))

    def _wish(self, visitor: Visitor, asked: dict[str, Any]) -> Wish:
        method = str(asked.get("method", "auto"))
        options = asked.get("options")
        options = parse_dials(options if isinstance(options, dict) else {}, method)
        points = request_bodies.parse_points(asked.get("landmarks"))
        if asked.get("set") is not None:
            folder = visitor.sets.get(str(asked["set"]))
            if folder is None:
                raise NotHereError
            return Wish(folder, method, options, points)
        look = self.looks.get(str(asked.get("look")))
        if look is None:
            raise UsageError("pick a look, or drop exemplars")
        if look.folder is None:
            return Wish(None, "neural", options | {"model": look.name}, points)
        return Wish(look.folder, method, options, points)

    async def show_job(self, request: Request, visitor: Visitor) -> Response:
        job: Job = _own(visitor.jobs, request)
        job.asked = time.monotonic()
        return JSONResponse(_told(visitor, job))

    async def cancel_job(self, request: Request, visitor: Visitor) -> Response:
        job = _own(visitor.jobs, request)
        job.cancel()
        return JSONResponse({"state": CANCELED})

    async def show_file(self, request: Request, visitor: Visitor) -> Response:
        job: Job = _own(visitor.jobs, request)
        path = job.folder / request.path_params["file"]
        if path.name not in downloads.FILES or not path.is_file():
            raise NotHereError
        return FileResponse(path)

    async def download(self, request: Request, visitor: Visitor) -> Response:
        job: Job = _own(visitor.jobs, request)
        suffix = request.query_params.get("as", "png")
        path = await asyncio.to_thread(downloads.result_as, job.folder, suffix)
        if path is None:
            raise NotHereError
        name = (job.folder / "name").read_text(encoding="utf-8") + path.suffix
        return FileResponse(path, filename=name)

    async def forget(self, request: Request, visitor: Visitor) -> Response:
        self.visitors.forget(visitor.token)
        return JSONResponse({})

    async def sweep(self) -> None:
        """Look for idle visitors, for ever."""
        while True:
            await asyncio.sleep(_SWEEP)
            self.visitors.forget_idle()

    def answer(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A handler with its visitor; what goes wrong becomes a message."""

        async def respond(request: Request) -> Response:
            visitor = self.visitors.find(request.cookies.get(COOKIE))
            try:
                response = await handler(request, visitor)
            except NotHereError:
                response = JSONResponse({"error": "it is not here any more; drop it again"}, 404)
            except FacestyleError as error:
                response = JSONResponse({"error": visitor.shown(str(error))}, 422)
            if request.cookies.get(COOKIE) != visitor.token:
                response.set_cookie(COOKIE, visitor.token, httponly=True, samesite="strict")
            return response

        return respond


def make_app(
    folders: Sequence[Path],
    *,
    networks: Sequence[str] = (),
    hosts: Collection[str] | None = (),
    limits: WebLimits | None = None,
) -> Starlette:
    """Make the web application.

    Parameters
    ----------
    folders : sequence of Path
        Each with a sub-folder of exemplars for each look.
    networks : sequence of str
        Trained networks to offer, by name.
    hosts : collection of str or None
        Names that it may be served under beside those of this computer; None is any.
    limits : WebLimits, optional
        What visitors may ask for.

    Returns
    -------
    Starlette

    Raises
    ------
    UsageError
        If a folder holds no look.
    """
    looks = page_looks(folders) | {name: PageLook(name, None, None) for name in networks}
    page = _Page(looks, limits or WebLimits())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(page.sweep())
        yield
        sweeper.cancel()
        page.queue.close()
        page.visitors.close()

    return Starlette(
        routes=_routes(page), lifespan=lifespan, middleware=[Middleware(SameSite, hosts=hosts)]
    )


def _routes(page: _Page) -> list[Route | Mount]:
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/", page.show_index),
        ("GET", "/api/looks", page.list_looks),
        ("GET", "/api/looks/{name}.jpg", page.show_thumbnail),
        ("POST", "/api/portraits", page.take_portrait),
        ("GET", "/api/portraits/{id}/preview.png", page.show_portrait),
        ("POST", "/api/clips", page.take_clip),
        ("PUT", "/api/portraits/{id}/matte", page.take_matte),
        ("DELETE", "/api/portraits/{id}/matte", page.drop_matte),
        ("POST", "/api/sets", page.new_set),
        ("POST", "/api/sets/{id}", page.take_exemplar),
        ("POST", "/api/jobs", page.start_job),
        ("GET", "/api/jobs/{id}", page.show_job),
        ("DELETE", "/api/jobs/{id}", page.cancel_job),
        ("GET", "/api/jobs/{id}/files/{file}", page.show_file),
        ("GET", "/api/jobs/{id}/download", page.download),
        ("POST", "/api/forget", page.forget),
    ]
    routes: list[Route | Mount] = [
        Route(path, page.answer(handler), methods=[method]) for method, path, handler in table
    ]
    return [*routes, Mount("/page", StaticFiles(directory=_PAGE))]


def _own(kind: Any, request: Request) -> Any:
    """The visitor's own item of that name."""
    item = kind.get(request.path_params["id"])
    if item is None:
        raise NotHereError
    return item


def _told(visitor: Visitor, job: Job) -> dict[str, Any]:
    """What the page is told of a job, without the server's folders."""
    report = job.report()
    report["message"] = visitor.shown(report["message"])
    report["notices"] = [visitor.shown(notice) for notice in report["notices"]]
    return report
