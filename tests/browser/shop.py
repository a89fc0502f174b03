"""A dairy on a busy day: every kind of bubble, trouble, state and row that the owner's pages have to show."""

import datetime
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.contrib import admin
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_scopes import scope, scopes_disabled

from accounts import businesses, preferences
from accounts.models import Business, Membership, Product, User, WhatsAppNumber
from aibot.models import Answer, Budget, Rule, Turn
from conversations import outbound
from conversations.models import Conversation, Message, Status, Template
from leads.models import Lead
from whatsapp_automation import onboarding

from .. import factories
from ..factories import DAIRY_NUMBER, Chat, Customer, receive, status_body, value_body
from . import bot

QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
FAR_NUMBER = "109876543210033"
LONG = "one-very-long-word-that-has-no-place-to-break-" + "x" * 200
ASKS = Customer("Meera Iyer", "919876500001", "IN.1001")
WAITS = Customer("रवि कुमार 🙂", "919876500002", "IN.1002")
HIDDEN = Customer("Zoya", "", "IN.1003", "@zoya.writes")
STOPS = Customer("Very Long Name Of Somebody Who Has Many Of Them And Uses All", "919876500004", "IN.1004")
_seconds = count(1)


@dataclass(frozen=True)
class Shop:
    business: Business
    root: User  # the installation's owner
    owner: User
    agent: User
    thread: str  # addresses of pages
    waiting: str
    message: str
    rows: dict[str, str]


def open_shop() -> Shop:
    root = User.objects.create_superuser("root@installation.example", name="Root")
    owner = User.objects.create_user("asha@shuddh-dairy.example", name="Asha Verma")
    agent = User.objects.create_user("bina@shuddh-dairy.example", name="Bina Rao")
    business = onboarding.open_business("Shuddh Dairy", owner=owner)
    onboarding.open_business("Masala Junction", owner=root)
    businesses.add_member(business, agent, Membership.Role.AGENT, actor=owner)
    _numbers(business, owner)
    with scope(business=business):
        _goods(business, owner)
        thread = _every_bubble(agent)
        _others()
        _of_the_account()
        bot.fill(business, owner, first_customer=40)
        rows = _addresses(business)
        failed = Message.objects.filter(status=Status.FAILED).first()
        waiting = Conversation.objects.get(contact__phone=WAITS.phone)
    return Shop(
        business=business,
        root=root,
        owner=owner,
        agent=agent,
        thread=_page("conversations", "conversation", thread.pk),
        waiting=_page("conversations", "conversation", waiting.pk),
        message=_page("conversations", "message", failed.pk),
        rows=rows,
    )


def _page(app: str, model: str, key) -> str:
    return f"/admin/{app}/{model}/{key}/change/"


def _numbers(business: Business, owner: User) -> None:
    for number, display in ((DAIRY_NUMBER, "+91 80 4718 0011"), (FAR_NUMBER, "+91 80 4718 0033")):
        businesses.connect_number(
            business, number, access_token=f"token-{number}", waba_id=factories.DAIRY_WABA,
            display_phone_number=display, actor=owner,
        )  # fmt: skip
    with scope(business=business):
        WhatsAppNumber.objects.filter(phone_number_id=FAR_NUMBER).update(
            stopped_at=timezone.now(), stopped_reason="(190) Access token has expired"
        )
        WhatsAppNumber.objects.filter(phone_number_id=DAIRY_NUMBER).update(
            quality="YELLOW", warning="Quality is low: customers block this number.", warned_at=timezone.now()
        )


def _goods(business: Business, owner: User) -> None:
    Product.objects.bulk_create(
        Product(business=business, name=name, name_hi=hindi, unit=unit, price=Decimal(price), position=place)
        for place, (name, hindi, unit, price) in enumerate(
            [("Cow ghee", "गाय का घी", "1 kg", "125000"), ("Fresh paneer", "ताज़ा पनीर", "200 g", "90.50")]
        )
    )
    preferences.change(
        business,
        actor=owner,
        merge=True,
        hours={"mon": [["07:00", "13:00"], ["16:00", "21:00"]]},
        delivery_area="Indiranagar, Koramangala and HSR Layout",
        holidays=[{"date": "2026-11-08", "name": "Diwali"}, {"date": "2027-01-26", "name": "Republic Day"}],
        texts={
            "greeting": {"en": "Welcome to {business}, {name}!", "hi": "{business} में आपका स्वागत है, {name}!"},
            "away": {"en": "We are closed now and open again {opens}.", "hi-Latn": "Hum {opens} khulenge."},
        },
        quiet_from=datetime.time(21),
        quiet_until=datetime.time(8, 30),
    )


def _every_bubble(agent: User) -> Conversation:
    """A thread with each kind of message, of each writer, in each state."""
    chat = Chat(ASKS)
    yesterday = timezone.now() - datetime.timedelta(hours=20)
    chat.says("नमस्ते, आप घर पर दूध देते हैं? 🥛", at=yesterday)
    greeting, *_ = chat.says("hello")
    _status(greeting, Status.READ)
    chat.taps("intent:pricing", "Prices")
    chat.says("I want this one", context={"id": chat.wamids[1]})
    chat.says("two kilos", context={"forwarded": True})
    edit = {"original_message_id": chat.wamids[-1], "message": {"type": "text", "text": {"body": "five kilos"}}}
    chat.sends("edit", edit)
    chat.sends("reaction", {"message_id": chat.wamids[1], "emoji": "👍"})
    chat.says("my secret")
    chat.sends("revoke", {"original_message_id": chat.wamids[-1]})
    chat.sends("image", {"id": "901", "mime_type": "image/jpeg", "caption": "the label"})
    chat.sends("audio", {"id": "903", "mime_type": "audio/ogg; codecs=opus", "voice": True})
    chat.sends("document", {"id": "905", "mime_type": "application/pdf", "filename": f"bill-{LONG}.pdf"})
    chat.sends("location", {"latitude": 12.9, "longitude": 77.5, "name": "MG Road"})
    chat.sends("contacts", [{"name": {"formatted_name": "Dr. Rao"}, "phones": [{"phone": "+91 1"}]}])
    chat.sends("order", {"catalog_id": "1", "product_items": [{"product_retailer_id": "ghee", "quantity": "2"}]})
    chat.sends("unsupported", {"type": "poll_creation"})
    chat.says(f"such nonsense, in {LONG}")
    receive(value_body({"messages": [_system_line()]}), _echo("I am at the shop, call me."))
    conversation = Conversation.objects.get(contact__phone=ASKS.phone)
    for place, state in enumerate([Status.DELIVERED, Status.FAILED, Status.UNKNOWN, Status.QUEUED]):
        _status(_answers(conversation, agent, f"Answer {place + 1}: जी हाँ, हम पहुँचाते हैं।"), state)
    receive(status_body("wamid.of.nobody", "sent", ASKS))
    return conversation


def _system_line() -> dict:
    words = "Meera Iyer changed from +91 98765 00001 to +91 98765 00001"
    system = {"type": "user_changed_number", "wa_id": ASKS.phone, "body": words}
    now = str(int(time.time()))
    return {"id": factories.new_wamid(), "from": ASKS.phone, "timestamp": now, "type": "system", "system": system}


def _echo(text: str) -> bytes:
    item = {"id": factories.new_wamid(), "from": "918047180011", "to": ASKS.phone, "timestamp": str(int(time.time()))}
    return value_body({"message_echoes": [item | {"type": "text", "text": {"body": text}}]}, field="smb_message_echoes")


def _answers(conversation: Conversation, agent: User, text: str) -> Message:
    conversation.refresh_from_db()
    ref = uuid.uuid4()
    with transaction.atomic():
        outbound.queue_text(conversation, text, by=agent, client_ref=ref, now=timezone.now())
    return Message.objects.get(client_ref=ref)


def _status(message: Message, status: Status) -> None:
    more = {
        Status.FAILED: {"error_code": 131026, "error_text": "Message undeliverable"},
        Status.UNKNOWN: {"settled_at": timezone.now(), "attempt": 1},
        Status.DELIVERED: {"doubled_at": timezone.now()},
    }
    Message.objects.filter(pk=message.pk).update(status=status, **more.get(status, {}))


def _others() -> None:
    Chat(WAITS).says("क्या आप कल सुबह छह बजे से पहले पाँच किलो पनीर दे सकते हैं? " + "बहुत ज़रूरी है। " * 8)
    Chat(HIDDEN).says("price?")
    stops = Chat(STOPS)
    stops.says("hi", referral={"source_type": "ad", "source_id": "77", "headline": "Pure ghee", "ctwa_clid": "c"})
    stops.says("STOP")
    contact = Conversation.objects.get(contact__phone=STOPS.phone).contact
    Lead.objects.filter(contact=contact).update(status="qualified", value=Decimal("125000"), product_interest="Ghee")
    for place in range(12):
        Chat(factories.customer(place)).says("price of ghee?")


def _of_the_account() -> None:
    """What is not of a conversation: templates, events, and a delivery with something broken in it."""
    for name, status, reason in (
        ("order_ready", "APPROVED", ""),
        (
            "diwali_offer_for_all_customers_of_last_year",
            "REJECTED",
            "Promotional content is not allowed in a utility template",
        ),
        ("payment_reminder", "PAUSED", ""),
    ):
        Template.objects.create(
            business=Conversation.objects.first().business, waba_id=factories.DAIRY_WABA, name=name, language="en",
            status=status, reason=reason, category="UTILITY", status_at=timezone.now(),
            components=[{"type": "BODY", "text": "Dear {{1}}, your order is ready."}],
        )  # fmt: skip
    with scopes_disabled():
        receive(
            value_body({"messages": [{"type": "text"}]}),
            value_body(
                {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
                field="account_update",
            ),
            value_body({"any": "thing"}, field="flows"),
        )
    PeriodicTask.objects.get_or_create(
        name="sweep",
        task="webhooks.tasks.sweep",
        interval=IntervalSchedule.objects.get_or_create(every=10, period="seconds")[0],
    )


def _addresses(business: Business) -> dict[str, str]:
    """The page of one row of each model, by "app.model"."""
    found = {}
    for model in admin.site._registry:
        rows = model._base_manager.all()
        if any(field.name == "business" for field in model._meta.fields):
            rows = rows.filter(business=business)
        row = rows.order_by("pk").first()
        if row is not None:
            found[model._meta.label_lower] = _page(model._meta.app_label, model._meta.model_name, row.pk)
    # Named, not the first: rows of one millisecond have ids in any order, and a rule that answered shows more than others.
    found["aibot.rule"] = _page("aibot", "rule", Rule.objects.get(intent="demo", language="en").pk)
    found["aibot.turn"] = _page("aibot", "turn", Turn.objects.get(tier="model").pk)
    found["aibot.answer"] = _page("aibot", "answer", Answer.objects.get(question=bot.ANSWERS[0][0]).pk)
    found["aibot.budget"] = _page("aibot", "budget", Budget.objects.get(business=business, off_at__isnull=False).pk)
    found["a rule that answered"] = _page("aibot", "rule", Rule.objects.get(intent="pricing", language="en").pk)
    return found
