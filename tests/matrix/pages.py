"""The pages: who may open each, and what a POST to it does.

The five generated pages of each model of the admin are asked for in tests/admin/test_access.py, whose table MAY names
every model; here stand the addresses of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import admin

from .cases import AGENT, ANYONE, OWNER, VIEWER

_OF_MODELS = (
    "",
    "add/",
    "<path:object_id>/history/",
    "<path:object_id>/delete/",
    "<path:object_id>/change/",
    "<path:object_id>/",
)


@dataclass(frozen=True)
class Page:
    route: str
    least: str
    method: str = "GET"
    path: dict[str, str] = field(default_factory=dict)
    post: Callable[[object], dict] | None = None  # given the rows of a business
    ok: tuple[int, ...] = (200,)  # what the rightful person gets
    # Rows of the POST that are the other business's: field -> kind. Nothing happens to them.
    post_ids: dict[str, str] = field(default_factory=dict)
    stranger: tuple[int, ...] = (404,)  # what the other business's people get, who have the role at home
    refused: tuple[int, ...] = (403,)  # what who has less of a role gets

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


DONE = (302,)
_CHAT = {"conversation_id": "conversation"}
_AT = "admin/conversations/conversation/<uuid:conversation_id>/"

PAGES = [
    Page("", ANYONE, ok=(301, 302)),
    Page("language", ANYONE, "POST", post=lambda rows: {"language": "hi"}, ok=(302, 204)),
    Page("health", ANYONE),
    Page("health/ready", ANYONE, ok=(200, 503)),
    Page(
        "metrics", ANYONE, ok=(404,)
    ),  # from another host than this one, without the token: tests/wiring/test_metrics.py
    # --- the admin's own
    Page("admin/", VIEWER),
    Page("admin/business/<uuid:business_id>/", VIEWER, "POST", {"business_id": "business"}, ok=DONE),
    Page("admin/number/<uuid:number_id>/test/", OWNER, "POST", {"number_id": "number"}),
    Page("admin/aibot/rule/try/", VIEWER),
    Page("admin/conversations/conversation/<uuid:conversation_id>/thread/", VIEWER, "GET", _CHAT),
    Page(_AT + "answer/", AGENT, "POST", _CHAT, post=lambda rows: {"text": "Hello", "client_ref": _ONCE}, ok=DONE),
    Page(_AT + "take-over/", AGENT, "POST", _CHAT, ok=DONE),
    Page(_AT + "return/", AGENT, "POST", _CHAT, ok=DONE),
    Page(_AT + "close/", AGENT, "POST", _CHAT, ok=DONE),
    Page(_AT + "seen/", AGENT, "POST", _CHAT, post=lambda rows: {"up_to": "999999"}, ok=(200, 204, 302)),
    Page("admin/webhooks/faileditem/replay-since/", OWNER),
    Page("admin/webhooks/faileditem/<int:item_id>/replay/", OWNER, "POST", {"item_id": "failed"}, ok=DONE),
    Page(
        "admin/aibot/rule/<uuid:rule_id>/wrong/<uuid:match_id>/",
        OWNER,
        "GET",
        {"rule_id": "matched_rule", "match_id": "match"},
    ),
]
_ONCE = "01939c4e-1111-7000-8000-000000000001"

# Asked for in other tests, which this names; the matrix holds that there is nothing else.
ELSEWHERE = {
    "admin/search/": "tests/admin/test_access.py: it is left out, 404 for all",
    "admin/autocomplete/": "tests/admin/test_access.py: finds no row of another business",
    "admin/r/<path:content_type_id>/<path:object_id>/": "tests/admin/test_access.py: tells no id apart",
    "admin/jsi18n/": "words of the page, for anybody in the admin",
    "admin/login/": "tests/signin: leads to /account/login",
    "admin/logout/": "tests/signin",
    "admin/password_change/": "tests/signin",
    "admin/password_change/done/": "tests/signin",
    "admin/number/<uuid:number_id>/subscribe/": "tests/admin/test_connection.py: it asks Meta",
    "admin/conversations/template/fetch/": "tests/admin: it asks Meta",
    _AT + "resend/": "tests/admin/test_conversation.py: for an unknown message alone",
    _AT + "dismiss/": "tests/admin/test_conversation.py: for an unknown message alone",
    "admin/accounts/user/<id>/password/": "the installation's owner alone: test_installation_pages",
    "admin/(?P<url>.*)$": "404 for whatever is no page",
}


def routes() -> set[str]:
    models = {
        f"admin/{m._meta.app_label}/{m._meta.model_name}/{page}" for m in admin.site._registry for page in _OF_MODELS
    }
    return {page.route for page in PAGES} | set(ELSEWHERE) | models | _app_lists()


def _app_lists() -> set[str]:
    from .routes import routes as all_routes

    return {route for route in all_routes() if route.startswith("admin/^(?P<app_label>")}
