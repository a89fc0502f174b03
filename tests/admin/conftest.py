"""People who look at the admin, and one row of every model in each of the two shops."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_scopes import scope, scopes_disabled

from accounts.models import AuditEvent, Business, Membership, Product, Settings, User, WhatsAppNumber
from aibot import owner_answers
from aibot.models import Budget, Price, PromptVersion, Reservation, Rule, Trap, Turn
from conversations.models import CannedReply, ConsentEvent, Contact, Conversation, Label, Message, Template
from documents.models import Document
from leads.models import Lead, Proposal
from webhooks.models import ChannelEvent, FailedItem

from .. import factories


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root@installation.example", name="Root")


@pytest.fixture
def visit():
    """A client in which a person is logged in: ``visit(alice).get(...)``; of nobody without one."""

    def enter(person: User | None = None, business: Business | None = None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        if business:
            client.post(f"/admin/business/{business.pk}/")
        return client

    return enter


@dataclass
class Shop:
    """A row of each model, by "app.model"."""

    business: Business
    rows: dict[str, object]

    def __getitem__(self, label: str):
        return self.rows[label]


def shop(business: Business, number: str, customer: factories.Customer) -> Shop:
    with scope(business=business):
        mark = WhatsAppNumber.objects.get().app_secret_mark or factories.INSTALLATION
    *_, delivery, _ = factories.receive(
        factories.text_body(factories.new_wamid(), "hello", customer, number),
        factories.text_body(factories.new_wamid(), "STOP", customer, number),
        factories.value_body({"messages": [{"type": "text"}]}, number=number),
        factories.value_body({"event": "ACCOUNT_UPDATE"}, number=number, field="account_update"),
        verified_by=mark,
    )
    task, _ = PeriodicTask.objects.get_or_create(
        name="sweep", task="sweep", interval=IntervalSchedule.objects.get_or_create(every=10, period="seconds")[0]
    )
    with scope(business=business):
        rows = [
            Settings.objects.get(),
            Product.objects.first(),
            WhatsAppNumber.objects.get(),
            Membership.objects.filter(business=business).earliest("created_at"),
            owner_answers.add(business, actor=None, question="Where is it?", text="There."),
            Rule.objects.first(),
            Trap.objects.create(business=business, text="is the shop open"),
            *rows_of_the_model(business),
            Turn.objects.create(
                business=business,
                conversation=Conversation.objects.get(),
                message=Message.objects.filter(direction="in").first(),
                first_seq=1,
                seen_seq=1,
                messages=1,
                tier="fallback",
                outcome="queued",
                at=timezone.now(),
            ),
            Contact.objects.get(),
            Conversation.objects.get(),
            Message.objects.filter(direction="out").first(),
            ConsentEvent.objects.get(),
            Template.objects.create(business=business, waba_id="2", name="order_ready", language="en"),
            Label.objects.create(business=business, name="Wholesale"),
            CannedReply.objects.create(business=business, shortcut="thanks", title="Thanks", text="Thank you!"),
            Document.objects.create(
                business=business, direction="out", kind="document", state="draft", name="price list.pdf"
            ),
            Lead.objects.get(),
            delivery,
            FailedItem.objects.get(business=business),
            ChannelEvent.objects.get(business=business),
            AuditEvent.objects.filter(business=business).first(),
            business,
            Membership.objects.filter(business=business).earliest("created_at").user,
            task,
        ]
    return Shop(business, {row._meta.label_lower: row for row in rows})


def rows_of_the_model(business: Business) -> list:
    """A call, its budget and price, the prompt, and what was read about a lead."""
    now = timezone.now()
    own = Budget.objects.create(business=business, kind="tokens", starts_on=now.date(), most=1000, used=10)
    whole, _ = Budget.objects.get_or_create(business=None, kind="tokens", starts_on=now.date(), defaults={"most": 9000})
    call = Reservation.objects.create(
        business=business,
        contact=Contact.objects.get(),
        model="small",
        state="settled",
        tokens=100,
        of_installation=whole,
        of_business=own,
        at=now,
        expires_at=now,
    )
    price, _ = Price.objects.get_or_create(
        model="small", valid_from="2026-01-01", defaults={"per_million_in": 1, "per_million_out": 2}
    )
    prompt = PromptVersion.objects.create(business=business, digest="0" * 64, text="Be kind.")
    asked = Message.objects.filter(direction="in").first()
    proposal = Proposal.objects.create(
        business=business, lead=Lead.objects.get(), message=asked, what="city", value="Pune"
    )
    return [own, call, price, prompt, proposal]


@pytest.fixture
def dairy_rows(dairy) -> Shop:
    return shop(dairy, factories.DAIRY_NUMBER, factories.MEERA)


@pytest.fixture
def masala_rows(masala) -> Shop:
    return shop(masala, factories.MASALA_NUMBER, factories.RAVI)


@pytest.fixture
def chat(dairy) -> factories.Chat:
    """Meera and the dairy."""
    return factories.Chat()


@pytest.fixture
def conversation(chat) -> Conversation:
    """Meera has said hello and was greeted."""
    chat.says("hello")
    with scopes_disabled():
        return Conversation.objects.select_related("contact").get()


def messages_of(conversation: Conversation, **filters) -> list[Message]:
    with scopes_disabled():
        return list(Message.objects.filter(conversation=conversation, **filters).order_by("seq"))


def let_time_pass(conversation: Conversation, **delta) -> None:
    """The customer wrote that much earlier."""
    with scopes_disabled():
        at = timezone.now() - timedelta(**delta)
        Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=at)
