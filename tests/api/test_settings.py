"""/api/settings: the document, its parts, who may change it, what will not do, and two who change it at once."""

import json
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from accounts import allowance, preferences
from accounts.models import AuditEvent, Business, Settings

from .asking import as_key, as_person

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ADDRESS = "/api/settings"


def read(client) -> dict:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200, answer.content
    return answer.json()


def patch(client, **sections):
    return client.patch(ADDRESS, sections, format="json")


def logged(business) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(business=business, action="settings.changed").order_by("id"))


# --- reading -------------------------------------------------------------------------------------------------------------------


def test_every_member_reads_the_whole_document(dairy, vera):
    document = read(as_person(vera))
    assert document["profile"] == {
        "name": "Shuddh Dairy",
        "timeZone": "Asia/Kolkata",
        "language": "en",
        "currency": "INR",
        "deliveryArea": "",
    }
    assert document["hours"]["sun"] == [["09:00", "21:00"]]
    assert document["texts"] == {
        "greeting": {},
        "away": {},
        "handover": {},
        "optOut": {},
        "automated": {},
        "fallback": {
            "en": "Thank you for your message. A person from our team will answer you soon.",
            "hi": "आपके संदेश के लिए धन्यवाद। हमारी टीम जल्द ही आपको जवाब देगी।",
        },
    }
    assert (document["holidays"], document["quiet"]) == ([], {"start": None, "end": None})
    assert document["bot"] == {"on": True, "autoReturnMinutes": 0}
    assert document["inbox"] == {"blueTicks": True}
    assert document["model"] == {"dailyTokens": None, "callsPerHour": None, "persona": "", "instructions": ""}
    assert document["notifications"] == {"emailAfterMinutes": 10}
    assert document["retention"] == {"messagesKeptDays": None}
    assert document["security"] == {"twoFactorRequired": False}


def test_the_other_business_reads_its_own(dairy, masala, charlie, alice):
    patch(as_person(alice), profile={"deliveryArea": "Indiranagar"})
    assert read(as_person(charlie))["profile"]["deliveryArea"] == ""
    assert as_person(charlie, dairy).get(ADDRESS).status_code == 404
    assert as_person(charlie, dairy).patch(ADDRESS, {"bot": {"on": False}}, format="json").status_code == 404


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_only_an_owner_changes_them(request, dairy, who):
    client = as_person(request.getfixturevalue(who))
    for method in (client.put, client.patch):
        assert method(ADDRESS, {"bot": {"on": False}}, format="json").status_code == 403
    assert read(client)["bot"] == {"on": True, "autoReturnMinutes": 0}


def test_a_key_reads_and_writes_by_its_scopes(dairy, alice):
    reads, writes = as_key(dairy, "settings:read", by=alice), as_key(dairy, "settings:write", by=alice)
    assert reads.get(ADDRESS).status_code == 200
    assert patch(reads, bot={"on": False}).json()["code"] == "scope_missing"
    assert patch(writes, bot={"on": False}).status_code == 200
    [event] = logged(dairy)
    assert (event.actor, event.api_key[:4], event.details) == (
        None,
        "wak_",
        {"before": {"bot_on": True}, "after": {"bot_on": False}},
    )


# --- writing -------------------------------------------------------------------------------------------------------------------

WHOLE = {
    "profile": {
        "name": "Shuddh Dairy & Sons",
        "timeZone": "Asia/Dubai",
        "language": "hi",
        "currency": "AED",
        "deliveryArea": "Deira",
    },
    "hours": {day: [["07:00", "13:00"], ["16:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
    | {"sun": []},
    "holidays": [{"date": "2026-12-25", "name": "Christmas"}, {"date": "2027-01-26", "name": ""}],
    "texts": {
        "greeting": {"en": "Welcome to {business}, {name}!", "hi-Latn": "Swagat hai!"},
        "away": {"en": "We open {opens}."},
        "handover": {},
        "optOut": {"hi": "ठीक है।"},
        "automated": {},
        "fallback": {"en": "One moment.", "hi": ""},
    },
    "quiet": {"start": "21:00", "end": "08:30"},
    "bot": {"on": False, "autoReturnMinutes": 30},
    "inbox": {"blueTicks": False},
    "model": {"dailyTokens": 1000, "callsPerHour": 3, "persona": "You are Asha.", "instructions": "Offer a tour."},
    "notifications": {"emailAfterMinutes": 20},
    "retention": {"messagesKeptDays": 90},
    "security": {"twoFactorRequired": False},
}


def test_the_whole_document_is_put_and_read_back(dairy, alice):
    client = as_person(alice)
    answer = client.put(ADDRESS, WHOLE, format="json")
    assert answer.status_code == 200, answer.content
    assert {k: v for k, v in read(client).items() if k != "updatedAt"} == WHOLE
    dairy.refresh_from_db()
    assert (dairy.name, dairy.time_zone, dairy.currency) == ("Shuddh Dairy & Sons", "Asia/Dubai", "AED")
    again = client.put(ADDRESS, read(client), format="json")  # what was read may be put back as it is
    assert again.status_code == 200, again.content
    assert len(logged(dairy)) == 1  # and changes nothing


def test_a_put_without_a_section_is_refused(dairy, alice):
    for left_out in WHOLE:
        answer = as_person(alice).put(ADDRESS, {k: v for k, v in WHOLE.items() if k != left_out}, format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [left_out])


def test_a_patch_changes_what_it_names(dairy, alice):
    client = as_person(alice)
    client.put(ADDRESS, WHOLE, format="json")
    answer = patch(
        client,
        hours={"sun": [["10:00", "12:00"]]},
        texts={"greeting": {"hi": "स्वागत है!", "hi-Latn": None}, "away": None},
        quiet={"end": "09:00"},
        model={"dailyTokens": None},
        holidays=[],
    )
    assert answer.status_code == 200, answer.content
    now = read(client)
    assert now["hours"]["sun"] == [["10:00", "12:00"]]
    assert now["hours"]["mon"] == WHOLE["hours"]["mon"]
    assert now["texts"]["greeting"] == {"en": "Welcome to {business}, {name}!", "hi": "स्वागत है!"}
    assert (now["texts"]["away"], now["texts"]["optOut"]) == ({}, {"hi": "ठीक है।"})
    assert now["texts"]["fallback"] == WHOLE["texts"]["fallback"]
    assert now["quiet"] == {"start": "21:00", "end": "09:00"}
    assert now["model"] == WHOLE["model"] | {"dailyTokens": None}
    assert now["holidays"] == []


def test_each_change_is_logged_with_before_and_after_and_who(dairy, alice):
    client = as_person(alice)
    patch(client, texts={"away": {"en": "We are closed."}}, hours={"sun": []}, profile={"currency": "USD"})
    [event] = logged(dairy)
    assert event.actor == alice
    assert event.address == "127.0.0.1"
    assert event.details == {
        "before": {"currency": "INR", "hours": {"sun": [["09:00", "21:00"]]}, "texts": {"away": None}},
        "after": {"currency": "USD", "hours": {"sun": []}, "texts": {"away": {"en": "We are closed."}}},
    }


def test_what_was_so_before_is_no_change(dairy, alice):
    before = read(as_person(alice))["updatedAt"]
    assert patch(as_person(alice), bot={"on": True}, profile={"name": " Shuddh Dairy "}).status_code == 200
    assert (logged(dairy), read(as_person(alice))["updatedAt"]) == ([], before)


# --- what will not do ----------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"profile": {"name": ""}}, "profile.name"),
    ({"profile": {"name": "x" * 121}}, "profile.name"),
    ({"profile": {"timeZone": "Mars/Base"}}, "profile.timeZone"),
    ({"profile": {"language": "ta"}}, "profile.language"),
    ({"profile": {"currency": "inr"}}, "profile.currency"),
    ({"profile": {"currency": "XXX"}}, "profile.currency"),
    ({"profile": {"currency": "XAU"}}, "profile.currency"),
    ({"profile": {"deliveryArea": "x" * 301}}, "profile.deliveryArea"),
    ({"profile": {"slug": "mine"}}, "profile.slug"),
    ({"hours": {"mon": [["09:00"]]}}, "hours.mon.0"),
    ({"hours": {"mon": [["09:00", "08:00"]]}}, "hours"),
    ({"hours": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "hours"),
    ({"hours": {"mon": [["9:00", "12:00"]]}}, "hours.mon.0.0"),
    ({"hours": {"day": []}}, "hours.day"),
    ({"holidays": [{"date": "26 January", "name": ""}]}, "holidays.0.date"),
    ({"holidays": [{"date": "2027-01-26", "name": "x" * 81}]}, "holidays.0.name"),
    ({"holidays": [{"date": "2027-01-26", "name": "A"}, {"date": "2027-01-26", "name": "B"}]}, "holidays"),
    ({"holidays": [{"name": "Diwali"}]}, "holidays"),
    ({"texts": {"greeting": {"en": "Hello {nmae}"}}}, "texts.greeting.en"),
    ({"texts": {"greeting": {"en": "Hello {name"}}}, "texts.greeting.en"),
    ({"texts": {"away": {"hi-Latn": "Bye name}"}}}, "texts.away.hi-Latn"),
    ({"texts": {"away": {"hi": "x" * 1001}}}, "texts.away.hi"),
    ({"texts": {"optOut": {"fr": "Adieu"}}}, "texts.optOut.fr"),
    ({"texts": {"hello": {"en": "Hello"}}}, "texts.hello"),
    ({"texts": {"fallback": {"en": ""}}}, "texts.fallback.en"),
    ({"texts": {"fallback": {"en": "{prise}"}}}, "texts.fallback.en"),
    ({"texts": {"fallback": {"hi": "{opens"}}}, "texts.fallback.hi"),
    ({"quiet": {"start": "21:00"}}, "quiet.end"),
    ({"quiet": {"start": "21:00", "end": "21:00"}}, "quiet.end"),
    ({"quiet": {"start": "9 pm", "end": "08:00"}}, "quiet.start"),
    ({"model": {"dailyTokens": -1}}, "model.dailyTokens"),
    ({"model": {"dailyTokens": 10**29}}, "model.dailyTokens"),
    ({"model": {"dailyTokens": 200_001}}, "model.dailyTokens"),
    ({"model": {"callsPerHour": 21}}, "model.callsPerHour"),
    ({"notifications": {"emailAfterMinutes": 1441}}, "notifications.emailAfterMinutes"),
    ({"notifications": {"emailAfterMinutes": -1}}, "notifications.emailAfterMinutes"),
    ({"retention": {"messagesKeptDays": 29}}, "retention.messagesKeptDays"),
    ({"retention": {"messagesKeptDays": 3661}}, "retention.messagesKeptDays"),
    ({"security": {"twoFactorRequired": True}}, "security.twoFactorRequired"),
    ({"bot": {"on": "perhaps"}}, "bot.on"),
    ({"bot": {"autoReturnMinutes": -1}}, "bot.autoReturnMinutes"),
    ({"bot": {"autoReturnMinutes": 7 * 24 * 60 + 1}}, "bot.autoReturnMinutes"),
    ({"bot": None}, "bot"),
    ({"business": "x"}, "business"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_what_will_not_do_is_refused_under_its_name_and_nothing_is_written(dairy, alice, settings, body, field):
    settings.AI_DAILY_TOKEN_BUDGET, settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 200_000, 20
    client = as_person(alice)
    before = read(client)
    answer = client.patch(ADDRESS, body, format="json")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (400, "invalid", [field])
    assert read(client) == before
    assert logged(dairy) == []


def test_a_body_over_the_limit_is_refused(dairy, alice):
    body = json.dumps({"texts": {"away": {"en": "x" * 64_000}}})
    assert as_person(alice).patch(ADDRESS, body, content_type="application/json").status_code == 413


def test_texts_of_full_length_in_every_language_fit_the_body(dairy, alice):
    texts = {
        kind: dict.fromkeys(("en", "hi", "hi-Latn"), "अ" * 1000)
        for kind in ("greeting", "away", "handover", "optOut", "automated")
    }
    body = json.dumps({"texts": texts}, ensure_ascii=False).encode()
    assert as_person(alice).patch(ADDRESS, body, content_type="application/json").status_code == 200


# --- the model's limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "own", "holds"),
    [(None, None, 200_000), (None, 5_000, 5_000), (50_000, None, 50_000), (300_000, None, 200_000), (0, None, 0)],
)
def test_the_tightest_of_the_limits_holds(dairy, alice, settings, granted, own, holds):
    settings.AI_DAILY_TOKEN_BUDGET = 200_000
    Business.objects.filter(pk=dairy.pk).update(ai_daily_tokens=granted)
    assert patch(as_person(alice), model={"dailyTokens": own}).status_code == 200
    assert allowance.limits_of(dairy).daily_tokens == holds
    assert as_person(alice).get(f"{ADDRESS}/limits").json()["dailyTokens"] == holds


def test_more_than_was_granted_is_refused_with_the_most_that_is_allowed(dairy, alice, settings):
    settings.AI_DAILY_TOKEN_BUDGET = 200_000
    Business.objects.filter(pk=dairy.pk).update(ai_daily_tokens=50_000)
    refused = patch(as_person(alice), model={"dailyTokens": 50_001})
    assert refused.json()["fields"] == {"model.dailyTokens": ["The most that you are allowed is 50,000."]}


def test_a_grant_that_shrinks_holds_at_once_and_hinders_no_other_change(dairy, alice):
    client = as_person(alice)
    patch(client, model={"dailyTokens": 90_000})
    Business.objects.filter(pk=dairy.pk).update(ai_daily_tokens=10_000)
    assert allowance.limits_of(dairy).daily_tokens == 10_000
    document = read(client)
    document["profile"]["deliveryArea"] = "Indiranagar"
    assert client.put(ADDRESS, document, format="json").status_code == 200


# --- two-factor sign-in for everybody ------------------------------------------------------------------------------------------


def _two_factor(person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})


def test_who_has_no_second_factor_cannot_ask_it_of_everybody(dairy, alice):
    refused = patch(as_person(alice), security={"twoFactorRequired": True})
    assert "you would lock yourself out" in refused.json()["fields"]["security.twoFactorRequired"][0]
    _two_factor(alice)
    assert patch(as_person(alice), security={"twoFactorRequired": True}).status_code == 200


def test_a_key_asks_it_only_where_an_owner_has_it(dairy, alice):
    key = as_key(dairy, "settings:write", by=alice)
    assert patch(key, security={"twoFactorRequired": True}).status_code == 400
    _two_factor(alice)
    assert patch(key, security={"twoFactorRequired": True}).status_code == 200


def test_a_key_does_not_take_it_away(dairy, alice):
    """It goes on putting the whole document: nothing changes there."""
    _two_factor(alice)
    assert patch(as_person(alice), security={"twoFactorRequired": True}).status_code == 200
    key = as_key(dairy, "settings:read", "settings:write", by=alice)
    refused = patch(key, security={"twoFactorRequired": False})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["security.twoFactorRequired"])
    assert key.put(ADDRESS, read(key), format="json").status_code == 200
    assert patch(as_person(alice), security={"twoFactorRequired": False}).status_code == 200


def test_it_keeps_members_without_it_out(dairy, alice, bob):
    _two_factor(alice)
    patch(as_person(alice), security={"twoFactorRequired": True})
    assert as_person(bob).get(ADDRESS).json()["code"] == "two_factor_required"
    assert as_person(alice).get(ADDRESS).status_code == 200


# --- two at once ---------------------------------------------------------------------------------------------------------------


def test_who_has_read_older_settings_is_told_who_changed_them(dairy, alice, charlie):
    client = as_person(alice)
    seen = client.get(ADDRESS)
    preferences.change(dairy, actor=charlie, delivery_area="Mysuru", bot_on=False)
    by_body = patch(client, profile={"deliveryArea": "Hebbal"}, updatedAt=seen.json()["updatedAt"])
    by_header = client.patch(ADDRESS, {"bot": {"on": True}}, format="json", HTTP_IF_MATCH=seen["ETag"])
    for answer, status in ((by_body, 409), (by_header, 412)):
        assert (answer.status_code, answer.json()["code"]) == (status, "changed_meanwhile")
        assert answer.json()["message"].startswith("Charlie changed the settings at ")
        assert "(delivery area, bot)" in answer.json()["message"]
    assert read(client)["profile"]["deliveryArea"] == "Mysuru"
    fresh = client.get(ADDRESS)
    assert client.patch(ADDRESS, {"bot": {"on": True}}, format="json", HTTP_IF_MATCH=fresh["ETag"]).status_code == 200


def test_a_word_that_is_no_etag_of_ours_matches_nothing(dairy, alice):
    for header in ('"x"', '"2026-01-01"', '""'):
        answer = as_person(alice).patch(ADDRESS, {"bot": {"on": False}}, format="json", HTTP_IF_MATCH=header)
        assert answer.status_code == 412
    assert as_person(alice).patch(ADDRESS, {"bot": {"on": False}}, format="json", HTTP_IF_MATCH="*").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_who_have_seen_the_same_one_writes(dairy, alice):
    seen = preferences.of(dairy).updated_at
    barrier, done, refused = threading.Barrier(6), [], []

    def write(place: int):
        try:
            barrier.wait()
            done.append(preferences.change(dairy, actor=alice, seen=seen, delivery_area=f"Area {place}").delivery_area)
        except preferences.ChangedMeanwhile:
            refused.append(place)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(place,)) for place in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (len(done), len(refused)) == (1, 5)
    assert Settings._base_manager.get(business=dairy).delivery_area == done[0]


@pytest.mark.django_db(transaction=True)
def test_parts_that_are_changed_at_once_are_all_there(dairy, alice):
    parts = [
        {"delivery_area": "Indiranagar"},
        {"bot_on": False},
        {"name": "Shuddh"},
        {"texts": {"away": {"en": "Closed."}}},
        {"texts": {"greeting": {"hi": "नमस्ते"}}},
        {"texts": {"greeting": {"en": "Hello"}}},
    ]
    barrier = threading.Barrier(len(parts))

    def write(part: dict):
        try:
            barrier.wait()
            preferences.change(dairy, actor=alice, merge=True, **part)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(part,)) for part in parts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    row = preferences.of(dairy)
    assert (row.delivery_area, row.bot_on, row.business.name) == ("Indiranagar", False, "Shuddh")
    assert row.texts == {"away": {"en": "Closed."}, "greeting": {"hi": "नमस्ते", "en": "Hello"}}
    assert len(logged(dairy)) == len(parts)
