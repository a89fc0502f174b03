"""/api/contacts: the customers, their name here, and their word on marketing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent
from conversations.models import ConsentEvent, Contact
from tests.factories import MEERA, RAVI, ZOYA, Chat, customer

from .asking import as_key, as_person
from .talking import NOWHERE, fresh, without_id, written, written_to_masala

pytestmark = pytest.mark.django_db


@pytest.fixture
def meera(dairy) -> Contact:
    return written().contact


def of(contact, *rest) -> str:
    return "/".join(["/api/contacts", str(getattr(contact, "pk", contact)), *rest])


def names(client, **query) -> list[str]:
    answer = client.get("/api/contacts", query)
    assert answer.status_code == 200, answer.json()
    return [row["displayName"] for row in answer.json()["results"]]


def test_a_viewer_reads_the_contacts_of_her_business_the_newest_first(dairy, masala, vera, meera):
    written("hello", ZOYA)
    written_to_masala()
    assert names(as_person(vera)) == ["Zoya", "Meera Iyer"]
    told = as_person(vera).get(of(meera)).json()
    assert (told["phone"], told["profileName"], told["name"], told["email"], told["optedOutAt"]) == (
        MEERA.phone,
        "Meera Iyer",
        "",
        "",
        None,
    )


def test_a_search_finds_names_phones_usernames_and_addresses(dairy, masala, bob, meera):
    written("hello", ZOYA)
    written_to_masala()
    with scope(business=dairy):
        Contact.objects.filter(pk=meera.pk).update(name="मीरा अय्यर", email="meera@Example.com")
    client = as_person(bob)
    for words in ("अय्यर", "meera iyer", "EXAMPLE.COM", "98765 00001", "+91 (98765) 00001"):
        assert names(client, search=words) == ["मीरा अय्यर"], words
    assert names(client, search="@zoya") == ["Zoya"]
    assert names(client, search="100%") == names(client, search="Ravi") == names(client, search=RAVI.phone) == []
    assert names(client, phone="+91 98765-00001") == ["मीरा अय्यर"]
    assert names(client, phone=RAVI.phone) == names(client, phone="00001") == []


def test_who_has_stopped_marketing_is_found(dairy, bob, meera):
    written("hello", ZOYA)
    Chat(MEERA).says("STOP")
    assert names(as_person(bob), optedOut="true") == ["Meera Iyer"]
    assert names(as_person(bob), optedOut="false") == ["Zoya"]


def test_an_agent_gives_a_contact_a_name_and_the_log_says_which_field(dairy, bob, meera):
    told = as_person(bob).patch(of(meera), {"name": " मीरा (VIP) "}, format="json")
    assert (told.status_code, told.json()["name"], told.json()["displayName"]) == (200, "मीरा (VIP)", "मीरा (VIP)")
    assert as_person(bob).patch(of(meera), {"email": "meera@example.com"}, format="json").json()["name"] == "मीरा (VIP)"
    as_person(bob).patch(of(meera), {"email": "meera@example.com"}, format="json")
    events = AuditEvent.objects.filter(action="contact.changed").order_by("id")
    assert [(event.actor, event.target, event.details) for event in events] == [
        (bob, str(meera.pk), {"fields": ["name"]}),
        (bob, str(meera.pk), {"fields": ["email"]}),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"email": "nobody"}, "email"),
        ({"phone": "919876500009"}, "phone"),
        ({"optedOutAt": None}, "optedOutAt"),
        ({"tags": ["vip"]}, "tags"),
    ],
)
def test_a_change_that_will_not_do_says_which_field(dairy, bob, meera, body, field):
    answer = as_person(bob).patch(of(meera), body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_word_on_marketing_is_kept_with_how_it_was_said(dairy, bob, alice, meera):
    stopped = as_person(bob).post(of(meera, "opt-out"), {"how": "on the phone"}, format="json")
    assert stopped.json()["optedOutAt"] is not None
    key = as_key(dairy, "contacts:write", by=alice)
    allowed = key.post(of(meera, "opt-in"), {"how": "form on the web site, 21 November"}, format="json")
    assert allowed.json()["optedOutAt"] is None
    with scopes_disabled():
        events = list(ConsentEvent.objects.order_by("at").values_list("kind", "source", "how"))
    assert events == [("stop", "agent", "on the phone"), ("start", "api", "form on the web site, 21 November")]
    logged = AuditEvent.objects.filter(target=str(meera.pk)).order_by("id")
    assert [(e.action, e.actor, bool(e.api_key), e.details) for e in logged] == [
        ("contact.stopped_marketing", bob, False, {}),
        ("contact.allowed_marketing", None, True, {}),
    ]


def test_a_permission_needs_to_say_how_it_was_given_and_a_stop_does_not(dairy, bob, meera):
    client = as_person(bob)
    for body in ({}, {"how": ""}, {"how": "  "}, {"how": "x" * 201}):
        answer = client.post(of(meera, "opt-in"), body, format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["how"])
    assert client.post(of(meera, "opt-out")).status_code == 200


def test_a_list_costs_the_same_for_three_and_for_thirty(dairy, bob):
    client, costs = as_person(bob), []
    for there, until in ((0, 3), (3, 30)):
        for place in range(there, until):
            written("hello", customer(place))
        with CaptureQueriesContext(connection) as queries:
            assert len(names(client)) == until
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_foreign_contact_is_answered_as_one_that_is_not_there(dairy, masala, bob):
    ravi = written_to_masala().contact
    client = as_person(bob)
    for method, rest, body in [
        ("get", (), None),
        ("patch", (), {"name": "Mine"}),
        ("post", ("opt-in",), {"how": "x"}),
        ("post", ("opt-out",), {}),
    ]:
        answers = [getattr(client, method)(of(pk, *rest), body, format="json") for pk in (ravi.pk, NOWHERE)]
        assert [a.status_code for a in answers] == [404, 404]
        assert without_id(answers[0]) == without_id(answers[1])
    assert (fresh(ravi).name, fresh(ravi).opted_out_at) == ("", None)


def test_a_viewer_and_a_reading_key_change_nothing(dairy, vera, alice, meera):
    reader = as_key(dairy, "contacts:read", by=alice)
    for method, rest, body in [
        ("patch", (), {"name": "x"}),
        ("post", ("opt-out",), {}),
        ("post", ("opt-in",), {"how": "x"}),
    ]:
        assert getattr(as_person(vera), method)(of(meera, *rest), body, format="json").status_code == 403
        assert getattr(reader, method)(of(meera, *rest), body, format="json").json()["code"] == "scope_missing"
    assert as_person(alice).delete(of(meera)).status_code == 405
    assert as_person(alice).post("/api/contacts", {}, format="json").status_code == 405
