"""A business that has neither an answer nor a model sees what its customers asked and no rule answered: it needs that most."""

from datetime import timedelta

from django.utils import timezone
from django_scopes import scope, scopes_disabled

from aibot import owner_answers, unanswered
from aibot.models import Turn
from conversations.models import Message
from tests import factories
from tests.factories import Chat, customer


def shown(business) -> list[str]:
    with scope(business=business):
        return sorted(one.text for group in unanswered.groups(business, timezone.now()) for one in group.asked)


def test_what_no_rule_answers_is_shown(dairy):
    meera = Chat()
    assert [m.source for m in meera.says("do you have horse riding here")] == ["system"]
    assert meera.says("and is there a swimming pool") == []  # it was said once that a person comes
    assert [m.source for m in meera.says("what is the price of ghee")] == ["rule"]
    meera.says("👍👍")
    assert shown(dairy) == ["and is there a swimming pool", "do you have horse riding here"]


def test_what_a_caption_asks_is_shown_and_a_picture_alone_is_not(dairy):
    Chat().sends("image", {"id": "1", "caption": "do you repair such a bicycle"})
    Chat(customer(1)).sends("image", {"id": "2"})
    assert shown(dairy) == ["do you repair such a bicycle"]


def test_it_is_an_answers_question_then(dairy, alice):
    Chat().says("do you have horse riding here")
    with scope(business=dairy):
        owner_answers.add(dairy, actor=alice, question="Do you have horse riding here", text="No.")
    assert shown(dairy) == []


def test_what_a_person_answers_is_not_there(dairy, alice):
    meera = Chat()
    meera.says("agent")
    meera.says("do you have horse riding here")
    assert shown(dairy) == []


def test_another_business_sees_nothing_of_it(dairy, masala):
    Chat().says("do you have horse riding here")
    assert shown(masala) == []


def test_it_goes_with_its_age(dairy):
    Chat().says("do you have horse riding here")
    with scopes_disabled():
        Turn.objects.update(at=timezone.now() - unanswered.SINCE - timedelta(minutes=1))
    assert shown(dairy) == []


def test_a_pass_notes_all_of_them(dairy):
    asked = [
        factories.text_body(factories.new_wamid(), "do you have horse riding here", customer(n)) for n in range(40)
    ]
    with scopes_disabled():
        factories.receive(factories.together(*asked))
        assert Turn.objects.count() == Message.objects.filter(direction="out", source="system").count() == 40
