"""A local HTTP server that stands where Meta's Graph API and our own public address stand, and says what a test wants."""

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from .cloud_api.conftest import Answer, GraphServer
from .serving import serving

NUMBER = {"display_phone_number": "+91 80 4718 0011", "verified_name": "Shuddh Dairy", "platform_type": "CLOUD_API"}
APPS = {"data": [{"whatsapp_business_api_data": {"id": "7", "name": "Dairy app"}}]}


def refusal(code: int, message: str = "No.", status: int = 400) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message, "type": "OAuthException"}})


class Meta(GraphServer):
    """``number``, ``apps`` and ``callback`` are what the three questions of a test get; ``asked`` the paths, in order."""

    def __init__(self):
        super().__init__()
        self.number, self.apps = Answer(body=NUMBER), Answer(body=APPS)
        self.callback = None  # None: echo the challenge as the webhook's door does
        self.usual = self._answer

    @property
    def asked(self) -> list[str]:
        return [f"{request['method']} {urlsplit(request['path']).path}" for request in self.requests]

    def _answer(self, request) -> Answer:
        parts = urlsplit(request["path"])
        if parts.path == "/webhook":
            challenge = parse_qs(parts.query)["hub.challenge"][0]
            return self.callback or Answer(body=challenge.encode())
        if parts.path.endswith("/subscribed_apps"):
            return Answer(body={"success": True}) if request["method"] == "POST" else self.apps
        return self.number


@contextmanager
def meta_at(settings):
    """Meta and our public address at one server, until the end of the block."""
    with serving(Meta()) as meta:
        settings.GRAPH_API_URL = settings.FRONTEND_URL = meta.url
        settings.SIMULATOR_URL, settings.WHATSAPP_VERIFY_TOKEN = "", "verify-me"
        yield meta
