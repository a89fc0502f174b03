"""The rule tier: answers that are certain, at once, from the business's own rows.

``replies_for`` runs in the drain, for many messages of many businesses in one pass. A business's rules, products and
settings are read when one of them has changed since the last pass (``_shops``).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django_scopes import scopes_disabled

from accounts.models import Product, Settings
from cloud_api import messages
from conversations import consent, sets, streaks
from conversations.inbound import Recorded
from conversations.models import ConsentEvent, Conversation, Message
from conversations.outbound import Outgoing

from .matching import Book, Match
from .models import Rule
from .placeholders import fill
from .wording import is_devanagari

MENU = "menu"  # the id of a menu's button: menu:<intent>:<language>
_OF_CONSENT = (Rule.Intent.OPT_OUT, Rule.Intent.OPT_IN)
SILENT_KINDS = frozenset({"sticker", "call"})  # nobody expects an answer to these
# The same of what WhatsApp does not pass on (`unsupported.type`): a change of an earlier message, no new one.
SILENT_UNSUPPORTED = frozenset({"edit", "reaction", "pin", "keep_in_chat", "poll_update"})


@dataclass(slots=True)
class Replies:
    """What the rules want done, for the caller's transaction."""

    outgoing: list[Outgoing] = field(default_factory=list)
    words: list[consent.Word] = field(default_factory=list)
    waiting: dict[UUID, datetime] = field(default_factory=dict)  # conversation -> since when it waits for a person
    confirmed: set[UUID] = field(default_factory=set)  # contacts whose STOP is answered in this pass
    said: Counter[UUID] = field(default_factory=Counter)  # what this pass says in each conversation
    silent: dict[UUID, datetime] = field(default_factory=dict)  # conversations in which the bot has handed over

    def say(self, message: Outgoing) -> None:
        self.outgoing.append(message)
        self.said[message.conversation_id] += 1


@dataclass(frozen=True, slots=True)
class Shop:
    """A business as the rules see it."""

    version: tuple
    name: str
    currency: str
    book: Book
    rules: dict[UUID, Rule]
    products: tuple[Product, ...]
    settings: Settings


def replies_for(recorded: Sequence[Recorded], now: datetime) -> Replies:
    """The answers to messages that are new here.

    None where a person answers the conversation, or where the message is older than ANSWER_AGE_LIMIT: that one waits
    for a person. STOP and START are heard in any case.
    """
    replies = Replies()
    heard = [r for r in recorded if not _expects_no_answer(r)]
    shops = _shops({r.business_id for r in heard})
    met = streaks.before([r.message_id for r in heard if r.owner == Conversation.Owner.BOT])
    for r in heard:
        shop = shops[r.business_id]
        match = match_message(shop, r.event.text, r.event.tap_id, r.event.kind)
        if match and match.pattern.intent == Rule.Intent.OPT_OUT:
            replies.words.append(_word(r, ConsentEvent.Kind.STOP))
        if match and match.pattern.intent == Rule.Intent.OPT_IN:
            replies.words.append(_word(r, ConsentEvent.Kind.START))
        if r.owner != Conversation.Owner.BOT:
            continue
        if now - r.sent_at > settings.ANSWER_AGE_LIMIT:
            _wait(r, replies)
        elif not _hands_over(r, shop, match, met[r.message_id], replies):
            _reply(r, shop, match, replies)
    streaks.fall_silent(replies.silent)
    return replies


def _expects_no_answer(r: Recorded) -> bool:
    if r.event.kind == "unsupported":
        return str(r.event.payload.get("type")) in SILENT_UNSUPPORTED
    return r.event.kind in SILENT_KINDS


def _hands_over(r: Recorded, shop: Shop, match: Match | None, streak: streaks.Streak, replies: Replies) -> bool:
    """Whether the bot has talked alone for too long here (streaks.py): it says so once and is silent from then on. STOP is
    confirmed all the same.
    """
    if match and match.pattern.intent == Rule.Intent.OPT_OUT:
        return False
    said = streak.count + replies.said[r.conversation_id]
    is_over = streak.handed_over or r.conversation_id in replies.silent
    if not is_over and not streak.repeated and said < streaks.MOST:
        return False
    if not is_over:
        _say_fallback(r, shop, replies, "handover: repeated" if streak.repeated else "handover: long")
    replies.silent[r.conversation_id] = r.sent_at
    _wait(r, replies)
    return True


def _reply(r: Recorded, shop: Shop, match: Match | None, replies: Replies) -> None:
    answer = _answer(r, shop, match) if match else None
    if match is None or answer is None:
        _fall_back(r, shop, replies)
        return
    if match.pattern.intent == Rule.Intent.SUPPORT:
        _wait(r, replies)
    if match.pattern.intent == Rule.Intent.OPT_OUT:
        if r.opted_out or r.contact_id in replies.confirmed:
            return  # confirmed once
        replies.confirmed.add(r.contact_id)
    if not r.deleted:
        replies.say(answer)


def _wait(r: Recorded, replies: Replies) -> None:
    since = replies.waiting.get(r.conversation_id, r.sent_at)
    replies.waiting[r.conversation_id] = min(since, r.sent_at)


def match_message(shop: Shop, text: str, tap_id: str = "", kind: str = "text") -> Match | None:
    """The rule that a message means: a menu's tap names its own, a text is matched. Other kinds (a picture's
    caption) mean none.
    """
    if tap_id:
        return _tapped(shop, tap_id) or shop.book.best(text)
    return shop.book.best(text) if kind == "text" else None


def _tapped(shop: Shop, tap_id: str) -> Match | None:
    prefix, _, rest = tap_id.partition(":")
    intent, _, language = rest.partition(":")
    if prefix != MENU:
        return None
    of_intent = [p for p in shop.book.patterns if p.intent == intent]
    found = next((p for p in of_intent if p.language == language), of_intent[0] if of_intent else None)
    return Match(found, "tap") if found else None


def _answer(r: Recorded, shop: Shop, match: Match) -> Outgoing | None:
    """None where nothing is left to say: a reply of one placeholder whose value is empty."""
    rule = shop.rules[match.pattern.rule_id]
    pairs = [(f"{MENU}:{b['intent']}:{rule.language}", b["title"]) for b in rule.buttons]
    most = messages.BUTTONS_BODY if pairs else messages.TEXT_BODY
    text = render(shop, rule.reply, rule.language, r.contact_name)[:most]
    if not text.strip():
        return None
    return Outgoing(
        business_id=r.business_id,
        conversation_id=r.conversation_id,
        number_id=r.number_id,
        body=messages.buttons(text, pairs) if pairs else messages.text(text),
        text=text,
        source=Message.Source.RULE.value,
        source_ref=rule.id,
        source_name=str(rule),
        purpose=(Message.Purpose.NOTICE if rule.intent in _OF_CONSENT else Message.Purpose.REPLY).value,
        turn=r.turn,
    )


def render(shop: Shop, text: str, language: str, contact_name: str) -> str:
    """An owner's text with the shop's facts filled in."""
    return fill(
        text,
        language=language,
        business=shop.name,
        name=contact_name if any(c.isalpha() for c in contact_name) else "",  # many are named by their number
        products=shop.products,
        hours=shop.settings.hours,
        delivery_area=shop.settings.delivery_area,
        currency=shop.currency,
    )


def _fall_back(r: Recorded, shop: Shop, replies: Replies) -> None:
    """Nothing answers: say so once, and let the conversation wait for a person."""
    told = r.waiting or r.conversation_id in replies.waiting
    _wait(r, replies)
    if told or r.deleted:
        return
    _say_fallback(r, shop, replies, "fallback")


def _say_fallback(r: Recorded, shop: Shop, replies: Replies, why: str) -> None:
    hindi = is_devanagari(r.event.text) and shop.settings.fallback_text_hi
    text = shop.settings.fallback_text_hi if hindi else shop.settings.fallback_text
    if text.strip():
        replies.say(
            Outgoing(
                business_id=r.business_id,
                conversation_id=r.conversation_id,
                number_id=r.number_id,
                body=messages.text(text),
                text=text,
                source=Message.Source.SYSTEM.value,
                source_name=why,
                turn=r.turn,
            )
        )


def _word(r: Recorded, kind: ConsentEvent.Kind) -> consent.Word:
    return consent.Word(
        business_id=r.business_id,
        contact_id=r.contact_id,
        kind=kind.value,
        source="message",
        at=r.sent_at,
        message_id=r.message_id,
    )


# --- a business's rows, kept until they change ---------------------------------------------------------------------------------

_kept: dict[UUID, Shop] = {}


def shop_of(business_id: UUID) -> Shop:
    return _shops({business_id})[business_id]


def _shops(businesses: set[UUID]) -> dict[UUID, Shop]:
    """One statement says whether anything changed; only what did is read again.

    The times are summed: the latest alone would hide a change that was begun earlier and committed later.
    """
    rows = (
        sets.fetch(
            """
        SELECT b.id, b.name, b.currency, s.updated_at, r.count AS rules, r.at AS rules_at, p.count AS products, p.at AS products_at
        FROM accounts_business b
        JOIN accounts_settings s ON s.business_id = b.id
        CROSS JOIN LATERAL (
            SELECT count(*), sum(extract(epoch FROM updated_at)) AS at FROM aibot_rule WHERE business_id = b.id
        ) r
        CROSS JOIN LATERAL (
            SELECT count(*), sum(extract(epoch FROM updated_at)) AS at FROM accounts_product WHERE business_id = b.id
        ) p
        WHERE b.id = ANY(%(ids)s)
        """,
            ids=list(businesses),
        )
        if businesses
        else []
    )
    for row in rows:
        if row.id not in _kept or _kept[row.id].version != tuple(row):
            _kept[row.id] = _read(row)
    return {row.id: _kept[row.id] for row in rows}


def _read(row) -> Shop:
    with scopes_disabled():
        rules = list(Rule.objects.filter(business=row.id, enabled=True))
        return Shop(
            version=tuple(row),
            name=row.name,
            currency=row.currency,
            book=Book(rules),
            rules={rule.id: rule for rule in rules},
            products=tuple(Product.objects.filter(business=row.id, active=True)),
            settings=Settings.objects.get(business=row.id),
        )
