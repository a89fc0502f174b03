"""An ordinary day of a dairy: who writes what, what the bot and the team answer. Every person in it is made up."""

import io
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django_scopes import scope
from PIL import Image, ImageDraw, ImageFont

from accounts import businesses
from accounts.models import Business, User, WhatsAppNumber
from aibot.models import Answer
from conversations import assignment, canned, indexing, labels, notes, outbound
from conversations.models import Conversation, Message, Status, Template
from documents import outgoing
from documents.models import Document
from leads.models import Lead, Proposal
from webhooks.models import Delivery, FailedItem
from whatsapp_automation import demo

from .. import factories
from ..browser import bot
from ..factories import DAIRY_NUMBER, DAIRY_WABA, Customer, deliver, drain, message_body, new_wamid, text_body
from ..simulated import DAIRY

MEERA = Customer("Meera Iyer", "919845012301", "IN.5001")
RAVI = Customer("रवि कुमार", "919845012302", "IN.5002")
ARJUN = Customer("Arjun Nair", "919845012303", "IN.5003")
ZOYA = Customer("Zoya", "", "IN.5004", "zoya.writes")
SUNITA = Customer("Sunita Sharma", "919845012305", "IN.5005")
FATIMA = Customer("Fatima Sheikh", "919845012306", "IN.5006")
DAVID = Customer("David D'Souza", "919845012307", "IN.5007")
KIRAN = Customer("Kiran Patil", "919845012308", "IN.5008")
LATA = Customer("Lata Menon", "919845012309", "IN.5009")
IMRAN = Customer("Imran Ansari", "919845012310", "IN.5010")
POOJA = Customer("Pooja Reddy", "919845012311", "IN.5011")
HARISH = Customer("Harish Gowda", "919845012312", "IN.5012")


DELIVERY = "Where do you deliver?"
ASKED = [
    ("do you come to Whitefield?", DELIVERY),
    ("whitefield me delivery hai kya", DELIVERY),
    ("मारथाहल्ली में पहुँचाते हैं क्या?", DELIVERY),
    ("is there curd today", ""),
    ("is there curd today morning", ""),
    ("Can I visit the farm with my children on Sunday?", ""),
    ("kya aap bina cheeni ki mithai banate ho", ""),
]


@dataclass(frozen=True)
class Shop:
    business: Business
    owner: User
    agent: User
    thread: str  # ids of conversations: a lively one, one that waits, one whose window is closed
    waiting: str
    closed: str
    template: str
    answer: str


class Day:
    """Lets people write at times before now. Each message is worked off at its own time, and answered as it would be."""

    def __init__(self, business: Business, now: datetime):
        self.business, self.now = business, now

    def ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def says(self, who: Customer, minutes: float, text: str, **more) -> str:
        return self._comes(text_body, who, minutes, text, **more)

    def sends(self, who: Customer, minutes: float, kind: str, payload, **more) -> str:
        return self._comes(message_body, who, minutes, kind, payload, **more)

    def _comes(self, body, who: Customer, minutes: float, *given, **more) -> str:
        wamid, at = new_wamid(), self.ago(minutes)
        deliver(body(wamid, *given, who, DAIRY_NUMBER, at, **more), at=at)
        drain(at + timedelta(seconds=2))
        self._leaves(at + timedelta(seconds=3))
        return wamid

    def answers(
        self, who: Customer, minutes: float, text: str, by: User, *, status: Status = Status.READ, to: str = ""
    ) -> Message:
        at = self.ago(minutes)
        with transaction.atomic():
            key = outbound.queue_text(self.of(who), text, by=by, client_ref=uuid.uuid4(), reply_to=to, now=at)
        self._leaves(at, status)
        return Message.objects.get(pk=key)

    def of(self, who: Customer) -> Conversation:
        rows = Conversation.objects.select_related("business", "contact", "number")
        return rows.filter(contact__profile_name=who.name).order_by("-created_at").first()

    def _leaves(self, at: datetime, status: Status = Status.READ) -> None:
        """What waits has been sent."""
        for message in Message.objects.filter(status=Status.QUEUED):
            read = {"read_at": at, "delivered_at": at} if status == Status.READ else {}
            Message.objects.filter(pk=message.pk).update(
                status=status, attempt=1, wamid=new_wamid(), sent_at=at, wa_timestamp=at, **read
            )
            last = Conversation.objects.filter(pk=message.conversation_id, last_message_at__gt=at)
            last.update(last_message_at=at)


def open_shop() -> Shop:
    now = timezone.now()
    _root, owner, agent, chirag, _kavita = demo.fill("asha@shuddh-dairy.example", uuid.uuid4().hex)
    business = Business.objects.get(slug=demo.DAIRY)
    with scope(business=business):
        _number(business)
        marks = _desk(business, owner)
        day = Day(business, now)
        _earlier(day, agent, chirag, marks)
        _lively(day, agent, marks)
        _waiting(day, marks)
        _leads()
        template = _templates(business)
        _failed()
        _of_the_bot(day)
        indexing.index_all()
        Conversation.objects.filter(contact__profile_name=ARJUN.name).update(unread=0)
        return Shop(
            business=business,
            owner=owner,
            agent=agent,
            thread=str(day.of(MEERA).pk),
            waiting=str(day.of(RAVI).pk),
            closed=str(day.of(SUNITA).pk),
            template=str(template.pk),
            answer=str(Answer.objects.get(question=DELIVERY).pk),
        )


def _number(business: Business) -> None:
    """The one that the simulator of tests/simulated.py has."""
    WhatsAppNumber.objects.filter(business=business).delete()
    businesses.connect_number(
        business, DAIRY_NUMBER, access_token=DAIRY["access_token"], waba_id=DAIRY_WABA,
        display_phone_number=DAIRY["display_phone_number"],
    )  # fmt: skip
    WhatsAppNumber.objects.filter(business=business).update(
        quality="GREEN", verified_name="Shuddh Dairy", name_decision="APPROVED", messaging_limit="TIER_1K"
    )


def _desk(business: Business, owner: User) -> dict:
    """Labels and canned replies."""
    texts = [
        ("hours", "Opening hours", "We are open from 7 am to 1 pm and from 4 to 9 pm, on Sunday until 1 pm."),
        ("upi", "How to pay", "Please pay by UPI to shuddhdairy@upi and send us the screenshot, {name}."),
        ("area", "Delivery area", "We deliver in {delivery_area}, every morning before 8 am."),
        (
            "sorry",
            "Apology",
            "We are sorry about this, {name}. A fresh packet comes with tomorrow's delivery, at no cost.",
        ),
    ]
    for shortcut, title, text in texts:
        canned.create(business, by=owner, shortcut=shortcut, title=title, text=text, language="en")
    colours = {"Daily order": "good", "Wholesale": "accent", "Complaint": "bad", "Refund": "warn"}
    return {name: labels.create(business, by=owner, name=name, colour=colour) for name, colour in colours.items()}


def _earlier(day: Day, agent: User, chirag: User, marks: dict) -> None:
    """The rest of the list, the oldest first."""
    day.says(HARISH, 3 * 24 * 60, "Do you give bulk rates for a wedding? 40 kg paneer")
    day.answers(HARISH, 3 * 24 * 60 - 9, "Yes, from 10 kg it is ₹380 a kilo. Which date is the wedding?", chirag)
    labels.put(day.of(HARISH), marks["Wholesale"], by=chirag)
    day.says(SUNITA, 27 * 60, "Is buffalo milk available from Monday?")
    day.answers(SUNITA, 26.8 * 60, "From Monday, yes. Shall we bring two litres as before?", agent)
    day.says(POOJA, 26 * 60, "The packet was leaking this morning")
    day.answers(POOJA, 25.9 * 60, "We are sorry, Pooja. A fresh packet comes tomorrow, at no cost.", agent)
    labels.put(day.of(POOJA), marks["Complaint"], by=agent)
    with transaction.atomic():
        assignment.close(day.of(POOJA), by=agent, now=day.ago(25.8 * 60))
    day.says(IMRAN, 9 * 60, "bhaiya kal subah 5 litre doodh extra bhejna")
    day.answers(IMRAN, 8.9 * 60, "Ji haan, kal 5 litre extra aa jayega.", chirag)
    labels.put(day.of(IMRAN), marks["Daily order"], by=chirag)
    day.says(LATA, 6 * 60, "hello")
    day.says(LATA, 6 * 60 - 1, "price of paneer")
    day.says(KIRAN, 190, "STOP")
    day.says(DAVID, 95, "hi")
    day.says(DAVID, 94, "what is the price of cow milk?")
    day.says(ZOYA, 48, "ghee ka rate kya hai?")
    day.says(FATIMA, 41, "I was charged twice for last week's milk")
    day.answers(FATIMA, 36, "Let me look at your account, Fatima. One moment, please.", chirag)
    labels.put(day.of(FATIMA), marks["Refund"], by=chirag)
    day.says(ARJUN, 21, "Good morning")
    day.says(ARJUN, 20, "How much is 1 kg of ghee?")


def _lively(day: Day, agent: User, marks: dict) -> None:
    day.says(MEERA, 64, "namaste")
    day.says(MEERA, 52, "paneer ka rate kya hai?")
    day.says(MEERA, 33, "I need 5 kg for Saturday. Can I talk to somebody?")
    place = day.of(MEERA)
    notes.write(place, "Regular customer: 4 % off above 3 kg, as agreed with Asha.", by=agent)
    place.notes.update(created_at=day.ago(31))
    day.answers(MEERA, 29, "Good morning Meera, this is Bina. With your discount it is ₹2,016. Same address?", agent)
    bill = {"id": "901", "mime_type": "image/jpeg", "caption": "Yes, as on this bill. By 9 please"}
    wamid = day.sends(MEERA, 26, "image", bill)
    _give(Document.objects.get(message__wamid=wamid), _bill(), "bill.jpg", agent)
    told = day.answers(MEERA, 17, "Done! Please pay by UPI to shuddhdairy@upi.", agent)
    reaction = {"message_id": told.wamid, "emoji": "🙏"}
    day.sends(MEERA, 16, "reaction", reaction)
    day.says(MEERA, 4, "हो गया, धन्यवाद", context={"id": told.wamid})
    labels.put(place, marks["Daily order"], by=agent)
    Conversation.objects.filter(pk=place.pk).update(unread=0)


def _waiting(day: Day, marks: dict) -> None:
    day.says(RAVI, 13, "कल सुबह छह बजे से पहले दूध मिल सकता है?")
    day.says(RAVI, 12, "किसी से बात करनी है")
    labels.put(day.of(RAVI), marks["Daily order"], by=None)


def _give(document: Document, content: bytes, name: str, by: User) -> None:
    """The customer's file has been fetched."""
    kept = outgoing.receive(document.business, io.BytesIO(content), name, by=by)
    Document.objects.filter(pk=document.pk).update(
        state="stored", file=kept.file, mime=kept.mime, size=kept.size, name=name, why="", stored_at=timezone.now()
    )
    kept.delete()


def _bill() -> bytes:
    """A photo of the upper part of a paper bill, on a table."""
    paper = Image.new("RGB", (600, 260), "#f7f4ea")
    draw = ImageDraw.Draw(paper)
    big, small = ImageFont.load_default(30), ImageFont.load_default(20)
    draw.text((32, 22), "SHUDDH DAIRY", "#1f4e5f", big)
    draw.text((400, 30), "Bill 2031", "#555", small)
    draw.text((32, 66), "Meera Iyer, 14, 3rd Cross, Indiranagar", "#333", small)
    draw.line((32, 104, 568, 104), "#999", 2)
    for place, (what, price) in enumerate(
        [("Fresh paneer, 3 kg", "1,260"), ("Cow ghee, 1 kg", "750"), ("Cow milk, 4 litre", "288")]
    ):
        draw.text((32, 120 + 40 * place), what, "#222", small)
        draw.text((500, 120 + 40 * place), price, "#222", small)
    turned = paper.rotate(1.6, expand=True, fillcolor="#8a6f55", resample=Image.Resampling.BICUBIC)
    table = Image.new("RGB", (660, 250), "#8a6f55")
    table.paste(turned, (24, 10))
    held = io.BytesIO()
    table.resize((440, 167), Image.Resampling.LANCZOS).save(held, "JPEG", quality=92)
    return held.getvalue()


def _leads() -> None:
    stages = {
        MEERA: ("qualified", "2016", "Fresh paneer"), HARISH: ("contacted", "15200", "Fresh paneer"),
        IMRAN: ("paid", "4320", "Cow milk"), ARJUN: ("new", None, "Cow ghee"), DAVID: ("new", None, "Cow milk"),
        SUNITA: ("converted", "1680", "Buffalo milk"), FATIMA: ("paid", "2160", "Cow milk"),
    }  # fmt: skip
    for who, (status, value, what) in stages.items():
        Lead.objects.filter(contact__profile_name=who.name).update(
            status=status, value=value and Decimal(value), product_interest=what
        )


def _templates(business: Business) -> Template:
    def make(name, category, status, parts, **more) -> Template:
        return Template.objects.create(
            business=business, waba_id=DAIRY_WABA, name=name, language="en", category=category, status=status,
            components=parts, listed_at=timezone.now(), status_at=timezone.now(), **more,
        )  # fmt: skip

    ready = {"type": "BODY", "text": "Dear {{1}}, your order of {{2}} is ready. We deliver it {{3}}.",
             "example": {"body_text": [["Meera", "5 kg paneer", "on Saturday by 9 am"]]}}  # fmt: skip
    footer = {"type": "FOOTER", "text": "Shuddh Dairy, Indiranagar"}
    buttons = {
        "type": "BUTTONS",
        "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}, {"type": "QUICK_REPLY", "text": "Call me"}],
    }
    made = make("order_ready", "UTILITY", "APPROVED", [ready, footer, buttons], quality="GREEN")
    make(
        "payment_reminder",
        "UTILITY",
        "APPROVED",
        [{"type": "BODY", "text": "Dear {{1}}, ₹{{2}} for {{3}} is due."}],
        quality="GREEN",
    )
    sweets = {
        "type": "BODY",
        "text": "Dear {{1}}, sweets made of our own khoya are here for the feast. Order by {{2}}.",
    }
    make("festival_sweets", "MARKETING", "APPROVED", [{"type": "HEADER", "format": "IMAGE"}, sweets], quality="YELLOW")
    make("how_was_it", "UTILITY", "PENDING", [{"type": "BODY", "text": "How was your last delivery, {{1}}?"}])
    make(
        "half_price",
        "MARKETING",
        "REJECTED",
        [{"type": "BODY", "text": "Half price today!!!"}],
        reason="It promises too much.",
    )
    return made


def _of_the_bot(day: Day) -> None:
    """Questions that found no answer, turns of each kind, what the model cost and what it has read."""
    near = {DELIVERY: Answer.objects.get(question=DELIVERY)}
    for place, (text, question) in enumerate(ASKED):
        day.says(factories.customer(place), 50 + 170 * place, text)
        message = Message.objects.filter(direction="in", text=text).latest("seq")
        bot.unanswered_turn(message, near.get(question), day.ago(50 + 170 * place))
    with_model = Message.objects.filter(direction="in", text=ASKED[-1][0]).latest("seq")
    bot.turn(
        with_model, "model", "queued", day.ago(40), model=bot.MODEL, tokens_in=2104, tokens_out=87, latency_ms=1830,
        cost=Decimal("0.000713"),
    )  # fmt: skip
    bot.money(day.business, with_model, day.now)
    read = {
        SUNITA: ("product_interest", "Buffalo milk, 2 litres a day"),
        HARISH: ("quantity", "40 kg"),
        IMRAN: ("city", "Bengaluru"),
    }
    for who, (what, value) in read.items():
        lead = Lead.objects.get(contact__profile_name=who.name)
        source = Message.objects.filter(direction="in", conversation__contact=lead.contact).earliest("seq")
        Proposal.objects.create(business=day.business, lead=lead, message=source, what=what, value=value)


def _failed() -> None:
    """One item that could not be read: there is always one."""
    factories.receive(factories.value_body({"messages": [{"type": "text"}]}))
    assert Delivery.objects.exists()
    assert FailedItem.objects.exists()
