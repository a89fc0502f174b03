"""/inbox/<conversation>/why/<message>: how the bot came to what it said."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from aibot import tiers, turns
from aibot.models import RuleMatch, Turn
from conversations.models import Message
from tests.aibot.above import DELIVERY, FRESH, RETURNS, tiers_of
from tests.factories import Chat

pytestmark = pytest.mark.django_db


@pytest.fixture
def above(dairy, monkeypatch):
    monkeypatch.setattr(tiers, "INSTALLED", tiers_of(dairy))
    return tiers.INSTALLED


@pytest.fixture
def meera(dairy) -> Chat:
    return Chat()


@pytest.fixture
def at_work(client, bob):
    client.force_login(bob)
    return client


def said() -> Message:
    with scopes_disabled():
        now = timezone.now() + timedelta(seconds=3)
        turns.one_pass(now, tiers.INSTALLED, lambda act: act())
        return Message.objects.filter(direction="out").latest("seq")


def why(client, message: Message, **headers) -> str:
    answer = client.get(f"/inbox/{message.conversation_id}/why/{message.pk}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_of_a_rule_it_names_the_rule_and_the_phrase(meera, at_work):
    meera.says("how much is the milk")
    page = why(at_work, said())
    with scopes_disabled():
        assert RuleMatch.objects.get().phrase in page.replace("&#x27;", "'")
    assert "pricing · English" in page
    assert "Open the rule" not in page, "an agent does not write rules"


def test_the_owner_is_led_to_the_rule(meera, client, alice):
    meera.says("how much is the milk")
    client.force_login(alice)
    assert f"/admin/aibot/rule/{said().source_ref}/change/" in why(client, said())


def test_of_an_answer_it_names_the_question_and_how_alike_it_is(meera, above, at_work):
    meera.says(DELIVERY)
    page = why(at_work, said())
    assert (DELIVERY in page, "90 %" in page, "word by word" in page) == (True, True, True)


def test_of_a_question_back_it_names_what_is_close(meera, above, at_work):
    above.answers.close["is it good"] = (FRESH, RETURNS)
    meera.says("is it good")
    page = why(at_work, said())
    assert page.count("90 %") == 2


def test_of_the_model_it_names_tokens_and_cost(meera, above, at_work):
    meera.says("my neighbour says it is the best")
    page = why(at_work, said())
    assert all(words in page for words in ("small-one", "210 read, 12 written", "$0.000123", "830 ms"))


def test_of_a_handover_it_names_what_stopped_it(meera, above, at_work):
    above.model.text, above.model.handover = "", "guard:price"
    meera.says("my neighbour says it is the best")
    page = why(at_work, said())
    assert "guard:price" in page
    assert "had no answer that may be said" in page


def test_of_the_fallback_without_tiers_it_says_that_no_rule_answered(meera, at_work):
    meera.says("my neighbour says it is the best")
    assert "No rule answered" in why(at_work, said())


def test_of_what_is_forgotten_it_says_so(meera, above, at_work):
    meera.says(DELIVERY)
    reply = said()
    with scopes_disabled():
        Turn.objects.all().delete()
    assert "kept for 90 days" in why(at_work, reply)


def test_htmx_gets_the_part_alone_and_the_page_works_by_itself(meera, at_work):
    meera.says("price")
    part = why(at_work, said(), hx_request="true")
    assert "<html" not in part
    assert 'id="why-in"' in part
    assert "<html" in why(at_work, said())


def test_the_thread_has_it_at_the_bots_messages_alone(meera, at_work):
    meera.says("price")
    reply = said()
    page = at_work.get(f"/inbox/{reply.conversation_id}").content.decode()
    assert page.count("data-why") == 1
    assert f"/inbox/{reply.conversation_id}/why/{reply.pk}" in page


def test_what_is_not_the_bots_is_404(meera, at_work):
    meera.says("price")
    reply = said()
    with scopes_disabled():
        question = Message.objects.get(direction="in")
    assert at_work.get(f"/inbox/{reply.conversation_id}/why/{question.pk}").status_code == 404
