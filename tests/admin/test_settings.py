"""The Settings page: it takes what the API takes and refuses what it refuses, at the field; two owners do not undo each other."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django_scopes import scope

from accounts import businesses, preferences
from accounts.models import AuditEvent, Business, Membership, Settings
from aibot.models import Rule

from .test_owner_edits import change, errors_of, settings_fields

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def limits(settings):
    settings.AI_DAILY_TOKEN_BUDGET, settings.AI_MAX_CALLS_PER_USER_PER_HOUR = 200_000, 20


def fields(**given) -> dict:
    """The page as it is posted, with nothing set."""
    return settings_fields(
        **{
            "bot_on": "on",
            "quiet_from": "",
            "quiet_until": "",
            "ai_daily_tokens": "",
            "ai_calls_per_hour": "",
            "ai_persona": "",
            "ai_instructions": "",
            "messages_kept_days": "",
            "notify_after_minutes": "10",
            "blue_ticks": "on",
            **{
                f"text_{kind}-{code}": ""
                for kind in ("greeting", "away", "handover", "opt_out", "automated")
                for code in ("en", "hi", "hi-Latn")
            },
            **{f"holidays-{n}-{part}": "" for n in range(3) for part in ("date", "name")},
            **given,
        }
    )


def saved(business) -> Settings:
    with scope(business=business):
        return Settings.objects.get()


EVERYTHING = {
    "holidays-0-date": "2027-01-26",
    "holidays-0-name": "Republic Day",
    "holidays-2-date": "2026-12-25",
    "text_greeting-en": "Welcome to {business}!",
    "text_greeting-hi": "स्वागत है!",
    "text_opt_out-hi-Latn": "Theek hai.",
    "quiet_from": "21:00",
    "quiet_until": "08:30",
    "ai_daily_tokens": "1000",
    "ai_calls_per_hour": "0",
    "ai_persona": "You are Asha.",
    "ai_instructions": "Offer a tour of the farm.",
    "messages_kept_days": "90",
    "notify_after_minutes": "25",
    "auto_return_minutes": "45",
}


def test_all_of_it_is_saved_and_shown_again(visit, alice, dairy):
    data = fields(**EVERYTHING)
    del data["bot_on"], data["blue_ticks"]
    client = visit(alice)
    assert client.post(change(dairy.settings), data).status_code == 302
    row = saved(dairy)
    assert row.holidays == [{"date": "2026-12-25", "name": ""}, {"date": "2027-01-26", "name": "Republic Day"}]
    assert row.texts == {
        "greeting": {"en": "Welcome to {business}!", "hi": "स्वागत है!"},
        "opt_out": {"hi-Latn": "Theek hai."},
    }
    assert (f"{row.quiet_from:%H:%M}", f"{row.quiet_until:%H:%M}") == ("21:00", "08:30")
    assert (row.ai_daily_tokens, row.ai_calls_per_hour, row.messages_kept_days, row.bot_on) == (1000, 0, 90, False)
    assert (row.ai_persona, row.ai_instructions) == ("You are Asha.", "Offer a tour of the farm.")
    assert row.notify_after_minutes == 25
    assert (row.auto_return_minutes, row.blue_ticks) == (45, False)
    shown = client.get(change(dairy.settings)).text
    for words in ('value="2027-01-26"', "Republic Day", "स्वागत है!", 'value="21:00"', 'value="1000"'):
        assert words in shown
    [event] = AuditEvent.objects.filter(action="settings.changed")
    assert event.actor == alice
    assert event.details["after"]["texts"]["opt_out"] == {"hi-Latn": "Theek hai."}
    assert event.details["before"]["holidays"] == []


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"holidays-0-date": "26 January"}, "holidays", "26 January is no date"),
        ({"holidays-0-name": "Diwali"}, "holidays", "Give each holiday its date."),
        ({"holidays-0-date": "2027-01-26", "holidays-1-date": "2027-01-26"}, "holidays", "twice"),
        ({"text_away-hi": "{kab}"}, "text_away", "हिन्दी: {kab}: there is no such placeholder"),
        ({"text_greeting-en": "Hi {name"}, "text_greeting", "English: A brace is not closed: {name"),
        ({"fallback_text": "Thanks name}"}, "fallback_text", "A brace is not opened: name}"),
        ({"text_greeting-hi-Latn": "x" * 1001}, "text_greeting", "Hinglish: A text has at most 1,000 characters."),
        ({"text_handover-en": "a\x00b"}, "text_handover", "cannot be stored"),
        ({"fallback_text": ""}, "fallback_text", "required"),
        ({"fallback_text": "{prise}"}, "fallback_text", "{prise}: there is no such placeholder"),
        ({"quiet_from": "21:00"}, "quiet_until", "a beginning and another end"),
        ({"quiet_from": "21:00", "quiet_until": "21:00"}, "quiet_until", "a beginning and another end"),
        ({"quiet_from": "late", "quiet_until": "08:00"}, "quiet_from", "valid time"),
        ({"ai_daily_tokens": "200001"}, "ai_daily_tokens", "The most that you are allowed is 200,000."),
        ({"ai_daily_tokens": "-1"}, "ai_daily_tokens", "greater than or equal to 0"),
        ({"ai_calls_per_hour": "21"}, "ai_calls_per_hour", "The most that you are allowed is 20."),
        ({"notify_after_minutes": "1441"}, "notify_after_minutes", "less than or equal to 1440"),
        ({"messages_kept_days": "29"}, "messages_kept_days", "From 30 to 3,660."),
        ({"messages_kept_days": "3661"}, "messages_kept_days", "From 30 to 3,660."),
        ({"two_factor_required": "on"}, "two_factor_required", "you would lock yourself out"),
    ],
)
def test_what_will_not_do_is_refused_at_its_field_and_what_was_typed_stays(visit, alice, dairy, given, field, words):
    refused = visit(alice).post(change(dairy.settings), fields(delivery_area="Hebbal and Yelahanka", **given))
    assert refused.status_code == 200
    assert list(errors_of(refused)) == [field]
    assert words in errors_of(refused)[field][0]
    assert len(errors_of(refused)[field]) == 1
    assert "Hebbal and Yelahanka" in refused.text
    assert saved(dairy).delivery_area == ""
    assert not AuditEvent.objects.filter(action="settings.changed").exists()


def test_several_mistakes_are_told_at_once(visit, alice, dairy):
    wrong = {"text_away-hi": "{kab}", "text_away-en": "{when}", "quiet_from": "21:00", "currency": "rupee"}
    refused = visit(alice).post(change(dairy.settings), fields(**wrong))
    assert set(errors_of(refused)) == {"text_away", "quiet_until", "currency"}
    assert len(errors_of(refused)["text_away"]) == 2


def test_the_second_factor_is_asked_of_everybody_by_who_has_it(visit, alice, dairy):
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert visit(alice).post(change(dairy.settings), fields(two_factor_required="on")).status_code == 302
    assert saved(dairy).two_factor_required


# --- two owners ----------------------------------------------------------------------------------------------------------------


def test_who_saves_an_older_page_is_told_who_changed_what_and_may_save_again(visit, alice, charlie, dairy):
    businesses.add_member(dairy, charlie, Membership.Role.OWNER)
    client = visit(alice)
    seen = client.get(change(dairy.settings)).context["adminform"].form["seen"].value()
    preferences.change(dairy, actor=charlie, delivery_area="Mysuru", bot_on=False)
    refused = client.post(change(dairy.settings), fields(delivery_area="Hebbal", seen=seen))
    [story] = errors_of(refused)["__all__"]
    assert story.startswith("Charlie changed the settings at ")
    assert "(delivery area, bot)" in story
    assert "Hebbal" in refused.text
    assert (saved(dairy).delivery_area, saved(dairy).bot_on) == ("Mysuru", False)
    again = refused.context["adminform"].form["seen"].value()
    assert f'name="seen" value="{again}"' in refused.text
    assert client.post(change(dairy.settings), fields(delivery_area="Hebbal", seen=again)).status_code == 302
    assert (saved(dairy).delivery_area, saved(dairy).bot_on) == ("Hebbal", True)


def test_a_fresh_page_saves(visit, alice, dairy):
    client = visit(alice)
    for area in ("Hebbal", "Yelahanka"):
        seen = client.get(change(dairy.settings)).context["adminform"].form["seen"].value()
        assert client.post(change(dairy.settings), fields(delivery_area=area, seen=seen)).status_code == 302


# --- who sees what -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_others_read_it_in_words_and_cannot_change_it(request, visit, alice, dairy, who):
    visit(alice).post(change(dairy.settings), fields(**EVERYTHING))
    client = visit(request.getfixturevalue(who))
    shown = client.get(change(dairy.settings)).text
    for words in (
        "Asia/Kolkata",
        "07:00–13:00, 16:00–21:00",
        "Republic Day",
        "Greeting, हिन्दी",
        "21:00–08:30",
        "Indiranagar",
    ):
        assert words in shown
    assert 'name="bot_on"' not in shown
    assert client.post(change(dairy.settings), fields()).status_code == 403


def test_the_other_businesss_page_is_not_there(visit, charlie, dairy, masala):
    assert visit(charlie).get(change(dairy.settings)).status_code == 404
    assert visit(charlie).post(change(dairy.settings), fields(delivery_area="Mine")).status_code == 404
    assert saved(dairy).delivery_area == ""


# --- the model's grant, and the log --------------------------------------------------------------------------------------------


def business_fields(business: Business, **given) -> dict:
    own = ("name", "slug", "time_zone", "language", "currency")
    return {name: getattr(business, name) for name in own} | {"active": "on", "ai_daily_tokens": "", **given}


def test_the_installations_owner_grants_tokens_and_the_page_says_so(visit, root, alice, dairy):
    address = reverse("admin:accounts_business_change", args=[dairy.pk])
    answer = visit(root, dairy).post(address, business_fields(dairy, ai_daily_tokens="50000", name="Shuddh"))
    assert answer.status_code == 302
    dairy.refresh_from_db()
    assert (dairy.ai_daily_tokens, dairy.name) == (50_000, "Shuddh")
    granted = AuditEvent.objects.get(action="business.changed")
    assert (granted.actor, granted.details["after"]) == (root, {"ai_daily_tokens": 50_000})
    assert AuditEvent.objects.get(action="settings.changed").details["after"] == {"name": "Shuddh"}
    assert "as much as you are allowed, 50,000. Now: 50,000." in visit(alice).get(change(dairy.settings)).text


def test_an_event_shows_what_was_before_and_after_and_from_where(visit, alice, dairy):
    client = visit(alice)
    client.post(change(dairy.settings), fields(**{"text_away-en": "Closed."}, delivery_area="Hebbal"))
    event = AuditEvent.objects.get(action="settings.changed")
    shown = client.get(reverse("admin:accounts_auditevent_change", args=[event.pk])).text
    for words in ("Delivery area", "Hebbal", "Texts, away, English", "Closed.", "127.0.0.1", "Alice", event.request_id):
        assert words in shown
    listed = client.get("/admin/accounts/auditevent/").text
    assert "Delivery area" in listed
    assert "Hebbal" not in listed


def test_an_event_of_a_key_names_the_key(visit, alice, dairy):
    AuditEvent.objects.create(business=dairy, action="settings.changed", api_key="wak_abcdefgh")
    assert "API key wak_abcdefgh…" in visit(alice).get("/admin/accounts/auditevent/").text


# --- what the rule's page and "Try it" say ------------------------------------------------------------------------------


def test_a_rules_page_says_that_the_settings_answer_in_its_place(visit, alice, dairy):
    with scope(business=dairy):
        english, hindi = (Rule.objects.get(intent="greeting", language=code) for code in ("en", "hi"))
    preferences.change(dairy, actor=alice, texts={"greeting": {"en": "Good to see you, {name}."}})
    shown = visit(alice).get(change(english)).text
    assert "The reply is not said: the" in shown
    assert "Good to see you, Asha." in shown
    assert "The reply is not said" not in visit(alice).get(change(hindi)).text


def test_try_it_says_that_the_bot_is_off_and_answers(visit, alice, dairy):
    client, address = visit(alice), reverse("admin:aibot_rule_try")
    assert "The bot is off" not in client.post(address, {"text": "price"}, follow=True).text
    preferences.change(dairy, actor=alice, bot_on=False)
    shown = client.post(address, {"text": "price list"}, follow=True).text
    assert "The bot is off" in shown
    assert "₹750" in shown


@pytest.mark.usefixtures("always_open")
def test_try_it_says_the_fallback_in_the_customers_language(visit, alice, dairy):
    shown = visit(alice).post(reverse("admin:aibot_rule_try"), {"text": "क्या आप साइकिल भी बेचते हैं"}, follow=True).text
    assert "हमारी टीम जल्द ही" in shown
