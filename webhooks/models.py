"""What Meta posted, as it came, and what could not be worked off."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Business, User, WhatsAppNumber

from . import naming


class Delivery(models.Model):
    """One POST to the webhook, raw. A row with ``processed_at`` null is the queue. Only the superuser sees these.

    The intake writes it outside the ORM (receive.py).
    """

    id = models.BigAutoField(primary_key=True)
    lane = (
        models.PositiveSmallIntegerField()
    )  # 0..63: one number's deliveries are worked off in order, lanes in parallel
    body = models.BinaryField()
    size = models.PositiveIntegerField(_("bytes"))
    verified_by = models.CharField(_("signed with"), max_length=64)  # "installation", or WhatsAppNumber.app_secret_mark
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("worked off"), null=True)
    attempts = models.PositiveSmallIntegerField(_("failed passes"), db_default=0)
    outcome = models.JSONField(
        _("outcome"), default=dict
    )  # {"message": 1, "duplicate": 2, "status": 3, ...}: counts of items

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [models.Index(fields=["lane", "id"], condition=Q(processed_at=None), name="delivery_queue")]

    def __str__(self):
        return str(self.pk)


class FailedItem(models.Model):
    """One item of a delivery that could not be worked off. Its neighbours were. deadletters.py replays it.

    The kind "delivery" stands for a whole delivery that was given up (position 0).
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="failed_items")
    position = models.PositiveIntegerField(_("item"))  # index in events.parse(body)
    business = models.ForeignKey(Business, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.ForeignKey(WhatsAppNumber, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(_("kind"), max_length=60)
    reason = models.CharField(_("reason"), max_length=500)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    outcome = models.CharField(
        _("became"), max_length=200, blank=True, db_default=""
    )  # "message"; "2 message, 1 status"
    replays = models.PositiveIntegerField(_("replays"), db_default=0)  # how often it was tried again
    replayed_at = models.DateTimeField(_("last replay"), null=True)
    # A replay that somebody asked for and a worker has not done yet: the queue of deadletters.work.
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")

    class Meta:
        verbose_name = _("failed item")
        verbose_name_plural = _("failed items")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "position"], name="failed_once")]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(resolved_at=None), name="failed_open"),
            models.Index(
                fields=["delivery", "position"],
                condition=Q(resolved_at=None, asked_at__isnull=False),
                name="failed_asked",
            ),
        ]

    def __str__(self):
        return naming.kind(self.kind)


class ChannelEvent(models.Model):
    """Something that WhatsApp told us which is no message: of templates, of the account, of a field that we do not
    know.

    ``business`` is null where no number of ours is concerned; only the superuser sees those.
    """

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey(Business, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.ForeignKey(WhatsAppNumber, null=True, on_delete=models.SET_NULL, related_name="+")
    waba_id = models.CharField(max_length=64, blank=True)
    field = models.CharField(_("field"), max_length=60)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    payload = models.JSONField(default=dict)
    item_hash = models.CharField(max_length=64, unique=True)  # of the item itself: a second delivery of it ends here
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("channel event")
        verbose_name_plural = _("channel events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["business", "-id"])]

    def __str__(self):
        return " · ".join(filter(None, [self.field, self.kind]))


class Tally(models.Model):
    """How many items came in a quarter of an hour for a number, and how they ended. The drain and a replay write it in
    the transaction of the work itself (counts.py); the database refuses a row in which an item is missing.
    """

    id = models.BigAutoField(primary_key=True)
    slot = models.DateTimeField()  # the beginning of the quarter in which their deliveries were received
    business = models.ForeignKey(Business, null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    number = models.ForeignKey(WhatsAppNumber, null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    received = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    duplicate = models.PositiveIntegerField()
    ignored = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "business", "number"], nulls_distinct=False, name="tally_once"),
            models.CheckConstraint(
                condition=Q(received=F("done") + F("duplicate") + F("ignored") + F("failed")), name="tally_complete"
            ),
        ]
