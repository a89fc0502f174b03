"""The customer's phone at `/`: files of static/, read once, served with a strict content security policy."""

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def routes() -> list[web.RouteDef]:
    files = {path.name: path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}
    named = [web.get(f"/static/{name}", _serve(path)) for name, path in files.items()]
    return [web.get("/", _serve(files["index.html"])), *named]


def _serve(path: Path):
    content, kind = path.read_bytes(), TYPES[path.suffix]
    headers = {**HEADERS, "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind}

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=content, headers=headers)

    return serve
