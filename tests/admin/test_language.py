"""The language of the pages: the person's choice, kept in a cookie; before it, the browser's."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from django.utils import timezone, translation
from django_scopes import scopes_disabled

from accounts import acts, audit_words, reading
from accounts.models import Membership
from cloud_api import events, messages
from cloud_api.errors import InvalidMessage
from conversations import refusals
from conversations.models import ConsentEvent
from webhooks import counts, kinds, naming
from webhooks.models import FailedItem
from whatsapp_automation.embedded import words

FAILED = "/admin/webhooks/faileditem/"
CLOUD_API = Path(events.__file__).parent


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


def test_what_failed_and_what_was_done_is_said_in_hindi(visit, alice, dairy, dairy_rows):
    client, hindi = visit(alice), {"accept-language": "hi"}
    failed = dairy_rows["webhooks.faileditem"]
    FailedItem.objects.filter(pk=failed.pk).update(outcome="2 message, 1 unknown_number")
    for address in (FAILED, f"{FAILED}{failed.pk}/change/"):
        page = client.get(address, headers=hindi).text
        assert "पढ़ा न जा सका आइटम" in page
        assert "इसे पढ़ा नहीं जा सका: संदेश का कोई id नहीं है।" in page
        assert "no_wamid" not in page
        assert "Malformed" not in page
    assert "2 संदेश, 1 अनजान नंबर का" in page
    log = client.get("/admin/accounts/auditevent/", headers=hindi).text
    assert "नंबर: जोड़ा गया" in log
    assert "number.connected" not in log
    assert "number: connected" in client.get("/admin/accounts/auditevent/", headers={"accept-language": "en"}).text


def test_every_act_of_the_audit_log_has_words():
    """ "rule.changed" stands whole in the code, or is put together from its halves."""
    root = Path(acts.__file__).parents[1]
    code = "".join(path.read_text() for app in words.APPS for path in (root / app).rglob("*.py"))
    said = set(re.findall(r'record\(\s*"([a-z_.]+)"', code))
    assert {"sign_in", "sign_in_failed", "two_factor.on", "message.queued", "invitation.sent"} <= said
    whole = {action for action in said if "." in action or action.startswith("sign_")}
    with translation.override("hi"):
        assert [action for action in sorted(whole) if acts.told(action) == action] == []
    assert said - whole <= set(acts.ACTS)


def test_what_an_event_holds_is_named_in_hindi():
    details = {
        "after": {"texts": {"away": {"en": "Closed."}}, "phrases": ["milk"]},
        "fields": ["name", "delivery_area"],
    }
    with translation.override("hi"):
        assert [name for name, _before, _after in audit_words.changes(details)] == [
            "संदेश के शब्द, दुकान बंद रहने पर, English",
            "वाक्यांश",
        ]
        assert audit_words.others(details) == [("क्या बदला", "नाम, डिलीवरी का इलाक़ा")]


def test_the_audit_log_s_values_are_words_too():
    details = {
        "before": {"role": "owner", "hours": {"mon": [["09:00", "18:00"]]}, "language": "en", "intent": "opt_out"},
        "after": {"role": "agent", "hours": {"mon": []}, "language": "hi", "intent": "pricing", "name": "owner"},
        "by": "api",
        "buttons": [{"intent": "pricing", "title": "Prices"}],
    }
    assert audit_words.changes(details) == [
        ("Role", "Owner", "Agent"),
        ("Opening hours, Monday", "09:00–18:00", ""),
        ("Language", "English", "हिन्दी"),
        ("Intent", "opt-out", "pricing"),
        ("Name", "", "owner"),  # a text that somebody wrote stays as it is
    ]
    assert audit_words.others(details) == [("At which door", "the API"), ("Buttons", "pricing Prices")]
    with translation.override("hi"):
        role, hours, *_rest = audit_words.changes(details)
        assert role == ("भूमिका", *(Membership.Role(value).label for value in ("owner", "agent")))
    assert "owner" not in role
    assert hours[0].endswith(", सोमवार")


def test_every_reason_for_which_an_item_cannot_be_read_has_words():
    said = set(
        re.findall(r'Malformed\(\s*reason="(\w+)"', "".join(path.read_text() for path in CLOUD_API.glob("*.py")))
    )
    assert said
    assert said == set(naming.FAULTS)


def test_every_kind_and_every_end_of_an_item_has_words():
    assert {model.__name__ for model in get_args(events.Event)} <= set(naming.KINDS)
    assert {*kinds.TABLES, *kinds._PLAIN.values(), *counts.IGNORED, *counts.DUPLICATE, *counts.FAILED} <= set(
        naming.WORDS
    )


def test_what_has_no_words_stays_as_it_is():
    assert (naming.kind("Later"), naming.word("later_one"), acts.told("rule.later")) == (
        "Later",
        "later one",
        "rule.later",
    )
    assert naming.reason("DataError: wrong") == "It could not be worked off (DataError: wrong)."


def test_sentences_of_the_client_are_those_that_have_words():
    assert set(refusals.SENTENCES) == {messages.TOO_LONG, messages.BLANK}
    with pytest.raises(InvalidMessage) as caught:
        messages.buttons("", [("a", "A")])
    with translation.override("hi"):
        assert refusals.told(caught.value) == "The button message body is empty; WhatsApp needs 1 to 1024 characters."


def test_where_a_customers_word_came_from_is_said_in_hindi(visit, alice, dairy, dairy_rows):
    event, client = dairy_rows["conversations.consentevent"], visit(alice)
    for source, said in {
        "message": "संदेश",
        "preference": "WhatsApp में ग्राहक की सेटिंग",
        "error_131050": "WhatsApp ने ऑफ़र नहीं पहुँचाया",
        "later": "later",
    }.items():
        with scopes_disabled():
            ConsentEvent.objects.filter(pk=event.pk).update(source=source)
        for address in ("", f"{event.pk}/change/"):
            page = client.get(f"/admin/conversations/consentevent/{address}", headers={"accept-language": "hi"}).text
            assert said in re.sub(r"<title>.*?</title>", "", page)
