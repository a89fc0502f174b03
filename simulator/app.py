"""The web application: Graph API, control API and phone page on one port."""

from aiohttp import web

from . import control, graph, page
from .world import World

MAX_BODY = 140 * 1024 * 1024  # a document of 100 MB as base64


def make_app(world: World) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY, middlewares=[control.errors_as_json])
    app.add_routes([*graph.routes(world), *control.routes(world), *page.routes()])

    async def start(_app):
        await world.webhooks.start()

    async def end_streams(_app):
        world.hub.close()

    async def stop(_app):
        await world.webhooks.stop()

    app.on_startup.append(start)
    app.on_shutdown.append(end_streams)
    app.on_cleanup.append(stop)
    return app
