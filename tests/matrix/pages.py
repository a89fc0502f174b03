"""The pages: who may open each, and what a POST to it does.

The five generated pages of each model of the admin are asked for in tests/admin/test_access.py, whose table MAY names
every model; here stand the addresses of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import admin

from .cases import AGENT, ANYONE, OWNER, SIGNED_IN, VIEWER

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
    to_sign_in: bool = False  # it leads there whoever asks

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


DONE = (302,)
_CHAT = {"conversation_id": "conversation"}
_THREAD = "inbox/<uuid:conversation_id>/"
_AT = "admin/conversations/conversation/<uuid:conversation_id>/"

SEE_OTHER = (302, 303)
_MEMBER = {"key": "membership"}

PAGES = [
    Page("", ANYONE, ok=(301, 302)),
    Page("language", ANYONE, "POST", post=lambda rows: {"language": "hi"}, ok=(302, 204)),
    Page("health", ANYONE),
    Page("health/ready", ANYONE, ok=(200, 503)),
    Page(
        "metrics", ANYONE, ok=(404,)
    ),  # from another host than this one, without the token: tests/wiring/test_metrics.py
    Page("media/<uuid:document>", VIEWER, "GET", {"document": "document"}),
    # --- sign-in and one's own account: tests/signin says what comes of each; here is who may open it
    Page("account/login", ANYONE, ok=(200, 302)),
    Page("account/register", ANYONE, ok=(200, 302)),
    Page("account/registered", ANYONE),
    Page("account/password/reset", ANYONE),
    Page("account/password/reset/done", ANYONE),
    Page("account/password/reset/key/done", ANYONE),
    Page("account/", SIGNED_IN),
    Page("account/businesses", SIGNED_IN, ok=(200, 302)),
    Page("account/logout", SIGNED_IN, "POST", ok=SEE_OTHER, to_sign_in=True),
    Page("account/password", SIGNED_IN, ok=(200, 302)),
    Page("account/two-factor", SIGNED_IN),
    Page("account/members", OWNER),
    Page("account/members", OWNER, "POST", post=lambda rows: {"email": "nina@new.example", "role": "agent"}),
    Page("account/members/<uuid:key>/role", OWNER, "POST", _MEMBER, post=lambda rows: {"role": "viewer"}, ok=SEE_OTHER),
    Page("account/members/<uuid:key>/remove", OWNER, "GET", _MEMBER),
    Page("account/members/<uuid:key>/remove", OWNER, "POST", _MEMBER, ok=SEE_OTHER),
    Page("account/invitations/<uuid:key>/withdraw", OWNER, "POST", {"key": "invitation"}, ok=SEE_OTHER),
    # --- the inbox, live
    Page("inbox/<uuid:conversation>/typing", AGENT, "POST", {"conversation": "conversation"}, ok=(204,)),
    Page("inbox/preferences", SIGNED_IN),
    Page("inbox/preferences", SIGNED_IN, "POST", post=lambda rows: {"push": "on", "theme": "dark"}, ok=SEE_OTHER),
    Page("inbox/push/key", SIGNED_IN),
    Page("inbox/push/subscribe", SIGNED_IN, "POST", post=lambda rows: _BROWSER, ok=(204,)),
    Page("inbox/push/unsubscribe", SIGNED_IN, "POST", post=lambda rows: _BROWSER, ok=(204,)),
    Page("inbox/manifest.webmanifest", ANYONE),
    Page("inbox/sw.js", ANYONE),
    # --- the inbox itself
    Page("inbox/", VIEWER, stranger=(200,)),
    Page(
        "inbox/bulk",
        AGENT,
        "POST",
        post=lambda rows: {"do": "close", "conversation": str(rows["conversation"].pk)},
        post_ids={"conversation": "conversation"},
        ok=DONE,
    ),
    Page("inbox/choices", VIEWER, "POST", post=lambda rows: {"theme": "dark"}, ok=DONE),
    Page("inbox/uploads", AGENT, "POST", ok=(400,)),  # with a file: tests/inbox/test_writing.py
    Page("inbox/replies", VIEWER, stranger=(200,)),
    Page(
        "inbox/replies", AGENT, "POST", post=lambda rows: {"shortcut": "new", "title": "New", "text": "New."}, ok=DONE
    ),
    Page("inbox/replies/<uuid:reply_id>", AGENT, "GET", {"reply_id": "canned"}),
    Page(
        "inbox/replies/<uuid:reply_id>",
        AGENT,
        "POST",
        {"reply_id": "canned"},
        post=lambda rows: {"delete": "on"},
        ok=DONE,
    ),
    Page("inbox/labels", VIEWER, stranger=(200,)),
    Page("inbox/labels", AGENT, "POST", post=lambda rows: {"name": "new", "colour": "good"}, ok=DONE),
    Page("inbox/labels/<uuid:label_id>", AGENT, "GET", {"label_id": "label"}),
    Page(
        "inbox/labels/<uuid:label_id>",
        AGENT,
        "POST",
        {"label_id": "label"},
        post=lambda rows: {"delete": "on"},
        ok=DONE,
    ),
    Page("inbox/<uuid:conversation_id>", VIEWER, "GET", _CHAT),
    Page(_THREAD + "live", VIEWER, "GET", _CHAT),
    Page(_THREAD + "why/<uuid:message_id>", VIEWER, "GET", {**_CHAT, "message_id": "reply"}),
    Page(_THREAD + "read", AGENT, "POST", _CHAT, post=lambda rows: {"up_to": "999999"}, ok=(204,)),
    Page(_THREAD + "unread", AGENT, "POST", _CHAT, ok=DONE),
    Page(_THREAD + "send", AGENT, "POST", _CHAT, post=lambda rows: {"text": "Hello", "client_ref": _ONCE}, ok=DONE),
    Page(
        _THREAD + "send",
        AGENT,
        "POST",
        _CHAT,
        ok=DONE,
        post=lambda rows: {"text": "Hello", "client_ref": _ONCE, "reply_to": str(rows["message"].pk)},
    ),
    Page(_THREAD + "takeover", AGENT, "POST", _CHAT, ok=DONE),
    Page(_THREAD + "return", AGENT, "POST", _CHAT, ok=DONE),
    Page(
        _THREAD + "assign",
        AGENT,
        "POST",
        _CHAT,
        post=lambda rows: {"to": str(rows["person"].pk)},
        post_ids={"to": "person"},
        ok=DONE,
    ),
    Page(_THREAD + "close", AGENT, "POST", _CHAT, ok=DONE),
    Page(_THREAD + "reopen", AGENT, "POST", _CHAT, ok=DONE),
    Page(_THREAD + "note", AGENT, "POST", _CHAT, post=lambda rows: {"text": "Call her"}, ok=DONE),
    Page(_THREAD + "draft", AGENT, "POST", _CHAT, post=lambda rows: {"text": "half an answ"}, ok=(204,)),
    Page(
        _THREAD + "label",
        AGENT,
        "POST",
        _CHAT,
        post=lambda rows: {"on": str(rows["label"].pk)},
        post_ids={"on": "label"},
        ok=DONE,
    ),
    Page(_THREAD + "name", AGENT, "POST", _CHAT, post=lambda rows: {"name": "Meera from the market"}, ok=DONE),
    Page(
        _THREAD + "proposal",
        AGENT,
        "POST",
        _CHAT,
        post=lambda rows: {"dismiss": str(rows["proposal"].pk)},
        post_ids={"dismiss": "proposal"},
        ok=DONE,
    ),
    Page(_THREAD + "block", AGENT, "POST", _CHAT, ok=DONE),
    # --- the inbox: templates
    Page("inbox/new", AGENT, stranger=(200,)),
    Page(
        "inbox/new",
        AGENT,
        "POST",
        post=lambda rows: {
            "contact": str(rows["contact"].pk),
            "number": str(rows["number"].pk),
            "template": str(rows["template"].pk),
            "client_ref": _ONCE,
        },
        post_ids={"contact": "contact", "number": "number", "template": "template"},
        ok=DONE,
    ),
    Page("inbox/templates", VIEWER, stranger=(200,)),
    Page("inbox/templates/<uuid:number_id>/fetch", AGENT, "POST", {"number_id": "number"}, ok=DONE),
    Page("inbox/templates/<uuid:template_id>/preview", AGENT, "POST", {"template_id": "template"}),
    Page("inbox/<uuid:conversation_id>/templates", AGENT, "GET", {"conversation_id": "conversation"}),
    Page(
        "inbox/<uuid:conversation_id>/templates",
        AGENT,
        "POST",
        {"conversation_id": "conversation"},
        post=lambda rows: {"template": str(rows["template"].pk), "client_ref": _ONCE},
        post_ids={"template": "template"},
        ok=DONE,
    ),
    # --- the admin's own
    Page("admin/", VIEWER),
    Page("admin/business/<uuid:business_id>/", VIEWER, "POST", {"business_id": "business"}, ok=DONE),
    Page("admin/number/<uuid:number_id>/test/", OWNER, "POST", {"number_id": "number"}),
    Page("admin/aibot/rule/try/", VIEWER),
    Page("admin/aibot/rule/try/", VIEWER, "POST", post=lambda rows: {"text": "what is the price"}, ok=DONE),
    Page(
        "admin/aibot/rule/try/",
        OWNER,
        "POST",
        post=lambda rows: {"text": "what is the price", "intent": "pricing", "keep": "1"},
        ok=DONE,
    ),
    Page("admin/aibot/answer/export/", VIEWER),
    Page("admin/aibot/answer/unanswered/", VIEWER),
    Page(
        "admin/aibot/answer/import/",
        OWNER,
        "POST",
        post=lambda rows: {"text": "question,answer\nDo you sell on Sundays?,Yes.", "take": "1"},
        ok=DONE,
    ),
    Page("admin/documents/document/<uuid:document_id>/retry/", AGENT, "POST", {"document_id": "document"}, ok=DONE),
    Page(
        "admin/webhooks/faileditem/",
        OWNER,
        "POST",
        post=lambda rows: {"action": "replay_selected", "_selected_action": str(rows["failed"].pk)},
        post_ids={"_selected_action": "failed"},
        ok=(200, 302),
    ),
    Page(
        "admin/leads/proposal/",
        AGENT,
        "POST",
        post=lambda rows: {"action": "dismiss_selected", "_selected_action": str(rows["proposal"].pk)},
        post_ids={"_selected_action": "proposal"},
        ok=(200, 302),
        refused=(403, 200),  # a viewer gets the list; that nothing is decided, tests/leads/test_proposals.py says
    ),
    Page("admin/leads/proposal/<uuid:proposal_id>/accept/", AGENT, "POST", {"proposal_id": "proposal"}, ok=DONE),
    Page("admin/leads/proposal/<uuid:proposal_id>/dismiss/", AGENT, "POST", {"proposal_id": "proposal"}, ok=DONE),
    Page(
        "admin/accounts/product/",
        OWNER,
        "POST",
        post=lambda rows: {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(rows["product"].pk),
            "form-0-price": "1",
            "form-0-active": "on",
            "_save": "Save",
        },
        post_ids={"form-0-id": "product"},
        ok=(302,),
        refused=(200, 302, 403),  # who may look gets the list, and nothing is saved
    ),
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
_BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/of-the-matrix",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
_ONCE = "01939c4e-1111-7000-8000-000000000001"

# Asked for in other tests, which this names; the matrix holds that there is nothing else.
ELSEWHERE = {
    "admin/search/": "tests/admin/test_access.py: it is left out, 404 for all",
    "admin/autocomplete/": "tests/admin/test_access.py: finds no row of another business",
    "admin/r/<path:content_type_id>/<path:object_id>/": "tests/admin/test_access.py: tells no id apart",
    "admin/jsi18n/": "words of the page, for anybody in the admin",
    "account/join/<str:token>": "tests/signin: for whoever has the link, by a POST",
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$": "tests/signin: for whoever has the link",
    "account/reauthenticate": "tests/signin: one's own password, once more",
    "account/two-factor/code": "tests/signin: between password and code",
    "account/two-factor/code-again": "tests/signin: one's own code, once more",
    "account/two-factor/on": "tests/signin: one's own",
    "account/two-factor/off": "tests/signin: one's own",
    "account/two-factor/recovery-codes": "tests/signin: one's own",
    "account/two-factor/recovery-codes/new": "tests/signin: one's own",
    "account/two-factor/recovery-codes/download": "tests/signin: one's own",
    "admin/login/": "tests/signin: leads to /account/login",
    "admin/logout/": "tests/signin",
    "admin/password_change/": "tests/signin",
    "admin/password_change/done/": "tests/signin",
    "admin/number/<uuid:number_id>/subscribe/": "tests/admin/test_connection.py: it asks Meta",
    "admin/conversations/template/fetch/": "tests/admin: it asks Meta",
    _THREAD + "resend": "tests/inbox/test_pages.py: for an unknown message alone",
    _THREAD + "dismiss": "tests/inbox/test_pages.py: for an unknown message alone",
    _AT + "resend/": "tests/admin/test_conversation.py: for an unknown message alone",
    _AT + "dismiss/": "tests/admin/test_conversation.py: for an unknown message alone",
    "admin/accounts/user/<id>/password/": "tests/admin/test_site.py: the installation's owner alone",
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
