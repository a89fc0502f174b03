"""/inbox/new: to whom, with which template, and what comes of it."""

import uuid

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import WhatsAppNumber
from conversations import blocking
from conversations.models import ConsentEvent, Contact, Conversation, Message
from tests.api.talking import template, written, written_to_masala
from tests.factories import MEERA

from .test_picker import BODY, text_of

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "98765 43210"


@pytest.fixture
def at_work(client, bob, dairy):
    client.force_login(bob)
    return client


@pytest.fixture
def ready(dairy):
    return template(dairy, "order_ready", BODY)


@pytest.fixture
def offer(dairy):
    return template(dairy, "offer", {"type": "BODY", "text": "Ghee is cheap today."}, category="MARKETING")


def start(client, row, **given):
    given = {"template": str(row.pk), "client_ref": str(uuid.uuid4()), "to": NEW, **given}
    return client.post("/inbox/new", given)


def only(model):
    with scopes_disabled():
        return model.objects.get()


def count(model) -> int:
    with scopes_disabled():
        return model.objects.count()


def test_from_the_number_to_the_conversation(at_work, ready, bob):
    page = at_work.get("/inbox/new", {"to": NEW})
    assert "order_ready" in text_of(page)
    form = at_work.get("/inbox/new", {"to": NEW, "template": ready.pk})
    assert "order_ready to +91 98765 43210" in text_of(form)
    answer = start(at_work, ready, body_1="Asha", body_2="17")
    conversation = only(Conversation)
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/{conversation.pk}")
    assert (conversation.owner, conversation.assignee_id) == ("human", bob.pk)
    assert only(Message).text == "Dear Asha, your *order 17* is ready."


@pytest.mark.parametrize("to", ["", "hello", "98765", "080 4718 0011"])
def test_what_is_no_number_is_told_where_it_was_written(at_work, ready, to):
    answer = at_work.get("/inbox/new", {"to": to, "template": ready.pk})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert start(at_work, ready, to=to, body_1="Asha", body_2="17").status_code == 422
    assert count(Contact) == 0


def test_an_offer_asks_how_the_customer_allowed_it(at_work, offer):
    form = at_work.get("/inbox/new", {"to": NEW, "template": offer.pk}).context["form"]
    assert form.fields["opt_in"].required
    answer = start(at_work, offer)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["opt_in"])
    assert count(Contact) == 0
    assert start(at_work, offer, opt_in="form in the shop, 21 November").status_code == 302
    event = only(ConsentEvent)
    assert (event.kind, event.source, event.how) == ("start", "agent", "form in the shop, 21 November")
    again = at_work.get("/inbox/new", {"to": NEW, "template": offer.pk})
    assert "opt_in" not in again.context["form"].fields  # it is known


def test_a_template_that_is_no_offer_needs_no_permission(at_work, ready):
    form = at_work.get("/inbox/new", {"to": NEW, "template": ready.pk}).context["form"]
    assert not form.fields["opt_in"].required


def test_an_open_conversation_is_shown_and_used(at_work, ready):
    conversation = written(sender=MEERA)
    for given in ({"to": MEERA.phone}, {"contact": str(conversation.contact_id)}):
        page = at_work.get("/inbox/new", {**given, "template": ready.pk})
        assert f'href="/inbox/{conversation.pk}"' in page.content.decode()
        answer = start(at_work, ready, body_1="Asha", body_2="17", **{"to": "", **given})
        assert answer["Location"] == f"/inbox/{conversation.pk}"
    assert count(Conversation) == 1


def test_who_is_blocked_is_told_before_anything_is_filled_in_and_refused_after_it(at_work, ready, bob):
    conversation = written(sender=MEERA)
    with scope(business=conversation.business):
        blocking.block(conversation.contact, by=bob, now=timezone.now())
    for given in ({"to": MEERA.phone}, {"contact": str(conversation.contact_id)}):
        form = at_work.get("/inbox/new", {**given, "template": ready.pk})
        assert "This customer is blocked. Unblock them first." in text_of(form)
        answer = start(at_work, ready, body_1="Asha", body_2="17", **{"to": "", **given})
        assert (answer.status_code, "This customer is blocked" in text_of(answer)) == (422, True)
    assert "This customer is blocked" in text_of(at_work.get("/inbox/new", {"contact": str(conversation.contact_id)}))
    assert count(Conversation) == 1


def test_a_contact_of_another_business_is_not_there(at_work, ready, masala):
    theirs = written_to_masala().contact
    page = at_work.get("/inbox/new", {"contact": str(theirs.pk)})
    assert "Ravi" not in text_of(page)
    assert start(at_work, ready, to="", contact=str(theirs.pk), body_1="a", body_2="b").status_code == 422
    assert count(Message) == 2  # what they and their bot wrote


def test_a_preview_without_scripts_keeps_what_was_entered(at_work, offer):
    answer = start(at_work, offer, look="1", opt_in="by phone")
    assert answer.status_code == 200
    assert 'value="by phone"' in answer.content.decode()
    assert count(Contact) == 0


def test_without_a_number_the_page_says_what_to_do(at_work):
    WhatsAppNumber._base_manager.update(active=False)
    assert "An owner connects one first" in text_of(at_work.get("/inbox/new"))
    assert at_work.post("/inbox/new", {"to": NEW}).status_code == 200


def test_who_may_only_look_writes_to_nobody(client, vera, ready):
    client.force_login(vera)
    assert client.get("/inbox/new").status_code == 403
    assert start(client, ready, body_1="Asha", body_2="17").status_code == 403
    assert count(Contact) == 0
