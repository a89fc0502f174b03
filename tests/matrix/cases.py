"""What each address of the API and of the pages is for: who may, with which body, and what names a row there.

One Case for each route and method. A route without one fails test_matrix.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.files.base import ContentFile

from accounts.api.settings import SettingsOut

VIEWER, AGENT, OWNER, INSTALLATION = "viewer", "agent", "owner", "installation"
ANYONE = ""  # without signing in
SIGNED_IN = "signed in"  # about the one who asks, whatever the business


@dataclass(frozen=True)
class Case:
    route: str
    method: str
    least: str  # the role that it needs
    path: dict[str, str] = field(default_factory=dict)  # parameter -> kind of row, as world.py names it
    body: Callable[[object], dict] | None = None  # given the rows of a business
    ok: int = 200  # what the rightful person gets
    # Fields of the body, and parameters of the query, that name a row: a foreign id there finds nothing.
    body_ids: dict[str, str] = field(default_factory=dict)
    query_ids: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    scope: str = ""  # what an API key needs
    format: str = "json"  # or multipart

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


_PASSWORD = "a passphrase of the matrix"
_PRODUCT = {"name": "Curd", "unit": "400 g", "price": "45"}

_OF_CHAT = {"conversation": "conversation"}


def _settings(rows) -> dict:
    """The whole document, as it was read."""
    return dict(SettingsOut(rows["settings"]).data)


_AUTH = [
    Case("api/schema", "GET", ANYONE),
    Case("api/docs", "GET", ANYONE),
    Case(
        "api/auth/register",
        "POST",
        ANYONE,
        body=lambda rows: {
            "businessName": "Third shop",
            "name": "Tara",
            "email": "tara@third.example",
            "password": _PASSWORD,
            "phone": "",
        },
        ok=201,
    ),
    # The people of the matrix have no password: that the right one gets in is in tests/api/test_login.py.
    Case(
        "api/auth/login",
        "POST",
        ANYONE,
        body=lambda rows: {"email": "alice@dairymark.example", "password": "x"},
        ok=401,
    ),
    Case("api/auth/refresh", "POST", ANYONE, body=lambda rows: {"refresh": "x"}, ok=401),
    Case("api/auth/logout", "POST", ANYONE, body=lambda rows: {"refresh": "x"}, ok=204),
    Case("api/auth/me", "GET", SIGNED_IN),
    Case("api/auth/me", "PATCH", SIGNED_IN, body=lambda rows: {"name": "Renamed"}),
    Case("api/auth/password", "POST", SIGNED_IN, body=lambda rows: {"old": "x", "new": _PASSWORD}, ok=400),
]

API = [
    *_AUTH,
    Case("api/keys", "GET", OWNER),
    Case("api/keys", "POST", OWNER, body=lambda rows: {"name": "Website", "scopes": ["leads:read"]}, ok=201),
    Case("api/keys/<uuid:pk>", "GET", OWNER, {"pk": "key"}),
    Case("api/keys/<uuid:pk>", "DELETE", OWNER, {"pk": "key"}, ok=204),
    Case("api/users", "GET", VIEWER, scope="users:read"),
    Case("api/users/<uuid:pk>", "GET", VIEWER, {"pk": "person"}, scope="users:read"),
    Case(
        "api/users/<uuid:pk>",
        "PATCH",
        OWNER,
        {"pk": "person"},
        body=lambda rows: {"role": "viewer"},
        scope="users:write",
    ),
    Case("api/users/<uuid:pk>", "DELETE", OWNER, {"pk": "person"}, ok=204, scope="users:write"),
    Case("api/users/invitations", "GET", OWNER, scope="users:read"),
    Case(
        "api/users/invitations",
        "POST",
        OWNER,
        body=lambda rows: {"email": "nina@new.example", "role": "agent"},
        ok=201,
        scope="users:write",
    ),
    Case("api/users/invitations/<uuid:pk>", "DELETE", OWNER, {"pk": "invitation"}, ok=204, scope="users:write"),
    Case("api/numbers", "GET", OWNER, scope="numbers:read"),
    Case(
        "api/numbers",
        "POST",
        OWNER,
        body=lambda rows: {"phoneNumberId": "109876543219999", "accessToken": "token-of-a-new-number-0001"},
        ok=201,
        scope="numbers:write",
    ),
    Case("api/numbers/<uuid:pk>", "GET", OWNER, {"pk": "number"}, scope="numbers:read"),
    Case(
        "api/numbers/<uuid:pk>",
        "PATCH",
        OWNER,
        {"pk": "number"},
        body=lambda rows: {"perSecond": 20},
        scope="numbers:write",
    ),
    Case("api/numbers/<uuid:pk>/check", "POST", OWNER, {"pk": "number"}, scope="numbers:write"),
    Case("api/numbers/<uuid:pk>/subscribe", "POST", OWNER, {"pk": "number"}, scope="numbers:write"),
    Case("api/products", "GET", VIEWER, scope="products:read"),
    Case("api/products", "POST", OWNER, body=lambda rows: _PRODUCT, ok=201, scope="products:write"),
    Case("api/products/<uuid:pk>", "GET", VIEWER, {"pk": "product"}, scope="products:read"),
    Case(
        "api/products/<uuid:pk>",
        "PATCH",
        OWNER,
        {"pk": "product"},
        body=lambda rows: {"price": "46"},
        scope="products:write",
    ),
    Case("api/products/<uuid:pk>", "DELETE", OWNER, {"pk": "product"}, ok=204, scope="products:write"),
    Case("api/settings", "GET", VIEWER, scope="settings:read"),
    Case("api/settings", "PUT", OWNER, body=_settings, scope="settings:write"),
    Case("api/settings", "PATCH", OWNER, body=lambda rows: {"bot": {"on": False}}, scope="settings:write"),
    Case("api/settings/limits", "GET", VIEWER, scope="settings:read"),
    # --- conversations
    Case(
        "api/conversations",
        "GET",
        VIEWER,
        scope="conversations:read",
        query_ids={"contact": "contact", "number": "number", "assignee": "person", "label": "label"},
    ),
    Case(
        "api/conversations",
        "POST",
        AGENT,
        body=lambda rows: {
            "contactId": str(rows["contact"].pk),
            "numberId": str(rows["number"].pk),
            "template": {"name": rows["template"].name, "language": "en"},
        },
        body_ids={"contactId": "contact", "numberId": "number"},
        ok=201,
        scope="conversations:write",
    ),
    Case("api/conversations/<uuid:pk>", "GET", VIEWER, {"pk": "conversation"}, scope="conversations:read"),
    *(
        Case(f"api/conversations/<uuid:pk>/{act}", "POST", AGENT, {"pk": "conversation"}, scope="conversations:write")
        for act in ("takeover", "return", "close", "reopen")
    ),
    Case(
        "api/conversations/<uuid:pk>/read",
        "POST",
        AGENT,
        {"pk": "conversation"},
        body=lambda rows: {"upTo": 2**53},
        scope="conversations:write",
    ),
    Case(
        "api/conversations/<uuid:pk>/assign",
        "POST",
        AGENT,
        {"pk": "conversation"},
        body=lambda rows: {"userId": str(rows["person"].pk)},
        body_ids={"userId": "person"},
        scope="conversations:write",
    ),
    Case("api/conversations/<uuid:conversation>/messages", "GET", VIEWER, _OF_CHAT, scope="conversations:read"),
    Case(
        "api/conversations/<uuid:conversation>/messages",
        "POST",
        AGENT,
        _OF_CHAT,
        body=lambda rows: {"text": "On its way", "replyTo": str(rows["message"].pk)},
        body_ids={"replyTo": "message"},
        headers={"Idempotency-Key": "matrix-1"},
        ok=201,
        scope="conversations:write",
    ),
    Case(
        "api/conversations/<uuid:conversation>/messages",
        "POST",
        AGENT,
        _OF_CHAT,
        body=lambda rows: {"type": "document", "media": {"documentId": str(rows["document"].pk)}},
        body_ids={"media.documentId": "document"},
        ok=201,
        scope="conversations:write",
    ),
    Case(
        "api/media",
        "POST",
        AGENT,
        body=lambda rows: {"file": ContentFile(b"prices", name="prices.txt")},
        ok=201,
        format="multipart",
        scope="conversations:write",
    ),
    Case(
        "api/conversations/<uuid:conversation>/messages/<uuid:pk>",
        "GET",
        VIEWER,
        _OF_CHAT | {"pk": "message"},
        scope="conversations:read",
    ),
    Case("api/conversations/<uuid:conversation>/notes", "GET", VIEWER, _OF_CHAT, scope="conversations:read"),
    Case(
        "api/conversations/<uuid:conversation>/notes",
        "POST",
        AGENT,
        _OF_CHAT,
        body=lambda rows: {"text": "Prefers the evening"},
        ok=201,
        scope="conversations:write",
    ),
    # The note of the world is nobody's, so that all may change it who may write: tests/conversations/test_team.py has others'.
    Case(
        "api/conversations/<uuid:conversation>/notes/<uuid:pk>",
        "PATCH",
        AGENT,
        _OF_CHAT | {"pk": "note"},
        body=lambda rows: {"text": "Prefers the morning"},
        scope="conversations:write",
    ),
    Case(
        "api/conversations/<uuid:conversation>/notes/<uuid:pk>",
        "DELETE",
        AGENT,
        _OF_CHAT | {"pk": "note"},
        ok=204,
        scope="conversations:write",
    ),
    Case("api/conversations/<uuid:conversation>/labels", "GET", VIEWER, _OF_CHAT, scope="conversations:read"),
    Case(
        "api/conversations/<uuid:conversation>/labels",
        "PUT",
        AGENT,
        _OF_CHAT,
        body=lambda rows: {"labels": [str(rows["label"].pk)]},
        body_ids={"labels": "label"},
        scope="conversations:write",
    ),
    Case("api/labels", "GET", VIEWER, scope="conversations:read"),
    Case("api/labels", "POST", AGENT, body=lambda rows: {"name": "Vip"}, ok=201, scope="conversations:write"),
    Case("api/labels/<uuid:pk>", "GET", VIEWER, {"pk": "label"}, scope="conversations:read"),
    Case(
        "api/labels/<uuid:pk>",
        "PATCH",
        AGENT,
        {"pk": "label"},
        body=lambda rows: {"colour": "bad"},
        scope="conversations:write",
    ),
    Case("api/labels/<uuid:pk>", "DELETE", AGENT, {"pk": "label"}, ok=204, scope="conversations:write"),
    Case("api/replies", "GET", VIEWER, scope="conversations:read"),
    Case(
        "api/replies",
        "POST",
        AGENT,
        body=lambda rows: {"shortcut": "late", "title": "Late", "text": "Sorry, {name}!"},
        ok=201,
        scope="conversations:write",
    ),
    Case("api/replies/<uuid:pk>", "GET", VIEWER, {"pk": "canned"}, scope="conversations:read"),
    Case(
        "api/replies/<uuid:pk>",
        "PATCH",
        AGENT,
        {"pk": "canned"},
        body=lambda rows: {"text": "Soon."},
        scope="conversations:write",
    ),
    Case("api/replies/<uuid:pk>", "DELETE", AGENT, {"pk": "canned"}, ok=204, scope="conversations:write"),
    Case("api/contacts", "GET", VIEWER, scope="contacts:read"),
    Case("api/contacts/<uuid:pk>", "GET", VIEWER, {"pk": "contact"}, scope="contacts:read"),
    Case(
        "api/contacts/<uuid:pk>",
        "PATCH",
        AGENT,
        {"pk": "contact"},
        body=lambda rows: {"name": "Meera"},
        scope="contacts:write",
    ),
    Case(
        "api/contacts/<uuid:pk>/opt-in",
        "POST",
        AGENT,
        {"pk": "contact"},
        body=lambda rows: {"how": "asked at the counter"},
        scope="contacts:write",
    ),
    Case(
        "api/contacts/<uuid:pk>/opt-out", "POST", AGENT, {"pk": "contact"}, body=lambda rows: {}, scope="contacts:write"
    ),
    *(
        Case(f"api/contacts/<uuid:pk>/{act}", "POST", AGENT, {"pk": "contact"}, scope="contacts:write")
        for act in ("block", "unblock")
    ),
    Case("api/leads", "GET", VIEWER, scope="leads:read", query_ids={"owner": "person"}),
    Case("api/leads/<uuid:pk>", "GET", VIEWER, {"pk": "lead"}, scope="leads:read"),
    Case("api/answers", "GET", VIEWER, scope="rules:read"),
    Case(
        "api/answers",
        "POST",
        OWNER,
        body=lambda rows: {"question": "Do you sell on Sundays?", "answer": "Yes.", "otherWays": ["open on sunday"]},
        ok=201,
        scope="rules:write",
    ),
    Case("api/answers/<uuid:pk>", "GET", VIEWER, {"pk": "answer"}, scope="rules:read"),
    Case(
        "api/answers/<uuid:pk>",
        "PATCH",
        OWNER,
        {"pk": "answer"},
        body=lambda rows: {"answer": "No."},
        scope="rules:write",
    ),
    Case("api/answers/<uuid:pk>", "DELETE", OWNER, {"pk": "answer"}, ok=204, scope="rules:write"),
    Case("api/rules", "GET", VIEWER, scope="rules:read"),
    Case(
        "api/rules",
        "POST",
        OWNER,
        body=lambda rows: {"intent": "demo", "language": "hi-Latn", "reply": "Demo?", "phrases": ["demo dikhao"]},
        ok=201,
        scope="rules:write",
    ),
    Case("api/rules/try", "POST", VIEWER, body=lambda rows: {"text": "what is the price"}, scope="rules:read"),
    Case("api/rules/<uuid:pk>", "GET", VIEWER, {"pk": "rule"}, scope="rules:read"),
    Case(
        "api/rules/<uuid:pk>", "PATCH", OWNER, {"pk": "rule"}, body=lambda rows: {"reply": "Bye!"}, scope="rules:write"
    ),
    Case("api/rules/<uuid:pk>", "DELETE", OWNER, {"pk": "rule"}, ok=204, scope="rules:write"),
]
