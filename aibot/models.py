"""What the bot says, as the owner wrote it."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import OwnedModel

from .matching import forms

PHRASE = 500  # characters


def valid_phrases(value) -> None:
    """A list of texts as matching.py reads them. An emoji alone is one; a gap or choice alone says nothing."""
    if not isinstance(value, list) or any(not isinstance(p, str) or not p.strip() or len(p) > PHRASE for p in value):
        raise ValidationError(_('Phrases are a list of texts: ["price", "how much"].'))
    for phrase in value:
        try:
            forms(phrase)
        except ValueError:
            raise ValidationError(_("%(phrase)s stands for too many phrases."), params={"phrase": phrase}) from None


def valid_buttons(value) -> None:
    """[{"intent": "pricing", "title": "Prices"}]: WhatsApp takes at most 3, titles of 20 characters, all different; the
    intents are the buttons' ids, and differ too.
    """
    good = (
        isinstance(value, list)
        and len(value) <= 3
        and all(isinstance(b, dict) and set(b) == {"intent", "title"} for b in value)
    )
    if not good:
        raise ValidationError(_('Buttons are at most three of {"intent": "pricing", "title": "Prices"}.'))
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
        SUPPORT = "support", _("support")
        OPT_OUT = "opt_out", _("opt-out")
        OPT_IN = "opt_in", _("opt-in")
        BYE = "bye", _("bye")

    class Language(models.TextChoices):
        EN = "en", "English"
        HI = "hi", "हिन्दी"
        HI_LATN = "hi-Latn", "Hinglish"

    intent = models.CharField(_("intent"), max_length=10, choices=Intent)
    language = models.CharField(_("language"), max_length=7, choices=Language)
    phrases = models.JSONField(
        _("phrases"),
        default=list,
        blank=True,
        validators=[valid_phrases],
        help_text=_("The message means this when it has one of them, as whole words, anywhere."),
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
        help_text=_("May hold {business}, {name}, {prices}, {hours} and {delivery_area}."),
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
