"""Contacts, conversations and messages.

The drain and the sender write these tables with set SQL (inbound.py, delivery.py, outbound.py, claiming.py, sending.py,
settling.py): a change of a column is a change there too. Composite foreign keys (migration 0002) keep a row's parents
in its own business; where there is one, Django's own plain key would only be checked twice (``db_constraint=False``).
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User, WhatsAppNumber
from accounts.scoping import OwnedModel, TiedModel


class Contact(OwnedModel):
    """A customer: one person, however many identities WhatsApp gives them."""

    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("Given by the business; else WhatsApp's.")
    )
    profile_name = models.CharField(_("WhatsApp name"), max_length=200, blank=True)
    username = models.CharField(_("username"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text=_("Digits; empty for a username user."))
    email = models.EmailField(_("e-mail"), blank=True, db_default="", help_text=_("As the customer wrote it."))
    opted_out_at = models.DateTimeField(_("stopped marketing"), null=True, blank=True)
    # What they write is kept, and nobody is told of it: blocking.py.
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    # The name that the phone's address book gave, and when. Another one in ``name`` was entered here, and holds.
    synced_name = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.UniqueConstraint(fields=["business", "id"], name="contact_of_business")]
        indexes = [models.Index(fields=["business", "-created_at"])]

    def __str__(self):
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.profile_name or (f"@{self.username}" if self.username else "") or f"+{self.phone}"


class Identity(TiedModel):
    """One way in which WhatsApp names a contact. None is required of a contact: a username user has no phone."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        BSUID = "bsuid", _("business-scoped user id")
        PARENT_BSUID = "parent_bsuid", _("parent business-scoped user id")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_constraint=False, related_name="identities")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    value = models.CharField(_("value"), max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["business", "kind", "value"], name="identity_once")]

    def __str__(self):
        return self.get_kind_display()


class Conversation(TiedModel):
    """A thread between a contact and a number, from its first message until it is closed."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Owner(models.TextChoices):
        BOT = "bot", _("bot")
        HUMAN = "human", _("person")
        META = "meta", _("Meta's agent")

    MOST_IN_A_ROW = 8  # messages of the bot without a person; then it hands over (streaks.py)

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_constraint=False, related_name="conversations")
    number = models.ForeignKey(
        WhatsAppNumber, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    owner = models.CharField(_("answered by"), max_length=5, choices=Owner, default=Owner.BOT)
    # Grows with each takeover, agent's message or echo: a bot's reply that was computed for an earlier turn never
    # leaves.
    turn = models.PositiveIntegerField(default=0)
    # What the bot waits for (aibot.asking), since when, and in which turn: a person's word ends it (lately.py).
    pending_ask = models.CharField(max_length=40, blank=True)
    pending_ask_turn = models.PositiveIntegerField(default=0, db_default=0)
    pending_ask_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    # Set when nothing could answer: the conversation waits for a person, and the fallback text is not sent again.
    waiting_since = models.DateTimeField(_("waits for a person since"), null=True, blank=True)
    last_inbound_at = models.DateTimeField(_("customer's last message"), null=True, blank=True)
    last_inbound_seq = models.BigIntegerField(default=0)
    # When the customer last asked for a person and was told that one comes: not twice in a few minutes (handing.py).
    person_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When a person last took the conversation in hand: it goes back to the bot by itself some time later (returning.py).
    handled_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The customer's last message whose blue ticks have been asked for (ticks.py).
    ticked_seq = models.BigIntegerField(default=0, db_default=0, editable=False)
    # The last message that a person wrote in the phone's app: what came before it is read and answered.
    echoed_at = models.DateTimeField(null=True, blank=True)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    ai_call_count = models.PositiveIntegerField(_("model calls"), default=0)
    # The seq of a free message that WhatsApp refused (131047): the window is closed, unless the customer has written since.
    window_closed_seq = models.BigIntegerField(default=0, db_default=0)
    # Meta's pair rate (pacing.py): the moment up to which what was sent has used it up.
    pair_until = models.DateTimeField(null=True, blank=True)
    # The bot's messages in a row in this turn, and when the last one was queued (streaks.py).
    bot_streak = models.PositiveSmallIntegerField(default=0, db_default=0)
    bot_streak_turn = models.PositiveIntegerField(default=0, db_default=0)
    bot_streak_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    last_message_text = models.CharField(_("last words"), max_length=160, blank=True)
    last_message_inbound = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "number"], condition=Q(state="open"), name="one_open_conversation"
            ),
            models.UniqueConstraint(fields=["business", "id"], name="conversation_of_business"),
        ]
        indexes = [
            models.Index(fields=["business", "-last_message_at", "-id"]),
            # The filters of the list, each in the list's order.
            models.Index(fields=["business", "state", "-last_message_at", "-id"], name="conversations_by_state"),
            models.Index(fields=["number", "-last_message_at", "-id"], name="conversations_of_number"),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                condition=Q(assignee__isnull=False),
                name="conversations_of_assignee",
            ),
            models.Index(
                fields=["business", "-last_message_at", "-id"],
                condition=Q(unread__gt=0),
                name="conversations_unread",
            ),
            models.Index(
                fields=["business", "-last_message_at", "-id"],
                condition=Q(owner="human"),
                name="conversations_of_people",
            ),
            models.Index(
                fields=["business", "waiting_since"],
                condition=Q(waiting_since__isnull=False),
                name="conversations_waiting",
            ),
            # The tabs of the inbox (lists.py), and what may go back to the bot by itself.
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                condition=Q(state="open", assignee__isnull=False),
                name="inbox_mine",
            ),
            models.Index(
                fields=["business", "-last_message_at", "-id"],
                condition=Q(state="open", assignee__isnull=True) & (Q(owner="human") | Q(waiting_since__isnull=False)),
                name="inbox_unassigned",
            ),
            models.Index(
                fields=["business", "-last_message_at", "-id"],
                condition=Q(state="open", waiting_since__isnull=True) & ~Q(owner="human"),
                name="inbox_bot",
            ),
            models.Index(
                fields=["business", "last_message_at"],
                condition=Q(state="open", owner="human"),
                name="conversations_in_hand",
            ),
        ]

    def __str__(self):
        return str(self.contact)

    @property
    def bot_has_handed_over(self) -> bool:
        """The bot is silent in this turn: it has talked alone for too long."""
        return self.bot_streak_turn == self.turn and self.bot_streak > self.MOST_IN_A_ROW


class Status(models.IntegerChoices):
    """How far an outbound message got. The order is the rank: a status moves up only, whatever order its news come in.

    ``failed`` ranks between sent and delivered: a late "failed" does not undo a delivery, a late "sent" does not
    undo a failure.
    """

    QUEUED = 0, _("waiting")
    SENDING = 10, _("being sent")
    UNKNOWN = 20, _("not confirmed")
    ACCEPTED = 30, _("accepted by WhatsApp")
    SENT = 40, _("sent")
    FAILED = 50, _("failed")
    DELIVERED = 60, _("delivered")
    READ = 70, _("read")
    PLAYED = 80, _("played")
    CANCELLED = 90, _("not sent")
    RECEIVED = 100, _("received")


class Message(TiedModel):
    """One message, in either direction. An outbound one is its own outbox row."""

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")

    class Source(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        RULE = "rule", _("rule")
        ANSWER = "answer", _("answer")
        MODEL = "model", _("language model")
        AGENT = "agent", _("agent")
        API = "api", _("program")
        PHONE_APP = "phone_app", _("phone app")
        META_AGENT = "meta_agent", _("Meta's agent")
        TEMPLATE = "template", _("template")
        FOLLOW_UP = "follow_up", _("follow-up")
        SYSTEM = "system", _("system")

    class Purpose(models.TextChoices):
        """What a message is for. The sender checks it against the contact's consent (claiming.verdict)."""

        REPLY = "reply", _("reply")
        NOTICE = "notice", _("notice about consent")
        MARKETING = "marketing", _("marketing")
        FOLLOW_UP = "follow_up", _("follow-up")

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="messages"
    )
    number = models.ForeignKey(
        WhatsAppNumber, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    # The order of arrival, over all conversations.
    seq = models.BigIntegerField(
        editable=False, db_default=models.Func(models.Value("conversations_message_seq"), function="nextval")
    )
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(_("kind"), max_length=30)
    source = models.CharField(_("by"), max_length=10, choices=Source)
    source_ref = models.UUIDField(null=True, blank=True)  # the rule, the answer, the agent
    source_name = models.CharField(_("which"), max_length=80, blank=True)
    purpose = models.CharField(_("for"), max_length=10, choices=Purpose, default=Purpose.REPLY)
    text = models.TextField(_("text"), blank=True)
    payload = models.JSONField(default=dict)  # inbound: Meta's object of the kind; outbound: what is sent
    reply_to = models.CharField(max_length=200, blank=True)  # wamid
    # What became of its content since, whatever the order in which the news came: see changes.py.
    original_text = models.TextField(_("text before its change"), null=True, blank=True)  # noqa: DJ001 - null: never edited
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("deleted by its writer"), null=True, blank=True)
    reactions = models.JSONField(_("reactions"), default=dict, db_default={}, blank=True)  # {"in": emoji, "out": emoji}
    wamid = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unknown until accepted, and unique
    wa_timestamp = models.DateTimeField(_("time"))  # Meta's for inbound, ours for outbound
    status = models.PositiveSmallIntegerField(_("status"), choices=Status)
    error_code = models.IntegerField(null=True, blank=True)
    error_text = models.CharField(_("what went wrong"), max_length=500, blank=True)
    pricing = models.JSONField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # The outbox
    client_ref = models.UUIDField(null=True, blank=True)  # one per act of the writer: a second click ends here
    # Of a program's request: what it asked for. The same client_ref with another one is a mistake (writing.py).
    client_digest = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    turn = models.PositiveIntegerField(null=True, blank=True)  # a bot's reply: the turn it was computed for
    seen_seq = models.BigIntegerField(
        null=True, blank=True
    )  # a computed answer: the customer's last message it has seen
    attempt = models.PositiveSmallIntegerField(default=0)
    # What is known of this attempt, whatever became of the message since: 0 nothing, else a Status (attempts.py).
    heard = models.PositiveSmallIntegerField(default=0, db_default=0)
    send_after = models.DateTimeField(null=True, blank=True)
    sending_since = models.DateTimeField(null=True, blank=True)
    resent_at = models.DateTimeField(null=True, blank=True)  # queued once more though it may have left (settling.py)
    settled_at = models.DateTimeField(null=True, blank=True)  # unknown, and nothing more is waited for
    dismissed_at = models.DateTimeField(null=True, blank=True)  # unknown, and a person has said "leave it"
    doubled_at = models.DateTimeField(_("sent twice"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["number", "wamid"], name="wamid_once"),
            models.UniqueConstraint(
                fields=["business", "client_ref"], condition=Q(client_ref__isnull=False), name="client_ref_once"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "seq"]),
            models.Index(fields=["business", "seq"]),
            models.Index(fields=["conversation", "seq"], condition=Q(status=Status.QUEUED), name="outbox_queued"),
            models.Index(
                fields=["conversation", "sending_since"],
                condition=Q(status__in=[Status.SENDING, Status.UNKNOWN], settled_at=None),
                name="outbox_sending",
            ),
            models.Index(
                fields=["sending_since"], condition=Q(status=Status.UNKNOWN, settled_at=None), name="outbox_unknown"
            ),
        ]

    def __str__(self):
        return self.text[:60] or self.kind


class MessageChange(TiedModel):
    """An edit, a deletion or a reaction: a word about a message that may not have come yet.

    All are kept, and the message is what its changes make of it (changes.py), in whatever order they come. Those of a
    deleted message keep no content.
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("edit")
        REVOKE = "revoke", _("deletion")
        REACTION = "reaction", _("reaction")

    number = models.ForeignKey(
        WhatsAppNumber, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    wamid = models.CharField(max_length=200)  # of the change
    target = models.CharField(max_length=200)  # the message's
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    side = models.CharField(_("by"), max_length=3, choices=Message.Direction)
    text = models.TextField(_("text"), blank=True)  # the new one; a reaction's emoji
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(_("time"))
    waits = models.BooleanField(default=True)  # the message has not come
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("change of a message")
        verbose_name_plural = _("changes of messages")
        constraints = [models.UniqueConstraint(fields=["number", "wamid"], name="change_once")]
        indexes = [
            models.Index(fields=["number", "target"], name="change_of_message"),
            models.Index(fields=["number", "target"], condition=Q(waits=True), name="change_waits"),
        ]

    def __str__(self):
        return self.get_kind_display()


class Template(OwnedModel):
    """A message template of a WABA, as Meta last told: by an event or in its list. Meta owns it; this is a copy."""

    waba_id = models.CharField(_("WABA id"), max_length=40)
    template_id = models.CharField(_("Meta's id"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=20)
    status = models.CharField(_("state"), max_length=30, blank=True)  # APPROVED, PENDING, REJECTED, PAUSED, ...
    status_at = models.DateTimeField(_("since"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    quality = models.CharField(_("quality"), max_length=20, blank=True)
    quality_at = models.DateTimeField(null=True, blank=True)
    category = models.CharField(_("category"), max_length=30, blank=True)
    category_at = models.DateTimeField(null=True, blank=True)
    next_category = models.CharField(_("category from then on"), max_length=30, blank=True)
    next_category_at = models.DateTimeField(_("category changes"), null=True, blank=True)
    components = models.JSONField(_("parts"), default=list, blank=True)
    listed_at = models.DateTimeField(_("seen in Meta's list"), null=True, blank=True)
    # An event told that its parts are other ones, or that it is there, and events carry no parts: Meta's list is asked for
    # from then on (templates.fetch_due).
    fetch_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["business", "waba_id", "name", "language"], name="template_once"),
        ]
        indexes = [
            models.Index(fields=["fetch_at"], condition=Q(fetch_at__isnull=False), name="templates_to_fetch"),
        ]

    def __str__(self):
        return f"{self.name} ({self.language})"


class EarlierAttempt(models.Model):
    """An attempt to send a message that another one followed. Its statuses may still come: by its wamid, or by the
    callback data that names the attempt.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_index=False, related_name="earlier_attempts")
    number = models.ForeignKey(WhatsAppNumber, on_delete=models.CASCADE, db_index=False, related_name="+")
    attempt = models.PositiveSmallIntegerField()
    wamid = models.CharField(max_length=200, null=True)  # noqa: DJ001 - unknown where no answer came, and unique
    heard = models.PositiveSmallIntegerField(default=0)  # as Message.heard
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("earlier attempt")
        verbose_name_plural = _("earlier attempts")
        constraints = [
            models.UniqueConstraint(fields=["message", "attempt"], name="attempt_once"),
            models.UniqueConstraint(fields=["number", "wamid"], name="attempt_wamid_once"),
        ]


class ParkedStatus(models.Model):
    """News of a wamid that no message has yet: it came before the Graph API's answer was stored, or is not ours."""

    id = models.BigAutoField(primary_key=True)
    number = models.ForeignKey(WhatsAppNumber, on_delete=models.CASCADE, related_name="+")
    wamid = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField(choices=Status)
    news = models.JSONField()  # the row that delivery.apply_statuses was given
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("parked status")
        verbose_name_plural = _("parked statuses")
        constraints = [models.UniqueConstraint(fields=["number", "wamid", "status"], name="parked_once")]


class RefusedFile(models.Model):
    """Meta's id of a file that it has refused in a message of this number (refused.py)."""

    id = models.BigAutoField(primary_key=True)
    number = models.ForeignKey(WhatsAppNumber, on_delete=models.CASCADE, db_index=False, related_name="+")
    media_id = models.CharField(max_length=200)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("refused file")
        verbose_name_plural = _("refused files")
        constraints = [models.UniqueConstraint(fields=["number", "media_id"], name="refused_once")]


class Pace(models.Model):
    """How many messages a number may send just now: a bucket that fills at ``WhatsAppNumber.per_second``."""

    number = models.OneToOneField(WhatsAppNumber, on_delete=models.CASCADE, primary_key=True, related_name="+")
    tokens = models.FloatField(default=0)
    filled_at = models.DateTimeField()
    # WhatsApp said "too many": nothing of this number leaves until then. ``strikes`` in a row make the pause longer.
    paused_until = models.DateTimeField(null=True, blank=True)
    strikes = models.PositiveSmallIntegerField(default=0, db_default=0)


class ConsentEvent(TiedModel):
    """A contact's word on being written to. The latest one holds (Contact.opted_out_at)."""

    class Kind(models.TextChoices):
        STOP = "stop", _("stopped marketing")
        START = "start", _("allowed marketing")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_constraint=False, related_name="consent_events")
    kind = models.CharField(max_length=5, choices=Kind)
    source = models.CharField(max_length=30)  # message, preference, agent, api, error_131050
    # Where a person or a program noted it: how the customer said it ("by phone", "form on the web site").
    how = models.CharField(_("how it was said"), max_length=200, blank=True, db_default="")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["contact", "kind", "at"], name="consent_once")]

    def __str__(self):
        return self.get_kind_display()


# --- the team's work in conversations ------------------------------------------------------------------------------------


def _next_seq() -> models.Func:
    """The messages' own order: what stands between them in a thread has its place among them."""
    return models.Func(models.Value("conversations_message_seq"), function="nextval")


class ThreadEvent(TiedModel):
    """A line of the thread that tells what was done: who took over, returned, closed. Written in the transaction of the act
    (events.py); kept as long as messages are.
    """

    class Kind(models.TextChoices):
        TAKEN_OVER = "taken_over", _("taken over")
        RETURNED = "returned", _("returned to the bot")
        RETURNED_ALONE = "returned_alone", _("returned to the bot by itself")
        LEFT_WAITING = "left_waiting", _("nobody answered")
        ASSIGNED = "assigned", _("given to somebody")
        UNASSIGNED = "unassigned", _("given to nobody")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        CANCELLED = "cancelled", _("the bot's reply was cancelled")
        ASKED = "asked", _("the customer asked for a person")
        BLOCKED = "blocked", _("blocked")
        UNBLOCKED = "unblocked", _("unblocked")

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="events"
    )
    seq = models.BigIntegerField(editable=False, db_default=_next_seq())
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(_("by"), max_length=150, blank=True)  # as it was then
    details = models.JSONField(default=dict, blank=True)  # {"to": a person's name}, {"count": 2}
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("line of a thread")
        verbose_name_plural = _("lines of threads")
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="event_in_thread")]
        indexes = [models.Index(fields=["business", "at"], name="event_old")]

    def __str__(self):
        return self.get_kind_display()


class Note(TiedModel):
    """What the team says to itself in a thread. The customer never gets it."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="notes"
    )
    seq = models.BigIntegerField(editable=False, db_default=_next_seq())
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(
        _("by"), max_length=150, blank=True
    )  # as it was then; a program's key has a name too
    text = models.TextField(_("text"), max_length=4096)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="note_in_thread")]
        indexes = [models.Index(fields=["business", "created_at"], name="note_old")]

    def __str__(self):
        return self.text[:60]


class CannedReply(OwnedModel):
    """A text that agents send often, found by its shortcut: "/hours". Its placeholders are filled by canned.py."""

    shortcut = models.SlugField(
        _("shortcut"), max_length=30, db_index=False, help_text=_("Typed after a slash: /hours.")
    )
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(
        _("text"), max_length=4096, help_text=_("May hold {name}, {agent}, {business}, {number} and {delivery_area}.")
    )
    language = models.CharField(
        _("language"), max_length=7, blank=True, choices=[("en", "English"), ("hi", "हिन्दी"), ("hi-Latn", "Hinglish")]
    )
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["shortcut", "language"]
        constraints = [
            models.UniqueConstraint(fields=["business", "shortcut", "language"], name="canned_reply_once"),
        ]

    def __str__(self):
        return f"/{self.shortcut}"


class Label(OwnedModel):
    """A word that the team puts on conversations. Its colour is a role of the look (tokens.css), never a colour's name."""

    class Colour(models.TextChoices):
        PLAIN = "plain", _("plain")
        ACCENT = "accent", _("accent")
        PERSON = "person", _("violet")
        GOOD = "good", _("green")
        WARN = "warn", _("amber")
        BAD = "bad", _("red")

    name = models.CharField(_("name"), max_length=30)
    colour = models.CharField(_("colour"), max_length=6, choices=Colour, default=Colour.PLAIN)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("business", Lower("name"), name="label_once"),
            models.UniqueConstraint(fields=["business", "id"], name="label_of_business"),
        ]

    def __str__(self):
        return self.name


class ConversationLabel(TiedModel):
    """A label on a conversation."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="labelled"
    )
    label = models.ForeignKey(Label, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("label of a conversation")
        verbose_name_plural = _("labels of conversations")
        constraints = [models.UniqueConstraint(fields=["conversation", "label"], name="label_on_conversation_once")]
        indexes = [models.Index(fields=["label", "conversation"], name="conversations_of_label")]


class ReplyDraft(TiedModel):
    """What a person has begun to write in a conversation and not sent. Theirs alone."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="drafts"
    )
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=4096)
    reply_to = models.UUIDField(null=True, blank=True)  # the message that it quotes
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["conversation", "person"], name="draft_once")]
