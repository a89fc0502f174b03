"""What the language model has read about a lead, beside the thread: its message, accept and dismiss, told to the open pages."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scope

from accounts.models import Business
from conversations.models import Contact, Conversation, Message
from leads import proposals
from leads.models import LeadEvent, Proposal
from leads.proposals import Fact

from .. import factories
from .acting import act, page


@pytest.fixture
def read(conversation, dairy):
    """``read(city="Pune")``: the model has read that in her newest message; what is to be decided then."""

    def note(**facts) -> list[Proposal]:
        return noted(dairy, conversation, **facts)

    return note


def noted(business: Business, conversation: Conversation, **facts) -> list[Proposal]:
    with scope(business=business):
        message = Message.objects.filter(conversation=conversation, direction="in").latest("seq")
        rows = [Fact(what, value, message.pk) for what, value in facts.items()]
        proposals.propose(conversation.contact_id, rows, timezone.now())
        return list(proposals.to_decide(conversation.contact))


def pane(client, conversation) -> str:
    answer = client.get(f"/inbox/{conversation.pk}", headers={"HX-Request": "true", "X-Part": "contact"})
    return answer.content.decode()


def test_it_stands_beside_the_thread_with_its_message(visit, bob, conversation, read):
    (proposal,) = read(city="Pune")
    shown = pane(visit(bob), conversation)
    assert "Read about the lead" in shown
    assert "Pune" in shown
    assert f'href="#m-{proposal.message_id}" data-jump' in shown
    assert f'name="accept" value="{proposal.pk}"' in shown


def test_nothing_is_shown_where_nothing_is_to_be_decided(visit, bob, conversation):
    assert 'id="about-proposals" data-count="0" hidden' in pane(visit(bob), conversation)


def test_an_accepted_name_is_the_contacts_and_the_history_says_so(visit, bob, dairy, conversation, read):
    (proposal,) = read(name="Meera Iyer-Rao")
    act(visit(bob), conversation, "proposal", accept=str(proposal.pk))
    with scope(business=dairy):
        assert Contact.objects.get(pk=conversation.contact_id).name == "Meera Iyer-Rao"
        assert LeadEvent.objects.filter(what="name", actor=bob).count() == 1
    assert "Meera Iyer-Rao" in page(visit(bob), conversation)


def test_a_dismissed_one_is_gone_and_changes_nothing(visit, bob, dairy, conversation, read):
    (proposal,) = read(name="Somebody else")
    act(visit(bob), conversation, "proposal", dismiss=str(proposal.pk))
    with scope(business=dairy):
        assert Contact.objects.get(pk=conversation.contact_id).name == ""
    assert read() == []
    assert "Somebody else" not in pane(visit(bob), conversation)


def test_who_is_slower_is_told(visit, alice, bob, conversation, read):
    (proposal,) = read(city="Pune")
    act(visit(alice), conversation, "proposal", dismiss=str(proposal.pk))
    late = act(visit(bob), conversation, "proposal", status=409, part="live", accept=str(proposal.pk))
    assert "Somebody has decided about this already." in late.content.decode()


def test_a_viewer_reads_and_does_not_decide(visit, vera, conversation, read):
    (proposal,) = read(city="Pune")
    shown = pane(visit(vera), conversation)
    assert "Pune" in shown
    assert 'name="accept"' not in shown
    act(visit(vera), conversation, "proposal", status=403, accept=str(proposal.pk))
    assert len(read()) == 1


def test_one_of_another_contact_or_of_nobody_is_not_there(visit, bob, dairy, conversation, read):
    factories.Chat(factories.RAVI).says("hello")
    with scope(business=dairy):
        other = Conversation.objects.exclude(pk=conversation.pk).select_related("contact").get()
    (of_ravi,) = noted(dairy, other, city="Pune")
    for wanted in (str(of_ravi.pk), str(uuid.uuid4()), "no-id", ""):
        act(visit(bob), conversation, "proposal", status=404, part="live", accept=wanted)
    assert len(noted(dairy, other)) == 1


def test_the_live_fragment_says_how_many_there_are(visit, bob, conversation, read):
    client = visit(bob)
    assert 'data-proposals="0"' in page(client, conversation, "/live?after=0")
    read(city="Pune", budget="5000")
    assert 'data-proposals="2"' in page(client, conversation, "/live?after=0")


@pytest.mark.django_db(transaction=True)
def test_open_pages_are_told_of_a_new_one_and_of_a_decision(bob, dairy, conversation, read):
    heard: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("LISTEN pokes")

    def pokes() -> list[str]:
        heard.extend(n.payload for n in connection.connection.notifies(timeout=0.2))
        return [payload for payload in heard if str(conversation.pk) in payload]

    (proposal,) = read(city="Pune")
    assert len(pokes()) == 1
    with scope(business=dairy):
        proposals.dismiss(proposal, actor=bob, now=timezone.now())
    assert len(pokes()) == 2
