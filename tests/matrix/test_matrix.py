"""The matrix: every address, by method, by who asks, with ids of the other business wherever an id goes.

Each case first proves that the rightful person succeeds with the same request, so that a broken address cannot pass.
The other business's rows are the same afterwards, to the byte. An address without a case fails. And whoever asks gets an answer that
keeps to the API's description.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled
from drf_spectacular.generators import SchemaGenerator

from accounts.keys import SCOPES
from accounts.models import ApiKey, Product
from whatsapp_automation import headers

from ..api.asking import as_key
from . import forms, pages, routes
from .cases import ANYONE, API, SIGNED_IN
from .conftest import asked, undone
from .described import departure
from .world import MINE, NOBODY, OF_DAIRY, RANK, ROLES, STRANGERS, THEIRS, World, rows_written, state_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def each(cases, name: str = "case"):
    return pytest.mark.parametrize(name, cases, ids=lambda case: case.name)


NOT_DESCRIBED = ("api/schema", "api/docs")  # they are the description
MISSING = "01939c4e-0000-7000-8000-000000000000"


def ask(world: World, case, client, rows: dict, *, query: dict | None = None, body: dict | None = None, pk: str = ""):
    """Make the case's request about these rows, and undo what it did."""
    with undoing(world) as must_have_changed_nothing:
        address = "/" + case.route
        for name, kind in case.path.items():
            address = _put(address, name, pk or str(getattr(rows[kind], "pk", rows[kind])))
        sent = body if body is not None else (case.body(rows) if case.body else None)
        if case.method == "GET":
            answer = client.get(address, query or {}, **_headers(case))
        else:
            answer = getattr(client, case.method.lower())(address, sent, format=case.format, **_headers(case))
        answer.body = answer.getvalue()
        if answer.status_code >= 400 and answer.status_code != case.ok:
            must_have_changed_nothing()
    assert_headers(answer)
    if case.route not in NOT_DESCRIBED:
        kind = answer.headers.get("Content-Type", "")
        assert departure("/" + _plain(case.route), case.method, answer.status_code, answer.body, kind) == ""
    return answer


@contextmanager
def undoing(world: World) -> Iterator[Callable[[], None]]:
    """What happens inside is undone. Called at the end of it, what is yielded raises unless both shops are as they were. Where any
    row was written, they are hashed now and once more when it is undone; hashing them before each request took longer than all
    the requests.
    """
    written, at_the_end = rows_written(), []
    with undone():
        yield lambda: at_the_end.append(_states(world)) if rows_written() != written else None
    for state in at_the_end:
        assert state == _states(world), "refused, and yet something changed"


def test_a_change_in_either_shop_is_seen_and_undone(world):
    before = _states(world)
    for business in (world.dairy, world.masala):
        with pytest.raises(AssertionError, match="something changed"):
            _make_all_cheap(world, business)
    with undoing(world) as must_have_changed_nothing:
        must_have_changed_nothing()
    assert _states(world) == before


def _make_all_cheap(world: World, business) -> None:
    with undoing(world) as must_have_changed_nothing:
        with scopes_disabled():
            assert Product.objects.filter(business=business).update(price=1)
        must_have_changed_nothing()


def _states(world: World) -> tuple[str, str]:
    return state_of(world.dairy), state_of(world.masala)


def assert_headers(answer) -> None:
    """Every answer of the matrix, whoever asked and whatever came of it, carries them."""
    path = answer.wsgi_request.path_info
    for name, value in headers.of(path).items():
        assert answer[name] == value, f"{path}: {name}"
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"], path
    assert answer["X-Request-ID"]
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert ("unsafe" in policy) == (path.startswith("/admin/") or path == "/api/docs"), path
    asked.append(path)
    for cookie in answer.cookies.values():
        if not cookie.value:
            continue  # it is taken away
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def _headers(case) -> dict:
    return {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in case.headers.items()}


def _put(address: str, name: str, value: str) -> str:
    before, _, rest = address.partition("<")
    converter, _, after = rest.partition(">")
    assert converter.split(":")[-1] == name, f"{address}: expected <{name}>"
    return before + value + after


# --- nothing is left out ------------------------------------------------------------------------------------------------------


def test_every_address_of_the_api_has_a_case():
    known = {(case.route, case.method) for case in API}
    found = {
        (route, method)
        for route, methods in routes.routes().items()
        if route.startswith("api/")
        for method in methods or ("GET",)
    }
    assert found - known == set(), "give these a Case in tests/matrix/cases.py"
    assert known - found == set(), "these are no addresses any more"


def test_every_other_address_has_a_case():
    found = {route for route in routes.routes() if not route.startswith("api/")}
    known = set(pages.routes())
    assert found - known == set(), "give these a Page in tests/matrix/pages.py"
    assert known - found == set(), "these are no addresses any more"


def test_every_door_is_named_here():
    assert routes.doors() == {
        "/webhook",
        "/webhook/",  # tests/webhooks and tests/e2e ask at it, unsigned, as a stranger and as Meta
        "/events/",  # tests/inbox/test_door.py and test_events.py, as everybody
    }


def test_the_description_names_what_the_resolver_has_and_nothing_else():
    described = set()
    for path, operations in SchemaGenerator().get_schema(request=None, public=True)["paths"].items():
        described |= {
            (path, method.upper()) for method in operations if method in ("get", "post", "put", "patch", "delete")
        }
    had = {("/" + _plain(case.route), case.method) for case in API if case.route not in NOT_DESCRIBED}
    assert described == had


def _plain(route: str) -> str:
    """``api/products/<uuid:pk>`` -> ``api/products/{id}``"""
    while "<" in route:
        before, _, rest = route.partition("<")
        converter, _, after = rest.partition(">")
        name = converter.split(":")[-1]
        route = f"{before}{{{'id' if name == 'pk' else name}}}{after}"
    return route


# --- who may ------------------------------------------------------------------------------------------------------------------


@each(API)
def test_by_role(world, case):
    """The rightful succeed, who has less of a role gets 403, who has not signed in 401."""
    theirs = state_of(world.masala)
    found = {who: ask(world, case, world.api(who), world.mine) for who in (NOBODY, *OF_DAIRY)}
    found["root"] = ask(world, case, world.api("root", world.dairy), world.mine)
    for who, answer in found.items():
        may = case.least == ANYONE or (who != NOBODY and ROLES[who] >= RANK[case.least])
        expected = case.ok if may else 401 if who == NOBODY else 403
        assert answer.status_code == expected, f"{who}: {answer.body[:500]}"
        if who != "root" or case.path:  # who may enter both reads both names among his businesses
            assert THEIRS.encode() not in answer.body, who
    assert state_of(world.masala) == theirs


@each([case for case in API if case.least not in (ANYONE, SIGNED_IN)])
def test_a_stranger_finds_nothing(world, case):
    """The other business's owner and agent: with the ids of the dairy in the path, and with the dairy named as the
    business."""
    mine = state_of(world.dairy)
    for who in STRANGERS:
        answers = [ask(world, case, world.api(who, world.dairy), world.mine)]
        if case.path:
            answers.append(ask(world, case, world.api(who), world.mine))
        for answer in answers:
            allowed = (404,) if ROLES[who] >= RANK[case.least] or answer is answers[0] else (403, 404)
            assert answer.status_code in allowed, f"{who}: {answer.status_code} {answer.body[:500]}"
            assert MINE.encode() not in answer.body, who
        if not case.path:
            own = ask(world, case, world.api(who), world.theirs)
            assert MINE.encode() not in own.body, who
    assert state_of(world.dairy) == mine


@each([case for case in API if case.path])
def test_a_foreign_row_is_answered_as_a_missing_one(world, case):
    least = (
        next(who for who in OF_DAIRY if case.least != ANYONE and ROLES[who] >= RANK[case.least])
        if case.least
        else "alice"
    )
    client = world.api(least)
    foreign = ask(world, case, client, world.theirs, body=case.body(world.mine) if case.body else None)
    missing = ask(world, case, client, world.mine, pk=MISSING)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert _without_id(foreign) == _without_id(missing)


def _without_id(answer) -> dict:
    return json.loads(answer.body) | {"requestId": ""}


@each([case for case in API if case.body_ids])
def test_a_foreign_id_in_the_body_finds_nothing(world, case):
    theirs = state_of(world.masala)
    for name, kind in case.body_ids.items():
        answers = []
        for value in (str(world.theirs[kind].pk), MISSING):
            body = _with(case.body(world.mine), name, value)
            answers.append(ask(world, case, world.api("alice"), world.mine, body=body))
        assert {a.status_code for a in answers} <= {400, 404}, [a.body[:300] for a in answers]
        assert _without_id(answers[0]) == _without_id(answers[1])
    assert state_of(world.masala) == theirs


def _with(body: dict, path: str, value) -> dict:
    """The body with ``a.0.b`` replaced."""
    copy = json.loads(json.dumps(body, default=str))
    *parents, last = path.split(".")
    held = copy
    for part in parents:
        held = held[int(part)] if part.isdigit() else held[part]
    held[int(last) if last.isdigit() else last] = [value] if isinstance(held.get(last), list) else value
    return copy


@each([case for case in API if case.query_ids])
def test_a_foreign_id_in_the_query_finds_nothing(world, case):
    for name, kind in case.query_ids.items():
        own = ask(world, case, world.api("alice"), world.mine, query={name: str(_filter_value(world.mine[kind]))})
        assert own.status_code == 200, own.body[:300]
        answers = [
            ask(world, case, world.api("alice"), world.mine, query={name: value})
            for value in (str(_filter_value(world.theirs[kind])), MISSING)
        ]
        assert {a.status_code for a in answers} <= {200, 400, 404}
        assert THEIRS.encode() not in answers[0].body
        assert _nothing(answers[0]) == _nothing(answers[1])


def _filter_value(row):
    return getattr(row, "pk", row)


def _nothing(answer) -> tuple:
    body = json.loads(answer.body)
    return answer.status_code, body.get("results"), body.get("code")


@each([case for case in API if case.least != ANYONE])
def test_a_key_needs_its_scope(world, case):
    """A key with the one scope does it, a key with all others does not, a key of the other business finds nothing."""
    if not case.scope:
        answer = ask(world, case, _key(world.dairy, list(SCOPES), world.people["alice"]), world.mine)
        assert answer.status_code == 403, answer.body[:500]
        return
    right = ask(world, case, _key(world.dairy, [case.scope], world.people["alice"]), world.mine)
    assert right.status_code == case.ok, right.body[:500]
    wrong = ask(
        world, case, _key(world.dairy, [s for s in SCOPES if s != case.scope], world.people["alice"]), world.mine
    )
    assert wrong.status_code == 403, wrong.body[:500]
    mine = state_of(world.dairy)
    foreign = _key(world.masala, [case.scope], world.people["charlie"])
    if case.path:
        assert ask(world, case, foreign, world.mine).status_code == 404
    else:
        assert MINE.encode() not in ask(world, case, foreign, world.theirs).body
    assert state_of(world.dairy) == mine


def _key(business, scopes, by):
    client = as_key(business, *scopes, by=by)
    with scopes_disabled():  # its first use would be noted, also where it is refused
        ApiKey.objects.filter(business=business).update(last_used_at=timezone.now())
    return client


@each(API)
def test_other_methods_are_refused(world, case):
    """An address answers 405 to the methods that it does not have, and changes nothing."""
    had = {c.method for c in API if c.route == case.route}
    client = world.api("alice") if case.least != ANYONE else world.api(NOBODY)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - had:
        other = type(case)(case.route, method, case.least, case.path, body=lambda rows: {}, headers=case.headers)
        answer = ask(world, other, client, world.mine)
        assert answer.status_code == 405, f"{method}: {answer.status_code} {answer.body[:300]}"
        assert answer["Allow"]


def test_ids_are_uuids_that_tell_nothing(world):
    ids = [row.pk for row in world.mine.values() if isinstance(row.pk, uuid.UUID)]
    assert len(ids) > 10


# --- pages --------------------------------------------------------------------------------------------------------------------


def open_page(world: World, page, client, rows: dict, *, pk: str = "", post: dict | None = None):
    """Ask for the page about these rows, and undo what it did."""
    with undoing(world) as must_have_changed_nothing:
        address = "/" + page.route
        for name, kind in page.path.items():
            address = _put(address, name, pk or str(rows[kind].pk))
        sent = post if post is not None else (page.post(rows) if page.post else {})
        answer = client.post(address, sent) if page.method == "POST" else client.get(address)
        answer.body = answer.getvalue()
        if answer.status_code >= 400:
            must_have_changed_nothing()
    assert_headers(answer)
    return answer


def _to_sign_in(answer) -> bool:
    return answer.status_code == 302 and "/login" in answer["Location"]


@each(pages.PAGES, "page")
def test_a_page_by_role(world, page):
    theirs = state_of(world.masala)
    for who in (NOBODY, *OF_DAIRY, "root"):
        answer = open_page(world, page, world.browser(who), world.mine)
        told = f"{who}: {answer.status_code} {answer.body[:300]}"
        if page.least == ANYONE or (who != NOBODY and ROLES[who] >= RANK[page.least]):
            assert answer.status_code in page.ok, told
            assert not _to_sign_in(answer) or page.least == ANYONE or page.to_sign_in, told
        elif who == NOBODY:
            assert _to_sign_in(answer), told
        else:
            assert answer.status_code in page.refused, told
        if who != "root":  # who may enter both, and so reads both names in the choice of the business
            assert THEIRS.encode() not in answer.body, who
    assert state_of(world.masala) == theirs


@each([page for page in pages.PAGES if page.least not in (ANYONE, SIGNED_IN)], "page")
def test_a_page_of_a_stranger(world, page):
    """The other business's people, with the dairy's ids; without one in the address they see their own."""
    mine = state_of(world.dairy)
    for who in STRANGERS:
        answer = open_page(world, page, world.browser(who), world.mine)
        if page.path:
            allowed = page.stranger if ROLES[who] >= RANK[page.least] else (*page.stranger, *page.refused)
            assert answer.status_code in allowed, f"{who}: {answer.status_code}"
        assert MINE.encode() not in answer.body, who
    assert state_of(world.dairy) == mine


@each([page for page in pages.PAGES if page.path and page.least != ANYONE], "page")
def test_a_page_about_a_foreign_row_is_as_one_about_a_missing_one(world, page):
    client = world.browser("alice")
    missing = "999999999" if "<int:" in page.route else MISSING
    foreign = open_page(world, page, client, world.theirs, post=page.post(world.mine) if page.post else None)
    absent = open_page(world, page, client, world.mine, pk=missing)
    assert foreign.status_code == absent.status_code
    assert foreign.status_code in page.stranger
    assert foreign.body == absent.body


@each([page for page in pages.PAGES if page.post_ids], "page")
def test_a_foreign_row_in_a_page_s_form_is_left_alone(world, page):
    theirs = state_of(world.masala)
    for name, kind in page.post_ids.items():
        open_page(
            world,
            page,
            world.browser("alice"),
            world.mine,
            post=page.post(world.mine) | {name: str(world.theirs[kind].pk)},
        )
    assert state_of(world.masala) == theirs


@pytest.mark.parametrize(
    "label",
    [
        "accounts.settings",
        "accounts.product",
        "accounts.whatsappnumber",
        "aibot.answer",
        "aibot.rule",
        "aibot.trap",
        "conversations.contact",
        "leads.lead",
    ],
)
def test_an_admin_s_form_saves_for_the_rightful_and_for_nobody_else(world, label):
    """The very form that the rightful person's page holds, sent back: saved for them, 404 for a stranger, 403 for a
    viewer."""
    kind = {"accounts.whatsappnumber": "number"}.get(label, label.split(".")[1])
    address = f"/admin/{label.replace('.', '/')}/{world.mine[kind].pk}/change/"
    page = world.browser("alice").get(address)
    form = forms.filled(page.content.decode(), f"{label.split('.')[1]}_form")
    assert form, "the page has a form"

    def send(who: str) -> int:
        with undone():
            return world.browser(who).post(address, form).status_code

    before = state_of(world.dairy)
    assert send("alice") == 302
    assert send("charlie") == 404
    assert send("vera") == 403
    assert state_of(world.dairy) == before
