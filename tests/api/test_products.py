"""/api/products, and with it what every address of the API has: the gate, the error shape, pages, strict bodies and queries."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django_scopes import scope

from accounts import businesses, products
from accounts.models import AuditEvent, Membership, Product

from .asking import as_key, as_person

pytestmark = pytest.mark.django_db


def test_an_agent_reads_the_products_of_her_business_alone(dairy, masala, bob):
    answer = as_person(bob).get("/api/products")
    assert answer.status_code == 200
    assert [row["name"] for row in answer.json()["results"]] == ["Cow ghee", "Fresh paneer", "Cow milk"]
    assert answer.json()["results"][0]["price"] == "750.00"
    assert answer.json()["next"] is None


def test_pages_follow_each_other_without_a_gap(dairy, bob):
    client, seen, cursor = as_person(bob), [], ""
    for _ in range(3):
        page = client.get("/api/products", {"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["name"] for row in page["results"]]
        cursor = page["next"]
    assert seen == ["Cow ghee", "Fresh paneer", "Cow milk"]
    assert cursor is None


def test_an_owner_adds_changes_and_removes_a_product_and_the_log_says_so(dairy, alice):
    client = as_person(alice)
    made = client.post("/api/products", {"name": "Curd", "unit": "400 g", "price": "45"}, format="json")
    assert made.status_code == 201, made.json()
    address = f"/api/products/{made.json()['id']}"
    changed = client.patch(address, {"price": "48.50"}, format="json")
    assert changed.json()["price"] == "48.50"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    logged = list(AuditEvent.objects.filter(business=dairy, action__startswith="product.").order_by("id"))
    assert [event.action for event in logged] == ["product.added", "product.changed", "product.removed"]
    assert logged[1].details == {"before": {"price": "45.00"}, "after": {"price": "48.50"}}
    assert logged[1].actor == alice
    assert logged[1].address == "127.0.0.1"
    assert logged[1].request_id


def test_a_business_has_a_thousand_products_at_most(dairy, alice, client, monkeypatch):
    monkeypatch.setattr(products, "MOST", 3)
    refused = as_person(alice).post("/api/products", {"name": "Curd", "unit": "400 g", "price": "45"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_products")
    client.force_login(alice)
    page = client.post(
        "/admin/accounts/product/add/", {"name": "Curd", "unit": "400 g", "price": "45", "position": 9}, follow=True
    )
    assert [str(message) for message in page.context["messages"]] == ["A business has 3 products at most."]


def test_a_foreign_product_is_answered_as_one_that_is_not_there(dairy, masala, alice):
    with scope(business=masala):
        foreign = Product.objects.get().pk
    client = as_person(alice)
    answers = [client.get(f"/api/products/{pk}") for pk in (foreign, "01939c4e-0000-7000-8000-000000000000")]
    assert [a.status_code for a in answers] == [404, 404]
    bodies = [a.json() | {"requestId": ""} for a in answers]
    assert (
        bodies[0]
        == bodies[1]
        == {"code": "not_found", "message": "There is nothing here.", "fields": {}, "requestId": ""}
    )


def test_another_business_is_not_there_for_a_stranger(dairy, masala, charlie):
    assert as_person(charlie, dairy).get("/api/products").status_code == 404
    for wanted in ("", "x", str(dairy.pk)[:-1]):
        assert as_person(charlie).get("/api/products", HTTP_X_BUSINESS=wanted).status_code == 404


def test_a_person_of_two_businesses_says_which(dairy, masala, charlie):
    businesses.add_member(dairy, charlie, Membership.Role.VIEWER)
    assert len(as_person(charlie).get("/api/products").json()["results"]) == 1
    assert len(as_person(charlie, dairy).get("/api/products").json()["results"]) == 3
    assert as_person(charlie, dairy).post("/api/products", {}, format="json").status_code == 403


def test_a_removed_membership_counts_at_once(dairy, bob):
    client = as_person(bob)
    assert client.get("/api/products").status_code == 200
    Membership.objects.filter(user=bob).delete()
    assert client.get("/api/products").json()["code"] == "no_business"


def test_an_agent_may_not_write(dairy, bob):
    answer = as_person(bob).post("/api/products", {"name": "Curd", "unit": "400 g", "price": "45"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_key_does_what_its_scopes_say(dairy, alice):
    reads = as_key(dairy, "products:read", by=alice)
    assert reads.get("/api/products").status_code == 200
    assert reads.get("/api/products", HTTP_X_BUSINESS=str(dairy.pk).upper()).status_code == 200
    assert reads.get("/api/products", HTTP_X_BUSINESS=str(dairy.pk)[:-1]).status_code == 404
    refused = reads.post("/api/products", {"name": "Curd", "unit": "400 g", "price": "45"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    writes = as_key(dairy, "products:write", by=alice)
    assert (
        writes.post("/api/products", {"name": "Curd", "unit": "400 g", "price": "45"}, format="json").status_code == 201
    )
    event = AuditEvent.objects.get(action="product.added")
    assert event.actor is None
    assert event.api_key.startswith("wak_")


def test_nobody_reads_without_signing_in(client, dairy):
    answer = client.get("/api/products")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_product_that_is_there_already_is_no_second_one(dairy, alice):
    client = as_person(alice)
    for unit, status in (("1 KG", 409), ("2 kg", 201), ("2 KG", 409)):
        answer = client.post("/api/products", {"name": "Cow GHEE", "unit": unit, "price": "45"}, format="json")
        assert answer.status_code == status
    assert (answer.json()["code"], list(answer.json()["fields"])) == ("product_exists", ["name"])
    made = client.get("/api/products?search=cow").json()["results"]
    [second] = (row["id"] for row in made if row["unit"] == "2 kg")
    assert client.patch(f"/api/products/{second}", {"unit": "1 kg"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Curd", "unit": "1 kg"}, "price"),
        ({"name": "Curd", "unit": "1 kg", "price": "free"}, "price"),
        ({"name": "Curd", "unit": "1 kg", "price": "0"}, "price"),
        ({"name": "Curd", "unit": "1 kg", "price": "45", "business": "x"}, "business"),
        ({"name": 7, "unit": "1 kg", "price": "45"}, "name"),
        ({"name": "Curd", "unit": "1 kg", "price": "45", "active": "yes"}, "active"),
        ({"name": "Curd", "unit": "1 kg", "price": "45", "position": "1"}, "position"),
        ({"name": "Curd", "unit": "1 kg", "price": "45", "position": True}, "position"),
        ({"name": "Curd", "unit": "1 kg", "price": "45", "aliases": [7]}, "aliases"),
    ],
)
def test_a_body_that_will_not_do_says_which_field(dairy, alice, body, field):
    answer = as_person(alice).post("/api/products", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["fields"]) == [field]


def test_nothing_gets_a_price_of_0_and_what_has_it_can_be_changed(dairy, alice, client):
    with scope(business=dairy):
        Product.objects.filter(name="Cow ghee").update(price=0)
        ghee, milk = (Product.objects.get(name=name) for name in ("Cow ghee", "Cow milk"))
    api = as_person(alice)
    assert api.patch(f"/api/products/{ghee.pk}", {"price": "0.00", "active": False}, format="json").status_code == 200
    refused = api.patch(f"/api/products/{milk.pk}", {"price": "0"}, format="json")
    assert refused.json()["fields"] == {"price": ["A price is 0.01 at least."]}
    assert api.patch(f"/api/products/{milk.pk}", {"price": "0.01"}, format="json").status_code == 200
    client.force_login(alice)
    for product, given, errors in (
        (ghee, {"price": "0", "position": 3}, None),
        (milk, {"price": "0", "position": 3}, ["A price is 0.01 at least."]),
    ):
        fields = {"name": product.name, "unit": product.unit, "active": "on"} | given
        page = client.post(f"/admin/accounts/product/{product.pk}/change/", fields)
        assert (page.context["adminform"].form.errors.get("price") if page.status_code == 200 else None) == errors


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "A", "name": "B", "unit": "1 kg", "price": 1}',
        b'{"name": "A\\u0000", "unit": "1 kg", "price": 1}',
        b'{"name": "\\ud800", "unit": "1 kg", "price": 1}',
        b'{"name": "A", "unit": "1 kg", "price": NaN}',
        b'{"name": "A", "unit": "1 kg", "price": "1", "position": 1e999}',
        b"\xff",
        b"[" * 5000,
        b'{"price": ' + b"9" * 5000 + b"}",
        b"",
        b"[]",
        b"null",
    ],
)
def test_a_body_that_cannot_be_stored_is_refused(dairy, alice, body):
    answer = as_person(alice).post("/api/products", body, content_type="application/json")
    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    "query", ["colour=red", "active=true&active=false", "limit=0", "limit=201", "cursor=x", "search=%00"]
)
def test_a_query_that_will_not_do_is_refused(dairy, bob, query):
    answer = as_person(bob).get(f"/api/products?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["fields"]


def test_a_body_over_the_limit_is_refused_with_the_limit(dairy, alice):
    body = json.dumps({"name": "x" * 70_000})
    answer = as_person(alice).post("/api/products", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "64000" in answer.json()["message"]


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(dairy, alice):
    client = as_person(alice)
    at = "/api/products/" + client.get("/api/products").json()["results"][0]["id"]
    told = client.generic("PATCH", at, b"", content_type="application/json", HTTP_TRANSFER_ENCODING="chunked")
    assert (told.status_code, told.json()["code"]) == (411, "length_required")


def test_a_length_that_is_no_number_is_no_fault_of_ours(dairy, alice):
    client = as_person(alice)
    assert client.generic("POST", "/api/products", b"{}", "application/json", CONTENT_LENGTH="²").status_code == 400


def test_another_method_and_type_are_refused(dairy, alice):
    client = as_person(alice)
    refused = client.put("/api/products", {}, format="json")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST, HEAD")
    assert client.options("/api/products").status_code == 405
    nowhere = "01939c4e-0000-7000-8000-000000000000"
    assert client.put("/api/products", {}, format="json", HTTP_X_BUSINESS=nowhere).status_code == 405
    assert client.post("/api/products", "a=b", content_type="application/x-www-form-urlencoded").status_code == 415
    assert client.get("/api/products", HTTP_ACCEPT="text/html").status_code == 406


def test_an_address_that_is_none_has_the_same_shape(client, db):
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["requestId"] == answer["X-Request-ID"]


def test_the_answers_tell_the_limits(dairy, bob):
    answer = as_person(bob).get("/api/products")
    assert "q=" in answer["RateLimit-Policy"]
    assert "r=" in answer["RateLimit"]


@pytest.mark.django_db(transaction=True)
def test_of_several_who_remove_one_at_once_one_has_done_it(dairy, alice):
    at = "/api/products/" + as_person(alice).get("/api/products").json()["results"][0]["id"]
    clients = [as_person(alice) for _ in range(6)]

    def remove(client) -> int:
        try:
            return client.delete(at).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(remove, clients))
    assert answers == [204] + [404] * 5
    assert AuditEvent.objects.filter(action="product.removed").count() == 1
