"""/api/auth/register: a person opens a business, where the installation allows it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django_scopes import scope
from rest_framework.test import APIClient

from accounts.models import AuditEvent, Business, Settings, User
from aibot.models import Rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

BODY = {
    "businessName": "Shuddh Dairy",
    "name": "Asha",
    "email": "Asha@Dairy.example",
    "password": "three brown buffaloes",
    "phone": "+91 98765 43210",
}


@pytest.fixture(autouse=True)
def may_register(settings):
    settings.OPEN_REGISTRATION = True


def register(**body):
    return APIClient().post("/api/auth/register", BODY | body, format="json")


def test_a_new_business_is_open_at_once_and_its_model_is_off():
    answer = register()
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["user"]["email"] == "asha@dairy.example"
    assert [place["role"] for place in body["businesses"]] == ["owner"]
    business = Business.objects.get(pk=body["businesses"][0]["id"])
    assert business.ai_daily_tokens == 0
    with scope(business=business):
        assert Settings.objects.count() == 1
        assert Rule.objects.exists()
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {body['access']}")
    assert client.get("/api/products").json() == {"results": [], "next": None}
    assert AuditEvent.objects.get(action="business.created").business_id == business.pk


def test_an_e_mail_that_has_an_account_is_not_told_and_nothing_happens(dairy, alice):
    answer = register(email=alice.email.upper())
    assert (answer.status_code, answer.json()["code"]) == (202, "check_mail")
    assert "access" not in answer.json()
    assert Business.objects.count() == 1
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_two_businesses_may_have_one_name():
    assert register().status_code == 201
    assert register(email="bina@dairy.example").status_code == 201
    assert register(email="chirag@dairy.example", businessName="शुद्ध डेयरी").status_code == 201
    assert Business.objects.filter(name="Shuddh Dairy").count() == 2


def test_where_it_is_not_allowed_there_is_no_such_address(settings):
    settings.OPEN_REGISTRATION = False
    answers = [register(), register(email="x"), APIClient().get("/api/auth/register"), APIClient().get("/api/nothing")]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"not_found"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "asha@dairy.example"}, "password"),
        ({"email": "no e-mail"}, "email"),
        ({"businessName": " "}, "businessName"),
        ({"phone": "call me"}, "phone"),
        ({"isSuperuser": True}, "isSuperuser"),
    ],
)
def test_what_will_not_do_says_which_field(body, field):
    answer = register(**body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not User.objects.exists()


def test_registrations_of_one_network_are_limited():
    codes = [register(email=f"asha{number}@dairy.example").status_code for number in range(11)]
    assert codes == [201] * 10 + [429]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_e_mail_one_opens_a_business():
    def one(_) -> int:
        try:
            return register().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(one, range(8)))
    assert codes == [201] + [202] * 7
    assert (User.objects.count(), Business.objects.count()) == (1, 1)
