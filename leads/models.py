"""Leads: who may buy, and how far they are. Each contact is one from its first message."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scoping import TiedModel
from conversations.models import Contact, Message


class Lead(TiedModel):
    class Stage(models.TextChoices):
        NEW = "new", _("new")
        CONTACTED = "contacted", _("contacted")
        QUALIFIED = "qualified", _("qualified")
        CONVERTED = "converted", _("converted")
        PAID = "paid", _("paid")
        LOST = "lost", _("lost")

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, db_constraint=False, related_name="lead")
    status = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.NEW)
    product_interest = models.CharField(_("interested in"), max_length=200, blank=True)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, null=True, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(_("came by"), max_length=30, default="whatsapp")  # whatsapp | ad | post
    referral = models.JSONField(
        default=dict, blank=True
    )  # Meta's object of the ad or post, from the first message that had one
    score = models.SmallIntegerField(_("score"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [models.UniqueConstraint(fields=["business", "id"], name="lead_of_business")]
        indexes = [
            models.Index(fields=["business", "status", "-created_at"]),
            models.Index(
                F("business"), Upper("product_interest"), condition=~Q(product_interest=""), name="leads_by_interest"
            ),
        ]

    def __str__(self):
        return str(self.contact)


class LeadEvent(TiedModel):
    """A lead's history: what changed, from what to what, and who changed it."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, db_constraint=False, related_name="events")
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=30)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("lead event")
        verbose_name_plural = _("lead events")
        ordering = ["-at"]

    def __str__(self):
        return self.what


class Proposal(TiedModel):
    """What the language model has read out of a customer's message about a lead: nothing changes until a person accepts it
    (proposals.py).
    """

    class What(models.TextChoices):
        NAME = "name", _("name")
        EMAIL = "email", _("e-mail")
        PRODUCT = "product_interest", _("interested in")
        QUANTITY = "quantity", _("quantity")
        CITY = "city", _("city")
        BUDGET = "budget", _("budget")
        CALL = "wants_call", _("wants a call")
        FOLLOW_UP = "follow_up", _("follow up")

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        ACCEPTED = "accepted", _("accepted")
        DISMISSED = "dismissed", _("dismissed")

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="proposals"
    )
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(_("what"), max_length=20, choices=What)
    value = models.CharField(_("value"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["lead", "what", "value"], name="proposal_once")]
        indexes = [models.Index(fields=["business", "state", "-created_at"], name="proposals_to_decide")]

    def __str__(self):
        return f"{self.get_what_display()}: {self.value}"
