"""The dairy, Meera who sends files, and a local HTTP server that stands where Meta's Graph API and its file host stand."""

import base64
import hashlib
from urllib.parse import urlsplit

import pytest
from django_scopes import scopes_disabled

from conversations.graph import client_of
from conversations.models import Message
from documents.models import Document
from tests import factories
from tests.cloud_api.conftest import Answer, GraphServer
from tests.serving import serving

from . import files

PHOTO = files.picture()


class FileHost(GraphServer):
    """``files``: media id -> bytes. What stands in ``answers`` comes first; ``address`` is where a look-up sends one to."""

    def __init__(self):
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.address = ""
        self.usual = self._answer
        self.uploads: list[tuple[str, bytes]] = []

    @property
    def asked(self) -> list[str]:
        return [f"{one['method']} {urlsplit(one['path']).path}" for one in self.requests]

    def tokens_at(self, path: str) -> set[str]:
        return {one["headers"].get("Authorization", "") for one in self.requests if one["path"].startswith(path)}

    def _answer(self, request) -> Answer:
        path = urlsplit(request["path"]).path
        last = path.rpartition("/")[2]
        if request["method"] == "POST":
            self.uploads.append(request["form"]["file"])
            return Answer(body={"id": f"9{len(self.uploads):06d}"})
        if last not in self.files:
            return Answer(404, {"error": {"code": 100, "message": "Unsupported get request."}})
        if path.startswith("/file/"):
            return Answer(200, self.files[last], {"Content-Type": "application/octet-stream"})
        content = self.files[last]
        told = {"mime_type": "x/y", "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content)}
        return Answer(200, {"id": last, "url": f"{self.address or self.url}/file/{last}", **told})


@pytest.fixture
def host(settings, tmp_path):
    settings.MEDIA_FOLDER = tmp_path / "media"
    with serving(FileHost()) as server:
        settings.GRAPH_API_URL = server.url
        client_of.cache_clear()
        yield server
    client_of.cache_clear()


@pytest.fixture
def send(host, dairy):
    """Meera sends a file: ``send("image", content, mime)``; the document that the drain made of it."""
    sent = [0]

    def act(kind: str, content: bytes, mime: str, number: str = factories.DAIRY_NUMBER, **more) -> Document:
        sent[0] += 1
        media_id = f"55500{sent[0]}"
        host.files[media_id] = content
        payload = {
            "id": media_id,
            "mime_type": mime,
            "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
            **more,
        }
        wamid = factories.new_wamid()
        factories.receive(factories.message_body(wamid, kind, payload, number=number))
        return Document.objects.get(message__wamid=wamid)

    with scopes_disabled():
        yield act


def message_of(document: Document) -> Message:
    return Message.objects.get(document=document)
