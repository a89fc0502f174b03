"""The admin of rules: phrases one a line, buttons as three rows, and the reply as the customer gets it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.decorators import display

from accounts import audit_targets, audit_words, reading
from accounts.admin_base import ChoiceFilter, History, OwnedAdmin, OwnedForm, yes_no
from accounts.audit_targets import Kind
from conversations.admin import SinceFilter

from . import admin_answers, admin_model, admin_trying, budget, owner_rules, traces  # noqa: F401 - their pages are registered
from .admin_fields import ButtonsField
from .admin_trying import TrapForm, keep_trap
from .kinds import KINDS
from .models import Answer, Price, PromptVersion, Rule, RuleMatch, Trap, Turn
from .rules import owners_text, shop_of, text_of
from .trying import failing

SHOWN_MATCHES = 10


def kinds_shown() -> SafeString:
    """The words that each name in braces stands for in a phrase, one to open."""
    return format_html_join(
        "", "<details><summary>{{{}}}</summary>{}</details>", ((name, "/".join(kind)) for name, kind in KINDS.items())
    )


class RuleForm(OwnedForm):
    """Beside the fields: the reply must fit once it is filled, and the business's test lines must still be understood, or
    the owner says that it shall be saved all the same.
    """

    save_anyway = forms.BooleanField(
        required=False, label=gettext_lazy("Save although test lines are understood otherwise")
    )

    class Meta:
        error_messages = {
            "__all__": {"unique_together": gettext_lazy("There is a rule for this intent in this language already.")}
        }

    def clean(self):
        super().clean()
        if not self.errors:
            self._check_texts()
        if not self.errors and not self.cleaned_data.get("save_anyway"):
            self._check_traps()
        return self.cleaned_data

    def _rule(self) -> Rule:
        rule = Rule(id=self.instance.pk, business=self.business)
        for name in owner_rules.FIELDS:
            setattr(rule, name, self.cleaned_data.get(name, getattr(self.instance, name)))
        return rule

    def _check_texts(self) -> None:
        for field, words in owner_rules.cannot_be(self._rule(), self.changed_data).items():
            self.add_error(field, words)

    def _check_traps(self) -> None:
        if broken := owner_rules.misunderstood(self._rule()):
            self.add_error("save_anyway", owner_rules.in_words(broken))


audit_words.know(Rule)
audit_targets.know(
    answer=Kind(Answer),
    price=Kind(Price),
    question=Kind(Turn, ("conversation__contact",), lambda turn: turn.conversation),
    rule=Kind(Rule),
    trap=Kind(Trap),
)


@admin.register(Rule)
class RuleAdmin(OwnedAdmin):
    form = RuleForm
    list_before_template = "admin/aibot/_rules_head.html"
    list_display = ("intent", "language", "says", "hits", "priority", "enabled")
    list_display_links = ("intent", "language")
    list_filter = (("intent", ChoiceFilter), ("language", ChoiceFilter), yes_no("enabled", gettext_lazy("on")))
    ordering = ("-priority", "intent", "language")
    lines_fields = ("phrases", "whole_phrases", "unless_phrases")
    readonly_fields = ("preview", "last_matches")

    def get_queryset(self, request):
        """With the number of messages that each has answered in RuleMatch.KEPT_DAYS."""
        return super().get_queryset(request).annotate(hit_count=Count("matches"))

    def get_fieldsets(self, request, obj=None):
        return (
            *(
                ((None, {"fields": ("save_anyway",)}),) if request.method == "POST" else ()
            ),  # shown with its errors only
            (None, {"fields": ("intent", "language", "enabled", "priority")}),
            (
                gettext_lazy("What customers write"),
                {
                    "fields": ("phrases", "whole_phrases", "unless_phrases"),
                    "description": gettext_lazy(
                        "One a line. Capitals, punctuation, lengthened letters and usual spellings (pls, nhi, chaiye) make no "
                        "difference."
                    ),
                },
            ),
            (
                gettext_lazy("What the bot answers"),
                {
                    "fields": ("reply", "away_reply", "buttons", "asks", *(("preview",) if obj else ())),
                    "description": self._instead(obj),
                },
            ),
            *(((gettext_lazy("Last messages that it answered"), {"fields": ("last_matches",)}),) if obj else ()),
        )

    def _instead(self, obj) -> str:
        """That a text of the Settings is said in the place of the reply, where it is so."""
        if obj is None or not owners_text(shop_of(obj.business_id).settings, obj):
            return ""
        return format_html(
            _(
                'The reply is not said: the <a class="text-link" href="{}">settings</a> have a text for it in this language.'
            ),
            reverse("admin:accounts_settings_changelist"),
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "buttons":
            return ButtonsField(
                label=capfirst(db_field.verbose_name),
                required=False,
                help_text=gettext_lazy(
                    "Up to three are buttons, up to ten a list, of 20 characters each. A tap on one gets the reply of that "
                    "intent's rule."
                ),
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("reply", "away_reply"):
            field.widget.attrs["rows"] = 5
        if db_field.name == "phrases":
            field.help_text = format_html("{}{}", field.help_text, kinds_shown())
        return field

    @display(description=gettext_lazy("reply"))
    def says(self, obj):
        return render_to_string("admin/_one_line.html", {"text": obj.reply})

    @display(description=gettext_lazy("hits"), ordering="hit_count")
    def hits(self, obj):
        return obj.hit_count

    @display(description=gettext_lazy("as the customer gets it"))
    def preview(self, obj):
        text = text_of(shop_of(obj.business_id), obj, "", "Asha", timezone.now())
        return render_to_string("admin/aibot/_preview.html", {"text": text, "buttons": obj.buttons})

    @display(description=gettext_lazy("messages"))
    def last_matches(self, obj):
        matches = RuleMatch.objects.filter(rule=obj).select_related("message")[:SHOWN_MATCHES]
        return render_to_string("admin/aibot/_matches.html", {"matches": matches, "rule": obj})

    # --- what is written

    def save_model(self, request, obj, form, change):
        """The form has asked about test lines."""
        given = {name: form.cleaned_data[name] for name in owner_rules.FIELDS if name in form.changed_data}
        if change:
            owner_rules.change(obj, actor=request.user, save_anyway=True, **given)
        else:
            owner_rules.add_row(obj, actor=request.user)

    def delete_model(self, request, obj):
        owner_rules.remove(obj, actor=request.user)

    # --- pages of our own

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("try/", view(self.try_view), name="aibot_rule_try"),
            path("<uuid:rule_id>/wrong/<uuid:match_id>/", view(self.wrong_view), name="aibot_rule_wrong"),
            *super().get_urls(),
        ]

    def try_view(self, request):
        return require_http_methods(["GET", "HEAD", "POST"])(admin_trying.page)(request, self)

    def wrong_view(self, request, rule_id, match_id):
        """One of a rule's last messages should have meant something else: it becomes a test line."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._wrong)(request, rule_id, match_id)

    def _wrong(self, request, rule_id, match_id):
        if not self.has_change_permission(request):
            raise PermissionDenied
        rule = self.get_object(request, str(rule_id))
        match = RuleMatch.objects.filter(rule=rule, pk=match_id).select_related("message").first() if rule else None
        if match is None or not match.message.text.strip():
            raise Http404
        form = TrapForm(request.POST or None, initial={"intent": ""})
        if request.method == "POST" and form.is_valid():
            keep_trap(request, match.message.text, form.cleaned_data["intent"])
            return HttpResponseRedirect(reverse("admin:aibot_rule_change", args=[rule.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What should it mean?"),
            "form": form,
            "match": match,
            "rule": rule,
        }
        return TemplateResponse(request, "admin/aibot/wrong.html", context, status=422 if form.errors else 200)


@admin.register(Trap)
class TrapAdmin(OwnedAdmin):
    """A business's own test lines, with what the rules make of each now."""

    list_display = ("text", "meaning", "understood", "created_at")
    list_filter = (("intent", ChoiceFilter),)
    search_fields = ("text",)
    search_help_text = gettext_lazy("Message")
    fields = ("text", "intent")

    @display(description=gettext_lazy("means"), ordering="intent")
    def meaning(self, obj):
        return obj.get_intent_display() or _("nothing")

    @display(description=gettext_lazy("understood"), boolean=True)
    def understood(self, obj):
        return not failing(shop_of(obj.business_id).book, [obj])


@admin.register(Turn)
class TurnAdmin(History, OwnedAdmin):
    """How the bot came to what it said to messages that no rule answered. Nobody changes it."""

    list_display = ("asked", "by", "outcome", "conversation", "tokens", "time")
    list_filter = (("tier", ChoiceFilter), ("outcome", ChoiceFilter), SinceFilter)
    list_select_related = ("message", "conversation__contact")
    search_fields = (
        "conversation__contact__name",
        "conversation__contact__profile_name",
        "conversation__contact__phone",
    )
    search_help_text = gettext_lazy("Name or phone")

    def get_fieldsets(self, request, obj=None):
        """What is empty is left out."""
        parts = ((None, _TOLD), (gettext_lazy("How it was found"), _FOUND))
        return [(title, {"fields": [name for name in names if self._says(obj, name)]}) for title, names in parts]

    def get_readonly_fields(self, request, obj=None):
        return (*_TOLD, *_FOUND)

    def _says(self, obj, name: str) -> bool:
        return bool(getattr(self, name)(obj) if hasattr(self, name) else getattr(obj, name, None))

    @display(description=gettext_lazy("the customer wrote"))
    def asked(self, obj):
        return render_to_string("admin/_one_line.html", {"text": obj.message.text or obj.message.kind})

    @display(
        description=gettext_lazy("answered by"),
        ordering="tier",
        label={
            "answer": "success",
            "ask": "info",
            "model": "info",
            "fallback": "warning",
            "handover": "warning",
            "silent": "",
        },
    )
    def by(self, obj):
        return obj.tier, obj.get_tier_display()

    @display(description=gettext_lazy("what became of it"))
    def became(self, obj):
        return traces.in_words(obj)

    @display(description=gettext_lazy("tokens"))
    def tokens(self, obj):
        """With what they cost below them, where that is known."""
        total = obj.tokens_in + obj.tokens_out
        lines = (number_format(total, force_grouping=True) if total else "", budget.shown(obj.cost))
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines if line))

    @display(description=gettext_lazy("cost"))
    def price(self, obj):
        return budget.shown(obj.cost)

    @display(description=gettext_lazy("nearest answers"))
    def nearest(self, obj):
        return format_html_join(
            "", "<p>{} · {} %</p>", ((one["question"], round(one["confidence"] * 100)) for one in obj.ranked)
        )

    @display(description=gettext_lazy("prompt"))
    def prompt(self, obj):
        """As the model was told to answer then."""
        found = PromptVersion.objects.filter(business=obj.business_id, digest=obj.prompt_version).first()
        if found is None:
            return obj.prompt_version[:12]
        link = reverse("admin:aibot_promptversion_change", args=[found.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', link, found)

    @display(description=gettext_lazy("tokens"))
    def used(self, obj):
        return traces.tokens_in_words(obj)

    @display(description=gettext_lazy("took"))
    def took(self, obj):
        return traces.time_in_words(obj)

    @display(description=gettext_lazy("time"), ordering="at")
    def time(self, obj):
        return reading.time_tag(obj.at, timezone.now())


_TOLD = ("message", "reply", "became", "outcome", "nearest", "conversation", "at")
_FOUND = ("tier", "matcher", "model", "prompt", "used", "price", "took", "heard_by", "guard", "reason", "messages")
