"""The rule tier: answers that are certain, at once, from the business's own rows.

``replies_for`` runs in the drain, for many messages of many businesses in one pass. A business's rules, products and
settings are read when one of them has changed since the last pass (``_shops``).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django_scopes import scopes_disabled

from accounts.models import Product, Settings
from cloud_api import messages
from conversations import consent, handing, lately, sets, streaks
from conversations.inbound import Recorded
from conversations.models import ConsentEvent, Conversation, Message
from conversations.outbound import Outgoing
from conversations.wording import is_devanagari, language_of
from leads import capture

from . import asking, charges, hours, meant, tiers, traces
from .hits import Hit, record_many
from .matching import COURTESY, Book, Match
from .models import MOST_BUTTONS, Rule
from .placeholders import fill
from .products import Shelf, names_of

MENU = "menu"  # the id of a menu's button: menu:<intent>:<language>
_OF_CONSENT = (Rule.Intent.OPT_OUT, Rule.Intent.OPT_IN)
_OWNERS_TEXTS = {Rule.Intent.GREETING: "greeting", Rule.Intent.OPT_OUT: "opt_out"}
_LIST_BUTTON = {"en": "Choose", "hi": "चुनें", "hi-Latn": "Chunein"}
IN_ONE_BREATH = timedelta(seconds=30)  # who writes twice within this has not waited for the answer
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
    asks: dict[UUID, str] = field(default_factory=dict)  # conversation -> what the bot waits for now, "" for nothing
    handed: dict[UUID, handing.Asked] = field(default_factory=dict)  # conversations whose customer asked for a person
    emails: dict[UUID, str] = field(default_factory=dict)  # contact -> the address that they gave
    hits: list[Hit] = field(default_factory=list)
    due: dict[UUID, tiers.Due] = field(default_factory=dict)  # conversations in which a tier above the rules answers
    unanswered: list[Recorded] = field(default_factory=list)  # what no tier answers either
    overtaken: dict[UUID, set[UUID]] = field(
        default_factory=lambda: defaultdict(set)
    )  # conversation -> greetings to cancel
    told: dict[UUID, dict[tuple[UUID, str], datetime]] = field(
        default_factory=dict
    )  # (rule, digest) that was said when

    ask_above: Callable[[], tiers.Above] = tiers.Above
    _above: tiers.Above | None = None

    @property
    def above(self) -> tiers.Above:
        """Asked for once a pass, and only where a message has found no rule."""
        if self._above is None:
            self._above = self.ask_above()
        return self._above

    def say(self, message: Outgoing) -> None:
        self.outgoing.append(message)
        self.said[message.conversation_id] += 1


@dataclass(frozen=True, slots=True)
class Shop:
    """A business as the rules see it."""

    version: tuple
    name: str
    language: str
    currency: str
    zone: ZoneInfo
    book: Book
    rules: dict[UUID, Rule]
    products: tuple[Product, ...]
    shelf: Shelf
    settings: Settings
    holidays: frozenset[str]

    def is_open(self, now: datetime) -> bool:
        return hours.is_open(self.settings.hours, now.astimezone(self.zone), self.holidays)

    def language_for(self, said: str) -> str:
        """The language of a message; of one without words, such as a picture, the business's own."""
        return language_of(said) if _has_words(said) else self.language

    def opens(self, now: datetime, language: str) -> str:
        """See hours.opens."""
        return hours.opens(self.settings.hours, now.astimezone(self.zone), language, self.holidays)


def replies_for(
    recorded: Sequence[Recorded], now: datetime, above: Callable[[Collection[UUID]], tiers.Above] | None = None
) -> Replies:
    """The answers to messages that are new here. Who asks for a person gets one, and no further answer of the bot's.

    None where a person answers the conversation or the customer is blocked, or where the message is older than
    ANSWER_AGE_LIMIT or the owner has switched the bot off: that one waits for a person. STOP and START are heard in any
    case, and STOP is confirmed with the bot off too. ``above`` says of businesses which tiers they have above the rules: what no
    rule answers is left to those.
    """
    heard = [r for r in recorded if not _expects_no_answer(r)]
    ours = [r for r in heard if _is_ours(r)]
    met = streaks.before([r.message_id for r in ours])
    stands = lately.before({r.conversation_id for r in ours}, now)
    replies = decide(heard, _shops({r.business_id for r in heard}), met, stands, now, above)
    streaks.fall_silent(replies.silent)
    return replies


def decide(
    heard: Sequence[Recorded],
    shops: Mapping[UUID, "Shop"],
    met: Mapping[UUID, streaks.Streak],
    stands: Mapping[UUID, lately.Lately],
    now: datetime,
    above: Callable[[Collection[UUID]], tiers.Above] | None = None,
) -> Replies:
    """What rules say to messages that may get an answer, of the streak that each message meets and of what each conversation stands
    at. It writes nothing: a conversation that is made up (made_up.py) is decided by it too.
    """
    replies = Replies()
    if above is not None:
        replies.ask_above = lambda: above({r.business_id for r in heard})
    replies.told = {conversation: dict(stand.said) for conversation, stand in stands.items()}
    for r in heard:
        shop = shops[r.business_id]
        match = match_message(shop, r.event.text, r.event.tap_id, r.event.kind)
        if _is_stop(match):
            replies.words.append(_word(r, ConsentEvent.Kind.STOP))
        if match and match.pattern.intent == Rule.Intent.OPT_IN:
            replies.words.append(_word(r, ConsentEvent.Kind.START))
        if not _is_ours(r) or r.conversation_id in replies.handed:
            continue
        if now - r.sent_at > settings.ANSWER_AGE_LIMIT or not (shop.settings.bot_on or _is_stop(match)):
            _wait(r, replies)
        elif match and match.pattern.intent == Rule.Intent.PERSON and not r.deleted:
            _hand_to_a_person(r, shop, match, stands[r.conversation_id], replies, now)
        elif match is None and met[r.message_id].count and _is_a_nod(r):
            continue
        elif not _hands_over(r, shop, match, met[r.message_id], replies, now):
            ask = replies.asks.get(r.conversation_id, stands[r.conversation_id].ask)
            if not (ask and not r.deleted and _answers_the_ask(r, shop, match, ask, replies, now)):
                _reply(r, shop, match, replies, now)
    return replies


def _is_a_nod(r: Recorded) -> bool:
    """A thumb or a smile, or a full stop: said to what the bot has said, it asks for nothing."""
    return r.event.kind == "text" and not any(c.isalnum() or c == "?" for c in r.event.text)


def _is_ours(r: Recorded) -> bool:
    return r.owner == Conversation.Owner.BOT and not r.blocked


def conclude(replies: Replies, now: datetime) -> None:
    """Write what the replies leave behind, once they are queued. A constant number of statements, in the caller's
    transaction.
    """
    handing.to_people(replies.handed, now)
    lately.overtake(replies.overtaken)
    lately.ask(replies.asks, now)
    lately.note_emails(replies.emails)
    capture.note_emails(replies.emails, now)
    record_many(replies.hits, now)
    traces.note_unanswered(replies.unanswered, now)


def _is_stop(match: Match | None) -> bool:
    return match is not None and match.pattern.intent == Rule.Intent.OPT_OUT


def _expects_no_answer(r: Recorded) -> bool:
    if r.event.kind == "unsupported":
        return str(r.event.payload.get("type")) in SILENT_UNSUPPORTED
    return r.event.kind in SILENT_KINDS


def _hands_over(
    r: Recorded, shop: Shop, match: Match | None, streak: streaks.Streak, replies: Replies, now: datetime
) -> bool:
    """Whether the bot has talked alone for too long here (streaks.py): it says so once and is silent from then on. STOP is
    confirmed all the same.
    """
    if _is_stop(match):
        return False
    said = streak.count + replies.said[r.conversation_id]
    is_over = streak.handed_over or r.conversation_id in replies.silent
    if not is_over and not streak.repeated and said < streaks.MOST:
        return False
    if not is_over:
        text = _handover_text(shop, shop.language_for(r.event.text), r.contact_name, now)
        text = text or _fallback_text(shop, r.event.text, r.contact_name, now)
        _say(r, replies, text, "handover: repeated" if streak.repeated else "handover: long")
    replies.silent[r.conversation_id] = r.sent_at
    _wait(r, replies)
    return True


def _hand_to_a_person(
    r: Recorded, shop: Shop, match: Match, stand: lately.Lately, replies: Replies, now: datetime
) -> None:
    """The conversation is a person's from here on. The customer is told so, but not twice in a few minutes. The words are of the
    new turn (handing.to_people): they leave unless a person acts first.
    """
    rule = shop.rules[match.pattern.rule_id]
    replies.hits.append(Hit(r.business_id, rule.id, r.message_id, "" if r.event.tap_id else match.phrase))
    if not stand.told_of_person:
        text = text_of(shop, rule, r.event.text, r.contact_name, now)
        _say(r, replies, text, handing.FAREWELL, turn=r.turn + 1)
    replies.handed[r.conversation_id] = handing.Asked(r.business_id, r.sent_at, told=not stand.told_of_person)
    replies.asks.pop(r.conversation_id, None)


def _reply(r: Recorded, shop: Shop, match: Match | None, replies: Replies, now: datetime) -> None:
    answer = _answer(r, shop, match, now) if match and not _has_the_owners_answer(r, shop, match, replies) else None
    if match is None or answer is None:
        _fall_back(r, shop, replies, now)
        return
    rule = shop.rules[match.pattern.rule_id]
    replies.hits.append(Hit(r.business_id, rule.id, r.message_id, "" if r.event.tap_id else match.phrase))
    if rule.intent == Rule.Intent.SUPPORT:
        _wait(r, replies)
    if rule.intent == Rule.Intent.OPT_OUT:
        if r.opted_out or r.contact_id in replies.confirmed:
            return  # confirmed once
        replies.confirmed.add(r.contact_id)
    if r.deleted or _was_said(r, rule, answer.text, replies, now):
        return
    if rule.intent not in COURTESY:
        _overtake(r, shop, replies)
    replies.say(answer)
    if rule.asks:
        replies.asks[r.conversation_id] = f"{rule.asks}:{rule.language}"


def _has_the_owners_answer(r: Recorded, shop: Shop, match: Match, replies: Replies) -> bool:
    """What a delivery costs stands in no price list: where an owner has written answers, they are asked."""
    return (
        match.pattern.intent == Rule.Intent.PRICING
        and charges.is_of_delivery(r.event.text)
        and not shop.shelf.named(r.event.text)
        and r.business_id in replies.above.answers
    )


def _was_said(r: Recorded, rule: Rule, text: str, replies: Replies, now: datetime) -> bool:
    """Whether the rule has given this very answer in the last minutes: it is not said twice, unless a tap asks for it.

    Who asks again after a while has not got what they needed: the conversation waits for a person, so that nobody is
    ignored. Another product named makes another answer, and STOP and START are always confirmed.
    """
    if rule.intent in _OF_CONSENT:
        return False
    told = replies.told.setdefault(r.conversation_id, {})
    key = rule.id, lately.digest(text)
    before = told.get(key)
    if before is None or r.event.tap_id:
        told[key] = now
        return False
    if rule.intent not in COURTESY and now - before > IN_ONE_BREATH:
        _wait(r, replies)
    return True


def _overtake(r: Recorded, shop: Shop, replies: Replies) -> None:
    """A greeting that still waits to be sent says nothing to one who has asked something by now."""
    greetings = {rule for rule, _ in replies.told.get(r.conversation_id, ()) if _is_greeting(shop, rule)}
    if greetings:
        replies.overtaken[r.conversation_id] |= greetings


def _is_greeting(shop: Shop, rule_id: UUID) -> bool:
    return rule_id in shop.rules and shop.rules[rule_id].intent == Rule.Intent.GREETING


def _answers_the_ask(r: Recorded, shop: Shop, match: Match | None, ask: str, replies: Replies, now: datetime) -> bool:
    """Understand the message as what the bot has asked for. False where it is something else: a question in between."""
    what, _, language = ask.partition(":")
    heard = asking.heard(what, r.event.text, r.event.kind, bool(r.event.tap_id), match.pattern.intent if match else "")
    if heard.what == "question":
        return False
    if heard.what == "email":
        replies.emails[r.contact_id] = heard.email
        replies.asks[r.conversation_id] = ""
        if match and match.pattern.intent not in (*COURTESY, Rule.Intent.DEMO):
            return False  # the address came along with a question
        _say(r, replies, asking.TEXTS["thanks"][language].replace("{email}", heard.email), "asked: e-mail")
    elif heard.what == "again":
        replies.asks[r.conversation_id] = f"{asking.EMAIL_AGAIN}:{language}"
        _say(r, replies, asking.TEXTS["again"][language], "asked: e-mail again")
    elif heard.what == "give_up":
        replies.asks[r.conversation_id] = ""
        _fall_back(r, shop, replies, now)
    else:
        replies.asks[r.conversation_id] = ""
        _wait(r, replies)
        text = _handover_text(shop, language, r.contact_name, now) or _problem_text(shop, language, now)
        _say(r, replies, text, "handover: problem")
    return True


def _wait(r: Recorded, replies: Replies) -> None:
    since = replies.waiting.get(r.conversation_id, r.sent_at)
    replies.waiting[r.conversation_id] = min(since, r.sent_at)


def match_message(shop: Shop, text: str, tap_id: str = "", kind: str = "text") -> Match | None:
    """The rule that a message means: a menu's tap names its own, a text is matched. Other kinds (a picture's
    caption) mean none, nor does a tap on "Did you mean ...?".
    """
    if meant.chosen(tap_id):
        return None
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


def _answer(r: Recorded, shop: Shop, match: Match, now: datetime) -> Outgoing | None:
    """None where nothing is left to say: a reply of one placeholder whose value is empty."""
    rule = shop.rules[match.pattern.rule_id]
    text = text_of(shop, rule, r.event.text, r.contact_name, now)
    if not text:
        return None
    return Outgoing(
        business_id=r.business_id,
        conversation_id=r.conversation_id,
        number_id=r.number_id,
        body=body_of(text, rule.buttons, rule.language),
        text=text,
        source=Message.Source.RULE.value,
        source_ref=rule.id,
        source_name=str(rule),
        purpose=(Message.Purpose.NOTICE if rule.intent in _OF_CONSENT else Message.Purpose.REPLY).value,
        turn=r.turn,
    )


def text_of(shop: Shop, rule: Rule, said: str, contact_name: str, now: datetime) -> str:
    """What a rule answers to a message, cut to what WhatsApp takes; "" where nothing is left to say."""
    reply = _reply_of(shop, rule, now)
    text = render(shop, reply, rule.language, contact_name, said=said, now=now)
    text = text[: most_characters(len(rule.buttons))]
    return text if text.strip() else ""


_THERE_AGAIN = {
    "en": "Our team is there again {opens}.",
    "hi": "हमारी टीम {opens} फिर मिलेगी।",
    "hi-Latn": "Hamari team {opens} phir milegi.",
}


def _reply_of(shop: Shop, rule: Rule, now: datetime) -> str:
    """Who asks for a person is told by the owner's words for it when somebody will be there, at any hour; else a rule's own
    words for the closed hours come first.
    """
    is_away = not shop.is_open(now)
    own = owners_text(shop.settings, rule)
    if own and rule.intent == Rule.Intent.PERSON and is_away and "{opens}" not in own:
        return f"{own} {_THERE_AGAIN[rule.language]}" if shop.opens(now, rule.language) else own
    if is_away and rule.away_reply.strip() and not (own and rule.intent == Rule.Intent.PERSON):
        return rule.away_reply
    return own or rule.reply


def owners_text(of: Settings, rule: Rule) -> str:
    """The text of the Settings that stands in the place of a rule's reply; "" where it has its own: greeting and opt-out,
    and handover where somebody asks for a person, or where a support rule asks nothing, so that its reply is the last word.
    """
    hands_over = rule.intent == Rule.Intent.PERSON or (rule.intent == Rule.Intent.SUPPORT and not rule.asks)
    kind = "handover" if hands_over else _OWNERS_TEXTS.get(rule.intent, "")
    return of.says(kind, rule.language)


def body_of(text: str, buttons: list[dict], language: str) -> dict:
    """A message with the buttons of a rule or an answer: a tap on one gets the reply of that intent's rule."""
    pairs = [(f"{MENU}:{b['intent']}:{language}", b["title"]) for b in buttons]
    if not pairs:
        return messages.text(text)
    if len(pairs) <= MOST_BUTTONS:
        return messages.buttons(text, pairs)
    return messages.list_menu(text, _LIST_BUTTON[language], [("", [(row, title, "") for row, title in pairs])])


def most_characters(buttons: int) -> int:
    """How long a text with so many buttons may be."""
    if not buttons:
        return messages.TEXT_BODY
    return messages.BUTTONS_BODY if buttons <= MOST_BUTTONS else messages.LIST_BODY


def render(
    shop: Shop,
    text: str,
    language: str,
    contact_name: str,
    *,
    said: str = "",
    now: datetime,
    products: Sequence[Product] = (),
) -> str:
    """An owner's text with the shop's facts filled in; the prices are of ``products``, else of those that the customer names, else of
    all.
    """
    return fill(
        text,
        language=language,
        business=shop.name,
        name=contact_name if any(c.isalpha() for c in contact_name) else "",  # many are named by their number
        products=products or ("{prices}" in text and shop.shelf.named(said)) or shop.products,
        hours=shop.settings.hours,
        opens=shop.opens(now, language),
        delivery_area=shop.settings.delivery_area,
        currency=shop.currency,
    )


def _fall_back(r: Recorded, shop: Shop, replies: Replies, now: datetime) -> None:
    """Nothing answers: say so once, and let the conversation wait for a person."""
    told = r.waiting or r.conversation_id in replies.waiting
    if not told and not r.deleted:
        _overtake(r, shop, replies)
    if not r.deleted and _is_left_to_a_tier(r, replies, told=told):
        return
    _wait(r, replies)
    if r.deleted:
        return
    if _may_mean_an_answer(r):
        replies.unanswered.append(r)
    if told:
        return
    _say(r, replies, nobody_text(shop, r.event.text, r.contact_name, now), "fallback")


def _is_left_to_a_tier(r: Recorded, replies: Replies, *, told: bool) -> bool:
    """Whether a tier above the rules answers it, later: then it is noted. Where a person was promised (``told``), only what the
    owner has written is said; the model is left out, as with what does not consist of its words alone.
    """
    event = r.event
    if tiers.is_voice_note(event.kind, event.payload):
        return not told and r.business_id in replies.above.ears and _leave(r, replies, at_once=True)
    if not _may_mean_an_answer(r):
        return False
    is_read = tiers.is_spoken(event.kind, event.product) or tiers.is_readable(event.kind, event.payload)
    may_model = is_read and not told and r.business_id in replies.above.model
    with_answers = r.business_id in replies.above.answers
    return (may_model or with_answers) and _leave(r, replies, at_once=with_answers)


def _leave(r: Recorded, replies: Replies, *, at_once: bool) -> bool:
    due = replies.due.setdefault(r.conversation_id, tiers.Due(r.business_id, r.turn, at_once=True))
    due.add(r.message_id, r.seq, at_once=at_once)
    return True


def _may_mean_an_answer(r: Recorded) -> bool:
    return r.event.kind in tiers.SPOKEN | tiers.CAPTIONED and bool(r.event.text.strip())


def nobody_text(shop: Shop, said: str, contact_name: str, now: datetime) -> str:
    """What is said where no rule answers: outside opening hours the owner's away text in the customer's language, where
    there is one; else the owner's fallback, else ours, which outside opening hours says when somebody is there next.
    """
    language = shop.language_for(said)
    away = shop.settings.says("away", language)
    if away and not shop.is_open(now):
        return render(shop, away, language, contact_name, now=now)
    return _fallback_text(shop, said, contact_name, now)


def _has_words(said: str) -> bool:
    return any(c.isalpha() for c in said)


def _fallback_text(shop: Shop, said: str, contact_name: str, now: datetime) -> str:
    language = shop.language_for(said)
    wanted = is_devanagari(said) if _has_words(said) else language == "hi"
    hindi = shop.settings.fallback_text_hi if wanted else ""
    text = hindi or shop.settings.fallback_text
    if text in _OURS and (opens := _opens_again(shop, language, now)):
        return _CLOSED[language].replace("{opens}", opens)
    return render(shop, text, "hi" if hindi else language, contact_name, now=now)


# What a business starts with promises somebody "soon", which is not so at night.
_OURS = {Settings._meta.get_field(name).default for name in ("fallback_text", "fallback_text_hi")}
_CLOSED = {
    "en": "Thank you for your message. We are closed now and open again {opens}; a person from our team will answer you then.",
    "hi": "आपके संदेश के लिए धन्यवाद। अभी हम बंद हैं, {opens} फिर खुलेंगे; तब हमारी टीम आपको जवाब देगी।",
    "hi-Latn": "Aapke message ke liye dhanyawad. Abhi hum band hain, {opens} phir khulenge; tab hamari team aapko jawab degi.",
}


def _opens_again(shop: Shop, language: str, now: datetime) -> str:
    """When; "" where it is open, and where nobody knows."""
    return "" if shop.is_open(now) else shop.opens(now, language)


def _handover_text(shop: Shop, language: str, contact_name: str, now: datetime) -> str:
    """The owner's, or ""."""
    return render(shop, shop.settings.says("handover", language), language, contact_name, now=now)


def _problem_text(shop: Shop, language: str, now: datetime) -> str:
    """What a problem that was told is answered with where the owner has no text for it."""
    opens = _opens_again(shop, language, now)
    return asking.TEXTS["problem_closed" if opens else "problem"][language].replace("{opens}", opens)


def _say(r: Recorded, replies: Replies, text: str, why: str, *, turn: int | None = None) -> None:
    """A text that is no rule's; ``why`` stands beside it in the thread. ``turn``: else the one that the message met."""
    if text.strip():
        replies.say(
            Outgoing(
                business_id=r.business_id,
                conversation_id=r.conversation_id,
                number_id=r.number_id,
                body=messages.text(text[: messages.TEXT_BODY]),
                text=text[: messages.TEXT_BODY],
                source=Message.Source.SYSTEM.value,
                source_name=why,
                turn=r.turn if turn is None else turn,
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
        SELECT b.id, b.name, b.language, b.currency, b.time_zone, s.updated_at, r.count AS rules, r.at AS rules_at,
               p.count AS products, p.at AS products_at
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
        products = tuple(Product.objects.filter(business=row.id, active=True))
        of = Settings.objects.get(business=row.id)
        return Shop(
            version=tuple(row),
            name=row.name,
            language=row.language,
            currency=row.currency,
            zone=ZoneInfo(row.time_zone),
            book=Book(rules, names_of(products)),
            rules={rule.id: rule for rule in rules},
            products=products,
            shelf=Shelf(products),
            settings=of,
            holidays=frozenset(day["date"] for day in of.holidays),
        )
