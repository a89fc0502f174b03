"""What the bot says, as the owner wrote it."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import placeholders
from accounts.ids import uuid7
from accounts.models import Business, User
from accounts.scoping import OwnedModel, TiedModel
from conversations.models import Conversation, Message
from documents.models import Document

from .phrases import NAMES, has_words, is_sign, odd_brackets, parts
from .slots import SLOT

PHRASE = 500  # characters
ASKED, ANSWERED = 300, 1500  # of a question, and of an answer
MOST_PRODUCTS = 30


def valid_phrases(value) -> None:
    """A list of texts as matching.py reads them. An emoji alone is one; a gap or choice alone says nothing."""
    if not isinstance(value, list) or any(not isinstance(p, str) or not p.strip() or len(p) > PHRASE for p in value):
        raise ValidationError(_('Phrases are a list of texts: ["price", "how much"].'))
    for phrase in value:
        if not is_sign(phrase):
            placeholders.check(phrase, NAMES)
            _check_phrase(phrase)


_ODD = {
    "(": _("%(phrase)s: a bracket is not closed."),
    ")": _("%(phrase)s: a bracket is not opened."),
    "()": _("%(phrase)s: a choice cannot stand within another."),
}


def _check_phrase(phrase: str) -> None:
    try:
        parts(phrase)
    except ValueError:
        raise ValidationError(
            _("%(phrase)s stands for too many phrases: fewer choices, three stars and thirty words at most."),
            params={"phrase": phrase},
        ) from None
    if odd := odd_brackets(phrase):
        raise ValidationError(_ODD[odd], params={"phrase": phrase})
    if not has_words(phrase):
        raise ValidationError(_("%(phrase)s has no words: no message has it."), params={"phrase": phrase})


def valid_placeholders(value: str) -> None:
    """Slots pass: owner_answers.py says which of them there is a row for, and owner_rules.py refuses them."""
    placeholders.check(value, slots=SLOT)


MOST_BUTTONS, MOST_ROWS = 3, 10


def valid_buttons(value) -> None:
    """[{"intent": "pricing", "title": "Prices"}]: up to 3 are buttons, up to 10 the rows of a list; titles of 20 characters,
    all different; the intents are the buttons' ids, and differ too.
    """
    good = (
        isinstance(value, list)
        and len(value) <= MOST_ROWS
        and all(isinstance(b, dict) and set(b) == {"intent", "title"} for b in value)
    )
    if not good:
        raise ValidationError(_('Buttons are at most ten of {"intent": "pricing", "title": "Prices"}.'))
    titles = [b["title"] for b in value]
    if any(not isinstance(t, str) or not t.strip() or len(t) > 20 for t in titles) or len(set(titles)) != len(titles):
        raise ValidationError(_("Button titles are different and have at most 20 characters."))
    intents = [b["intent"] for b in value]
    if any(i not in Rule.Intent.values for i in intents) or len(set(intents)) != len(intents):
        raise ValidationError(_("A button's intent is one of the rules' intents, and each has one button."))


class Rule(OwnedModel):
    """One intent in one language: the phrases that mean it, and the reply."""

    class Intent(models.TextChoices):
        GREETING = "greeting", _("greeting")
        PRICING = "pricing", _("pricing")
        DEMO = "demo", _("demo")
        PERSON = "person", _("a person")
        SUPPORT = "support", _("support")
        OPT_OUT = "opt_out", _("opt-out")
        OPT_IN = "opt_in", _("opt-in")
        BYE = "bye", _("bye")

    class Language(models.TextChoices):
        EN = "en", "English"
        HI = "hi", "हिन्दी"
        HI_LATN = "hi-Latn", "Hinglish"

    class Asks(models.TextChoices):
        """What the reply asks for, and the next message is understood as (asking.py)."""

        NOTHING = "", _("nothing")
        EMAIL = "email", _("an e-mail address")
        PROBLEM = "problem", _("what the problem is")

    intent = models.CharField(_("intent"), max_length=10, choices=Intent)
    language = models.CharField(_("language"), max_length=7, choices=Language)
    phrases = models.JSONField(
        _("phrases"),
        default=list,
        blank=True,
        validators=[valid_phrases],
        help_text=_(
            "The message means this when it has one of them, as whole words, anywhere. A star stands for up to three words: "
            "how much * cost. (order/parcel) stands for either, {product} for any name of a product."
        ),
    )
    whole_phrases = models.JSONField(
        _("whole messages"),
        default=list,
        blank=True,
        validators=[valid_phrases],
        help_text=_("The message means this only when it says nothing else. For words such as stop, help, thanks."),
    )
    unless_phrases = models.JSONField(
        _("but not with"),
        default=list,
        blank=True,
        validators=[valid_phrases],
        help_text=_("With one of these in it, the message means something else."),
    )
    reply = models.TextField(
        _("reply"),
        max_length=1000,
        validators=[valid_placeholders],
        help_text=_(
            "May hold {business}, {name}, {prices}, {hours}, {opens} (when you are there next) and {delivery_area}. "
            "{prices} are those of the products that the customer names, else all."
        ),
    )
    away_reply = models.TextField(
        _("reply outside opening hours"),
        max_length=1000,
        blank=True,
        db_default="",
        validators=[valid_placeholders],
        help_text=_("Empty: the same as at any time."),
    )
    asks = models.CharField(
        _("asks for"),
        max_length=10,
        choices=Asks,
        blank=True,
        db_default="",
        help_text=_("The customer's next message is then understood as the answer to that."),
    )
    buttons = models.JSONField(_("buttons"), default=list, blank=True, validators=[valid_buttons])
    priority = models.SmallIntegerField(
        _("priority"), default=0, help_text=_("The higher one answers when several match.")
    )
    enabled = models.BooleanField(_("on"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["-priority", "intent", "language"]
        constraints = [models.UniqueConstraint(fields=["business", "intent", "language"], name="rule_once")]

    def __str__(self):
        return f"{self.get_intent_display()} · {self.get_language_display()}"


class RuleMatch(OwnedModel):
    """A message that a rule answered, for its page: how often, and the last ones. Kept KEPT_DAYS; the drain writes them with set
    SQL (hits.py).
    """

    KEPT_DAYS = 30

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="matches", db_index=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )  # the index is for the deletion of messages
    phrase = models.CharField(_("by"), max_length=500, blank=True)  # as the owner wrote it; "" for a tap
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-at"]
        indexes = [models.Index(fields=["rule", "-at"]), models.Index(fields=["at"], name="rule_match_old")]

    def __str__(self):
        return self.phrase


class Trap(OwnedModel):
    """A line that the rules must understand as this business says: run when a rule is saved, and kept from "Try it"."""

    text = models.CharField(_("message"), max_length=500)
    intent = models.CharField(
        _("means"), max_length=10, choices=Rule.Intent, blank=True, help_text=_("Empty: no rule should answer it.")
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("test line")
        verbose_name_plural = _("test lines")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["business", "text"], name="trap_once")]

    def __str__(self):
        return self.text


# --- the owner's answers by meaning (answers.py, owner_answers.py) -----------------------------------------------------------------


def valid_product_ids(value) -> None:
    """A list of ids. One that names no product of the business's is passed over where the answer is said."""
    if not isinstance(value, list) or len(value) > MOST_PRODUCTS or any(not isinstance(v, str) for v in value):
        raise ValidationError(_("Products are a list of at most 30 ids."))
    for each in value:
        try:
            UUID(each)
        except ValueError:
            raise ValidationError(_("%(id)s is no product's id."), params={"id": each[:40]}) from None


class Answer(OwnedModel):
    """What the owner answers to a question, however it is asked. Written by owner_answers.py alone."""

    question = models.CharField(
        _("question"), max_length=ASKED, help_text=_("As a customer asks it: How long does the ghee last?")
    )
    text = models.TextField(
        _("answer"),
        max_length=ANSWERED,
        validators=[valid_placeholders],
        help_text=_(
            "May hold {business}, {name}, {prices}, {hours}, {opens} and {delivery_area}, and values of one product or "
            "place: {price:short-name}, {total:short-name*3}, {hours:today}, {delivery:Indiranagar}."
        ),
    )
    text_hi = models.TextField(
        _("answer in Hindi"), max_length=ANSWERED, blank=True, validators=[valid_placeholders],
        help_text=_("For those who write in Devanagari. Empty: the answer above."),
    )  # fmt: skip
    text_roman = models.TextField(
        _("answer in Hinglish"), max_length=ANSWERED, blank=True, validators=[valid_placeholders],
        help_text=_("For those who write Hindi in Latin letters. Empty: the answer above."),
    )  # fmt: skip
    buttons = models.JSONField(_("buttons"), default=list, blank=True, validators=[valid_buttons])
    products = models.JSONField(
        _("products"),
        default=list,
        blank=True,
        validators=[valid_product_ids],
        help_text=_("Those that {prices} stands for; none: those that the customer names, else all."),
    )
    document = models.OneToOneField(
        Document,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_constraint=False,
        related_name="+",
        editable=False,
        verbose_name=_("picture or document"),
    )  # kept for it alone
    enabled = models.BooleanField(_("on"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)  # of the ways to ask too: answers.py reads again what has changed

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question"]
        constraints = [
            models.UniqueConstraint(
                "business",
                Lower("question"),
                name="answer_once",
                violation_error_message=_("There is an answer to this question already."),
            ),
            models.UniqueConstraint(fields=["business", "id"], name="answer_of_business"),
        ]

    def __str__(self):
        return self.question


class Example(TiedModel):
    """A way in which customers ask an answer's question, and the question itself. The vector comes later, from the process that
    holds the model.
    """

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="examples", verbose_name=_("answer"))
    text = models.CharField(_("asked as"), max_length=ASKED)
    place = models.PositiveSmallIntegerField(
        default=0, editable=False
    )  # as the owner wrote them; 0 is the question itself
    vector = models.BinaryField(null=True, editable=False)  # float32, as embedding.py gives it
    matcher = models.CharField(max_length=40, blank=True, editable=False)  # embedding.NAME of what made the vector

    class Meta:
        verbose_name = _("way to ask")
        verbose_name_plural = _("ways to ask")
        ordering = ["answer", "place"]
        constraints = [models.UniqueConstraint("answer", Lower("text"), name="example_once")]
        indexes = [models.Index(fields=["business", "matcher"], name="example_of_business")]

    def __str__(self):
        return self.text


# --- turns: what no rule has answered, and how each answer was found ---------------------------------------------------------


class PendingTurn(TiedModel):
    """What customers wrote and no rule answered: one row for each conversation, until it is answered or a person has it. The
    queue of the worker `bot` (turns.py); the drain writes it with set SQL.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, db_constraint=False, related_name="pending_turn"
    )
    turn = models.PositiveIntegerField()  # of the conversation, when they came
    messages = models.JSONField(default=list)  # their ids, oldest first
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    first_at = models.DateTimeField()
    due_at = models.DateTimeField()  # when the customer has been quiet for long enough
    look_at = models.DateTimeField()  # when a worker takes it; in hand: when it is taken from a worker that has died
    ticket = models.UUIDField(null=True)  # of the worker that has it in hand
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    spent = models.JSONField(default=list)  # on its voice notes, until a trace tells it: see hearing.py
    # What answers them stands in the outbox and has not left: it may still be cancelled, since the customer wrote again.
    reply = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+")

    class Meta:
        verbose_name = _("pending turn")
        verbose_name_plural = _("pending turns")
        indexes = [models.Index(fields=["look_at"], name="turns_to_look_at")]

    def __str__(self):
        return str(self.pk)


class Trial(OwnedModel):
    """A conversation that somebody makes up to try the bot (trials.py): one for each person and business. Nothing of it is sent, and
    it is forgotten after KEPT. While ``waiting_since`` is set, the worker of the queue `bot` is to answer it.
    """

    KEPT = timedelta(hours=24)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    lines = models.JSONField(default=list)  # see made_up.py
    state = models.JSONField(default=dict)
    with_model = models.BooleanField(default=False)
    said_at = models.DateTimeField()  # the time at which the newest message is said to be written
    waiting_since = models.DateTimeField(null=True)
    ticket = models.UUIDField(null=True)  # of the newest message: an answer to an earlier one is dropped
    taken_at = models.DateTimeField(null=True)  # by the worker
    touched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = [models.UniqueConstraint(fields=["business", "user"], name="trial_once")]
        indexes = [
            models.Index(fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="trials_that_wait"),
            models.Index(fields=["touched_at"], name="trials_by_age"),
        ]

    def __str__(self):
        return str(self.pk)


class Turn(TiedModel):
    """How the bot came to what it said, or did not say, to messages that no rule answered. Kept KEPT_DAYS, and no longer than the
    customer's message is.
    """

    KEPT_DAYS = 90

    class Tier(models.TextChoices):
        ANSWER = "answer", _("answer")
        ASK = "ask", _("which answer is meant")
        MODEL = "model", _("language model")
        FALLBACK = "fallback", _("no answer: a person")
        HANDOVER = "handover", _("handed over")
        SILENT = "silent", _("nothing said")

    class Outcome(models.TextChoices):
        QUEUED = "queued", _("said")
        OVERTAKEN = "overtaken", _("the customer wrote again")
        TAKEN_OVER = "taken_over", _("a person took over")
        WAITS = "waits", _("waits for a person")

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="turns"
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )  # the last one
    reply = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+")
    first_seq = models.BigIntegerField()
    seen_seq = models.BigIntegerField()
    messages = models.PositiveSmallIntegerField(_("messages"))  # how many it answers
    tier = models.CharField(_("tier"), max_length=8, choices=Tier)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=80, blank=True)  # of a handover, or why nothing was said
    answer = models.UUIDField(_("answer"), null=True)
    # The nearest answers, best first: [{"id": , "question": , "confidence": , "score": , "example": }]
    ranked = models.JSONField(_("nearest answers"), default=list)
    matcher = models.CharField(_("matcher"), max_length=40, blank=True)
    prompt_version = models.CharField(_("prompt"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    tokens_in = models.PositiveIntegerField(_("tokens read"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens written"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)
    latency_ms = models.PositiveIntegerField(_("took, in ms"), default=0)
    guard = models.CharField(_("guard"), max_length=80, blank=True)
    heard_by = models.CharField(_("voice note written down by"), max_length=120, blank=True, default="", db_default="")
    put_aside = models.BooleanField(default=False, db_default=False, editable=False)  # the owner wants no answer to it
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["conversation", "-at"], name="turns_of_conversation"),
            models.Index(fields=["business", "-at"], name="turns_of_business"),
            models.Index(fields=["at"], name="turn_old"),
            models.Index(
                fields=["business", "put_aside", "-at"],
                condition=Q(tier__in=["model", "fallback", "handover"]) & ~Q(outcome="overtaken"),
                name="turns_unanswered",
            ),
        ]

    def __str__(self):
        return self.get_tier_display()


# --- the model's money (budget.py) and prompts (prompt.py) ---------------------------------------------------------------------


class Budget(models.Model):
    """What may be used of the language model in a span of time, and what is used: the installation's (without a business) and a
    business's tokens of a day, and the installation's money of a month. Only budget.py writes it.
    """

    class Kind(models.TextChoices):
        TOKENS = "tokens", _("tokens of a day")
        MONEY = "money", _("money of a month")  # in millionths of the currency of the price table

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    business = models.ForeignKey(
        Business, null=True, blank=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    kind = models.CharField(_("of"), max_length=6, choices=Kind)
    starts_on = models.DateField(_("from"))  # UTC for the installation, the business's own zone for a business
    most = models.BigIntegerField(_("limit"))  # as it was at the last reservation
    reserved = models.BigIntegerField(_("reserved"), default=0, db_default=0)
    used = models.BigIntegerField(_("used"), default=0, db_default=0)
    # What a provider reported beyond the reservations: the one way in which used may pass the limit.
    over = models.BigIntegerField(_("reported beyond what was reserved"), default=0, db_default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0, db_default=0)
    full_at = models.DateTimeField(_("used up"), null=True, blank=True)
    off_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    told = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)  # per cent that the owner knows of

    class Meta:
        verbose_name = _("budget of the model")
        verbose_name_plural = _("budgets of the model")
        ordering = ["-starts_on", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind", "starts_on"], nulls_distinct=False, name="budget_of_a_span"
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="budget_reserved_not_negative"),
        ]
        indexes = [models.Index(fields=["starts_on"], name="budgets_by_start")]

    def __str__(self):
        return f"{self.business or '-'} · {self.get_kind_display()} · {self.starts_on}"


class Reservation(OwnedModel):
    """One call of the model, reserved before it is made. The rows are kept for 30 days: they say what was called, and how often
    a customer had the model called in the last hour.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being called")
        SETTLED = "settled", _("settled by the provider's usage")
        ASSUMED = "assumed", _("charged as reserved: the provider told no usage")
        RELEASED = "released", _("not called")
        LOST = "lost", _("charged as reserved: the worker ended")

    contact = models.ForeignKey(
        "conversations.Contact",
        null=True,  # of nobody: somebody of the business's has tried the bot
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    model = models.CharField(_("model"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    tokens = models.BigIntegerField(_("reserved tokens"))
    money = models.BigIntegerField(_("reserved money"), default=0)
    charged = models.BigIntegerField(_("charged tokens"), default=0)
    charged_money = models.BigIntegerField(_("charged money"), default=0)
    tokens_in = models.BigIntegerField(_("tokens in"), null=True, blank=True)
    tokens_out = models.BigIntegerField(_("tokens out"), null=True, blank=True)
    # The budgets that it was reserved from: a call that ends after midnight is charged to the day on which it began.
    of_installation = models.ForeignKey(Budget, on_delete=models.CASCADE, db_index=False, related_name="+")
    of_business = models.ForeignKey(Budget, on_delete=models.CASCADE, db_index=False, related_name="+")
    of_month = models.ForeignKey(Budget, null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    at = models.DateTimeField(_("time"))
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("call of the model")
        verbose_name_plural = _("calls of the model")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["contact", "at"], name="reservations_of_contact"),
            models.Index(fields=["business", "-at"], name="reservations_of_business"),
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="reservations_open"),
            models.Index(fields=["at"], name="reservations_by_age"),
        ]

    def __str__(self):
        return f"{self.model} · {self.get_state_display()}"


class Price(models.Model):
    """What a million tokens of a model cost from a day on, as its provider says; the owner of the installation keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.CharField(_("model"), max_length=120, help_text=_("As in AI_MODEL or AI_TRANSCRIPTION_MODEL."))
    valid_from = models.DateField(_("from"))
    per_million_in = models.DecimalField(
        _("a million tokens in"), max_digits=12, decimal_places=4, validators=[MinValueValidator(0)]
    )
    per_million_out = models.DecimalField(
        _("a million tokens out"), max_digits=12, decimal_places=4, validators=[MinValueValidator(0)]
    )
    per_minute = models.DecimalField(
        _("a minute of speech"),
        max_digits=12,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Of a model that writes down what is said, where it is billed by the minute."),
    )

    class Meta:
        verbose_name = _("price of a model")
        verbose_name_plural = _("prices of models")
        ordering = ["model", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["model", "valid_from"], name="price_once_a_day")]

    def __str__(self):
        return f"{self.model} · {self.valid_from}"


class PromptVersion(OwnedModel):
    """A text by which the model was told how to answer, as it was then: ours and the owner's, without any customer's words. Kept, so
    that a reply's trace leads to what brought it about.
    """

    digest = models.CharField(_("version"), max_length=64)  # SHA-256 of the text
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("first used"), auto_now_add=True)

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["business", "digest"], name="prompt_version_once")]

    def __str__(self):
        return self.digest[:12]
