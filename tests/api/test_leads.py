"""/api/leads: who may buy. To be read only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from leads.models import Lead
from tests.factories import MEERA, ZOYA, customer

from .asking import as_key, as_person
from .talking import NOWHERE, without_id, written, written_to_masala

pytestmark = pytest.mark.django_db


def lead_of(conversation, **fields) -> Lead:
    with scopes_disabled():
        Lead.objects.filter(contact=conversation.contact_id).update(**fields)
        return Lead.objects.get(contact=conversation.contact_id)


def names(client, **query) -> list[str]:
    answer = client.get("/api/leads", query)
    assert answer.status_code == 200, answer.json()
    return [row["contact"]["name"] for row in answer.json()["results"]]


def test_a_viewer_reads_the_leads_of_her_business(dairy, masala, vera, bob):
    meera = lead_of(written(), status="qualified", product_interest="Cow ghee", value="1500", owner=bob)
    written("hello", ZOYA)
    written_to_masala()
    client = as_person(vera)
    assert names(client) == ["Zoya", "Meera Iyer"]
    told = client.get(f"/api/leads/{meera.pk}").json()
    assert (told["status"], told["phone"], told["productInterest"], told["value"], told["currency"]) == (
        "qualified",
        MEERA.phone,
        "Cow ghee",
        "1500.00",
        "INR",
    )
    assert told["owner"] == {"id": str(bob.pk), "name": "Bob"}
    assert (told["source"], told["referral"], told["followUpAt"]) == ("whatsapp", {}, None)


def test_each_filter_finds_what_it_names(dairy, masala, bob, charlie):
    lead_of(written(), status="qualified", product_interest="गाय का घी", owner=bob)
    lead_of(written("hello", ZOYA), product_interest="Cow Ghee")
    lead_of(written_to_masala(), owner=charlie)
    client = as_person(bob)
    assert names(client, status="qualified") == ["Meera Iyer"]
    assert names(client, owner="me") == names(client, owner=str(bob.pk)) == ["Meera Iyer"]
    assert names(client, owner="none") == ["Zoya"]
    assert names(client, owner=str(charlie.pk)) == names(client, owner=NOWHERE) == []
    assert names(client, productInterest="cow ghee") == ["Zoya"]
    assert names(client, productInterest="गाय का घी") == ["Meera Iyer"]
    assert names(client, productInterest="ghee") == []
    for query in ("status=rich", "owner=bob", "limit=0", "colour=red", "status=new&status=lost"):
        answer = client.get(f"/api/leads?{query}")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [query.partition("=")[0]])


def test_nothing_can_be_written_yet(dairy, alice):
    meera = lead_of(written())
    client = as_person(alice)
    for method in ("patch", "put", "delete", "post"):
        assert getattr(client, method)(f"/api/leads/{meera.pk}", {}, format="json").status_code == 405
    assert client.post("/api/leads", {}, format="json").status_code == 405


def test_a_foreign_lead_is_answered_as_one_that_is_not_there(dairy, masala, bob):
    ravi = lead_of(written_to_masala())
    answers = [as_person(bob).get(f"/api/leads/{pk}") for pk in (ravi.pk, NOWHERE)]
    assert [a.status_code for a in answers] == [404, 404]
    assert without_id(answers[0]) == without_id(answers[1])


def test_a_key_needs_its_scope(dairy, alice):
    assert as_key(dairy, "leads:read", by=alice).get("/api/leads").status_code == 200
    assert as_key(dairy, "conversations:read", by=alice).get("/api/leads").json()["code"] == "scope_missing"


def test_a_list_costs_the_same_for_three_and_for_thirty(dairy, bob):
    client, costs = as_person(bob), []
    for there, until in ((0, 3), (3, 30)):
        for place in range(there, until):
            lead_of(written("hello", customer(place)), owner=bob)
        with CaptureQueriesContext(connection) as queries:
            assert len(names(client)) == until
        costs.append(len(queries))
    assert costs[0] == costs[1]
