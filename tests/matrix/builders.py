"""A row of everything in a business, each with the business's mark in its texts."""

import io
from datetime import timedelta

from django.utils import timezone
from django_scopes import scope

from accounts import businesses, keys
from accounts.models import AuditEvent, Business, Invitation, Membership, Product, Settings, User, WhatsAppNumber
from aibot import owner_answers
from aibot.models import Rule, RuleMatch, Trap
from conversations.models import CannedReply, ConsentEvent, Contact, Conversation, Label, Message, Note, Template
from documents import outgoing
from documents.models import Document
from leads.models import Lead, Proposal
from webhooks.models import ChannelEvent, FailedItem
from whatsapp_automation import onboarding

from .. import factories
from .world import MINE, THEIRS, World

_PHONES = {"dairymark": "919876511111", "masalamark": "919876522222"}


def world() -> World:
    people = {
        name: User.objects.create_user(f"{name}@{mark}.example", name=name.capitalize())
        for name, mark in {"alice": MINE, "bob": MINE, "vera": MINE, "charlie": THEIRS, "dev": THEIRS}.items()
    }
    people["root"] = User.objects.create_superuser("root@installation.example", name="Root")
    dairy = _business("Dairy", people["alice"], factories.DAIRY_NUMBER, factories.DAIRY_WABA, "")
    masala = _business(
        "Masala", people["charlie"], factories.MASALA_NUMBER, factories.MASALA_WABA, factories.MASALA_APP_SECRET
    )
    for business, name, role in ((dairy, "bob", "agent"), (dairy, "vera", "viewer"), (masala, "dev", "agent")):
        businesses.add_member(business, people[name], role)
    made = World(dairy, masala, people)
    made.mine = everything(dairy, MINE, owner=people["alice"], agent=people["bob"])
    made.theirs = everything(masala, THEIRS, owner=people["charlie"], agent=people["dev"])
    return made


def _business(name: str, owner: User, number: str, waba: str, app_secret: str) -> Business:
    business = onboarding.open_business(name, owner=owner)
    businesses.connect_number(
        business,
        number,
        access_token=f"token-of-{name}-000000000001",
        app_secret=app_secret or None,
        waba_id=waba,
        display_phone_number="+91 80 4718 0011",
    )
    with scope(business=business):
        Product.objects.create(business=business, name="Ghee", unit="1 kg", slug="ghee-1-kg", price="650")
    return business


def everything(business: Business, mark: str, *, owner: User, agent: User) -> dict[str, object]:
    """Kind -> row."""
    Business.objects.filter(pk=business.pk).update(name=f"{mark} shop")
    business.refresh_from_db()
    with scope(business=business):
        number = WhatsAppNumber.objects.get()
        Product.objects.filter(pk=Product.objects.first().pk).update(name=f"{mark} ghee")
        _chat(business, mark, number)
        Rule.objects.get(intent="demo", language="hi-Latn").delete()  # one may be added
        conversation = Conversation.objects.get()
        Contact.objects.update(email=f"meera@{mark}.example")
        key, _text = keys.create(business, f"{mark} key", ["products:read"], actor=owner)
        return {
            "business": business,
            "settings": Settings.objects.get(),
            "product": Product.objects.get(name=f"{mark} ghee"),
            "number": number,
            "membership": Membership.objects.get(business=business, user=agent),
            "person": agent,
            "contact": Contact.objects.get(),
            "conversation": conversation,
            "message": Message.objects.filter(direction="in").first(),
            "reply": Message.objects.filter(direction="out").first(),
            "consent": ConsentEvent.objects.create(
                business=business, contact=conversation.contact, kind="start", source="message", at=timezone.now()
            ),
            "template": Template.objects.create(
                business=business,
                waba_id=number.waba_id,
                name=f"{mark}_ready",
                language="en",
                status="APPROVED",
                category="UTILITY",
                components=[{"type": "BODY", "text": "Your order is ready."}],
            ),
            "label": Label.objects.create(business=business, name=f"{mark} label"),
            "canned": CannedReply.objects.create(
                business=business, shortcut=mark, title=f"{mark} thanks", text=f"Thank you, {mark}"
            ),
            "note": Note.objects.create(business=business, conversation=conversation, text=f"{mark} note"),
            "lead": Lead.objects.get(),
            "proposal": Proposal.objects.create(
                business=business,
                lead=Lead.objects.get(),
                message=Message.objects.filter(direction="in").first(),
                what="city",
                value=f"{mark} Pune",
            ),
            "document": _document(business, mark, owner),
            "rule": Rule.objects.get(intent="bye", language="en"),
            "answer": owner_answers.add(
                business, actor=owner, question=f"{mark} question", text=f"{mark} answer", ways=[f"{mark} asked"]
            ),
            "trap": Trap.objects.create(business=business, text=f"{mark} is the shop open"),
            "match": RuleMatch.objects.first(),
            "matched_rule": RuleMatch.objects.first().rule,
            "key": key,
            "invitation": Invitation.objects.create(
                business=business,
                email=f"new@{mark}.example",
                role="agent",
                digest=mark.ljust(64, "0"),
                invited_by=owner,
                expires_at=timezone.now() + timedelta(days=7),
            ),
            "audit": AuditEvent.objects.filter(business=business).first(),
            "failed": FailedItem.objects.get(business=business),
            "event": ChannelEvent.objects.get(business=business),
        }


def _document(business: Business, mark: str, owner: User) -> Document:
    """A text file that Meta has already, so that it can be sent without it."""
    document = outgoing.receive(business, io.BytesIO(f"prices of {mark}".encode()), f"{mark}.txt", by=owner)
    number = WhatsAppNumber.objects.get()
    document.media_id, document.media_number = "999001", number.pk
    document.media_until = timezone.now() + timedelta(days=1)
    document.save(update_fields=["media_id", "media_number", "media_until"])
    return document


def _chat(business: Business, mark: str, number: WhatsAppNumber) -> None:
    customer = factories.Customer(f"{mark} Meera", _PHONES[mark], f"IN.{mark}")
    factories.receive(
        factories.text_body(factories.new_wamid(), f"hello {mark}", customer, number.phone_number_id),
        factories.text_body(factories.new_wamid(), "what is the price", customer, number.phone_number_id),
        factories.value_body({"messages": [{"type": "text"}]}, number=number.phone_number_id),
        factories.value_body({"event": f"{mark}_UPDATE"}, number=number.phone_number_id, field="account_update"),
        verified_by=number.app_secret_mark or factories.INSTALLATION,
    )
