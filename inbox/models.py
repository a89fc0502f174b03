"""What a person has chosen for the inbox, the browsers that may be pushed to, and which waits have been told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import User
from accounts.scoping import TiedModel
from conversations.models import Conversation


class Preference(models.Model):
    """How a person works in the inbox, in whichever business. A person without a row has the defaults."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    push = models.BooleanField(_("notifications"), default=True)
    sound = models.BooleanField(_("sound"), default=False)
    keys = models.BooleanField(_("keys"), default=True)
    theme = models.CharField(_("colours"), max_length=6, choices=Theme, default=Theme.SYSTEM)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")


class PushSubscription(models.Model):
    """A browser that a person has allowed to show notifications. Its address belongs to a push service of the browser's maker;
    whoever last signed in there owns it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")


class WaitNotice(TiedModel):
    """That a conversation waits has been told: one row for each wait. See notifying.py."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    waiting_since = models.DateTimeField()
    pushed_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["conversation", "waiting_since"], name="wait_told_once")]
        indexes = [models.Index(fields=["waiting_since"], name="waits_by_age")]
