"""The language of the pages: the person's choice, kept in a cookie; before it, the browser's."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from accounts import reading


def choose(client, language: str, next_page: str = "/admin/"):
    return client.post("/language", {"language": language, "next": next_page})


def test_a_person_chooses_hindi_and_it_stays(visit, alice, dairy):
    client = visit(alice)
    assert "These customers wait for a person" in client.get("/admin/").text
    answer = choose(client, "hi", "/admin/aibot/rule/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/aibot/rule/")
    kept = client.cookies["django_language"]
    assert (kept.value, kept["max-age"], kept["httponly"], kept["samesite"]) == ("hi", 365 * 24 * 3600, True, "Lax")
    shown = client.get("/admin/").text
    assert '<html lang="hi"' in shown
    assert "ये ग्राहक आपकी टीम के जवाब का इंतज़ार कर रहे हैं" in shown
    choose(client, "en")
    assert '<html lang="en"' in client.get("/admin/").text


def test_the_choice_can_be_made_before_the_login(client, db):
    page = client.get("/account/login?next=/admin/")
    assert 'name="language" value="hi" lang="hi"' in page.text
    assert '<input type="hidden" name="next" value="/account/login?next=/admin/">' in page.text
    choose(client, "hi")
    assert '<html lang="hi">' in client.get("/account/login").text


def test_without_a_choice_the_browser_decides(client, db):
    hindi = {"accept-language": "hi-IN,hi;q=0.9,en;q=0.8"}
    assert '<html lang="hi">' in client.get("/account/login", headers=hindi).text
    assert '<html lang="en">' in client.get("/account/login", headers={"accept-language": "ta,fr;q=0.5"}).text


def test_a_language_that_we_do_not_speak_changes_nothing(visit, alice, dairy):
    client = visit(alice)
    choose(client, "xx")
    assert "django_language" not in client.cookies
    assert '<html lang="en"' in client.get("/admin/").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_the_choice_leads_nowhere_else(visit, alice, dairy, elsewhere):
    assert "evil" not in choose(visit(alice), "hi", elsewhere)["Location"]


def test_dates_and_times_read_well_in_hindi():
    at = datetime(2025, 9, 3, 8, 35, tzinfo=UTC)
    now = datetime(2025, 11, 21, 9, 0, tzinfo=UTC)
    with translation.override("hi"), timezone.override("Asia/Kolkata"):
        assert reading.moment(at) == "3 सितं 2025, 14:05"
        assert reading.ago(at, now) == "3 सितं"
        assert reading.day(at, now) == "बुधवार, 3 सितंबर"
        assert reading.span(now - at.replace(month=11, day=21)) == "25 मिनट"


def test_columns_without_a_name_of_their_own_are_named_in_both_languages(visit, alice, dairy, dairy_rows):
    client = visit(alice)
    for address in ("/admin/webhooks/faileditem/", "/admin/webhooks/channelevent/"):
        assert ">Number<" in client.get(address).text.replace("\n", "").replace(" ", "")
        hindi = client.get(address, headers={"accept-language": "hi"}).text
        assert "Number" not in hindi
        assert "नंबर" in hindi
