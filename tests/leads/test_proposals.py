"""What a model has read about a lead waits for a person's word, and changes nothing before."""

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.errors import DomainError
from conversations.models import Contact, Message
from leads import proposals
from leads.models import Lead, LeadEvent, Proposal
from leads.proposals import Fact

from .. import factories


@pytest.fixture
def told(dairy):
    """Meera has written; a function that notes facts of that message."""
    factories.Chat().says("I am Meera from Pune, meera@home.example, I want ghee")
    with scopes_disabled():
        message = Message.objects.filter(direction="in").get()
        contact = Contact.objects.get()

    def note(**facts) -> int:
        rows = [Fact(what, value, message.pk) for what, value in facts.items()]
        return proposals.propose(contact.pk, rows, timezone.now())

    with scope(business=dairy):
        yield note


def of(what: str) -> Proposal:
    return Proposal.objects.get(what=what)


def test_facts_are_proposed_once_with_their_source_and_change_nothing(told):
    assert told(city="Pune", email="meera@home.example") == 2
    assert told(city="Pune") == 0
    assert of("city").message.text.startswith("I am Meera")
    contact = Contact.objects.get()
    assert contact.email == ""
    assert Lead.objects.get().product_interest == ""


def test_what_is_known_and_what_is_no_fact_is_not_proposed(told):
    Contact.objects.update(email="meera@home.example", name="Meera")
    Lead.objects.update(product_interest="Ghee")
    assert told(email="Meera@home.example", name="meera", product_interest="ghee", shoe_size="7", city="  ") == 0


def test_an_accepted_one_becomes_so_and_stands_in_the_history(told, bob):
    told(name="Meera Iyer-Rao", email="meera@home.example", product_interest="Cow ghee", city="Pune")
    for row in Proposal.objects.all():
        proposals.accept(row, actor=bob, now=timezone.now())
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Meera Iyer-Rao", "meera@home.example")
    assert Lead.objects.get().product_interest == "Cow ghee"
    events = {event.what: (event.after, event.actor) for event in LeadEvent.objects.all()}
    assert events["city"] == ("Pune", bob)
    assert len(events) == 4


def test_a_dismissed_one_does_not_come_again(told, bob):
    told(city="Pune")
    proposals.dismiss(of("city"), actor=bob, now=timezone.now())
    assert told(city="Pune") == 0
    assert (of("city").state, of("city").decided_by) == ("dismissed", bob)


def test_it_is_decided_once(told, alice, bob):
    told(city="Pune")
    seen_by_both = of("city")
    proposals.accept(of("city"), actor=alice, now=timezone.now())
    with pytest.raises(DomainError) as refused:
        proposals.dismiss(seen_by_both, actor=bob, now=timezone.now())
    assert refused.value.code == "decided"
    assert of("city").state == "accepted"


def test_what_is_no_address_cannot_be_accepted(told, bob):
    told(email="not an address")
    with pytest.raises(DomainError) as refused:
        proposals.accept(of("email"), actor=bob, now=timezone.now())
    assert refused.value.code == "bad_value"
    assert of("email").state == "open"


def test_a_message_of_another_business_is_no_source(told, masala):
    factories.Chat(factories.RAVI, factories.MASALA_NUMBER)
    with scopes_disabled():
        foreign = Fact("city", "Pune", masala.pk)
        assert proposals.propose(Contact.objects.first().pk, [foreign], timezone.now()) == 0


def test_it_goes_with_its_message(told):
    told(city="Pune")
    Message.objects.filter(direction="in").delete()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(("who", "state"), [("vera", "open"), ("bob", "dismissed"), ("charlie", "open")])
def test_agents_decide_on_the_page_and_viewers_and_strangers_do_not(told, masala, request, who, state):
    told(city="Pune")
    row = of("city")
    client = Client()
    client.force_login(request.getfixturevalue(who))
    client.post("/admin/leads/proposal/", {"action": "dismiss_selected", "_selected_action": str(row.pk)})
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize(
    ("who", "act", "state"),
    [
        ("bob", "accept", "accepted"), ("bob", "dismiss", "dismissed"), ("bob", "forget", "open"), ("vera", "accept", "open"),
        ("charlie", "accept", "open"),
    ],
)  # fmt: skip
def test_a_button_at_each_decides_it(told, masala, request, who, act, state):
    told(city="Pune")
    row = of("city")
    client = Client()
    client.force_login(request.getfixturevalue(who))
    page = client.get("/admin/leads/proposal/").content.decode()
    assert (f"{row.pk}/accept/" in page) == (who == "bob")
    client.post(f"/admin/leads/proposal/{row.pk}/{act}/")
    row.refresh_from_db()
    assert row.state == state


def test_those_to_be_decided_come_first(told, bob):
    told(city="Pune")
    told(city="Mysuru")
    proposals.dismiss(Proposal.objects.get(value="Mysuru"), actor=bob, now=timezone.now())
    client = Client()
    client.force_login(bob)
    shown = client.get("/admin/leads/proposal/").context["cl"].result_list
    assert [row.value for row in shown] == ["Pune", "Mysuru"]
