"""The admin of rules: phrases one a line, buttons as three rows, and the reply as the customer gets it."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts import audit, audit_words, reading
from accounts.admin_base import ChoiceFilter, History, OwnedAdmin, OwnedForm, yes_no
from conversations.admin import SinceFilter

from . import admin_answers, admin_model, owner_rules  # noqa: F401 - their pages are registered
from .admin_fields import ButtonsField
from .kinds import KINDS
from .models import Rule, RuleMatch, Trap, Turn
from .rules import owners_text, shop_of, text_of
from .trying import failing, try_message

SHOWN_MATCHES = 10


def intent_choices() -> list[tuple[str, str]]:
    return [("", _("nothing: no rule should answer")), *Rule.Intent.choices]


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
            self._check_length()
        if not self.errors and not self.cleaned_data.get("save_anyway"):
            self._check_traps()
        return self.cleaned_data

    def _rule(self) -> Rule:
        rule = Rule(id=self.instance.pk, business=self.business)
        for name in owner_rules.FIELDS:
            setattr(rule, name, self.cleaned_data.get(name, getattr(self.instance, name)))
        return rule

    def _check_length(self) -> None:
        for field, words in owner_rules.too_long(self._rule()).items():
            self.add_error(field, words)

    def _check_traps(self) -> None:
        if broken := owner_rules.misunderstood(self._rule()):
            self.add_error("save_anyway", owner_rules.in_words(broken))


class TryForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What the customer writes"),
        max_length=4096,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class TrapForm(forms.Form):
    intent = forms.ChoiceField(
        label=gettext_lazy("It should mean"), choices=intent_choices, required=False, widget=UnfoldAdminSelectWidget
    )


audit_words.know(Rule)


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
        """What a text gets. By POST, so that no address holds a customer's words; nothing is sent or stored."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._try)(request)

    def _try(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        tried = (
            try_message(shop_of(request.business.pk), form.cleaned_data["text"], timezone.now())
            if form.is_valid()
            else None
        )
        if tried and "keep" in request.POST:
            return self._keep(request, form.cleaned_data["text"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try a message"),
            "form": form,
            "tried": tried,
            "settings_link": reverse("admin:accounts_settings_changelist"),
            "trap_form": TrapForm(initial={"intent": tried.rule.intent if tried and tried.rule else ""}),
            "may_keep": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/aibot/try.html", context, status=422 if form.errors else 200)

    def _keep(self, request, text):
        if not self.has_change_permission(request):
            raise PermissionDenied
        trap_form = TrapForm(request.POST)
        if not trap_form.is_valid():
            raise Http404
        keep_trap(request, text, trap_form.cleaned_data["intent"])
        return HttpResponseRedirect(reverse("admin:aibot_rule_try"))

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


def keep_trap(request, text: str, intent: str) -> None:
    """Make a line one of the business's test lines, or change what it should mean, and say so."""
    text = text[: Trap._meta.get_field("text").max_length]
    trap, is_new = Trap.objects.update_or_create(business=request.business, text=text, defaults={"intent": intent})
    what = "created" if is_new else "changed"
    audit.record(f"trap.{what}", business=request.business, actor=request.user, target=str(trap.pk))
    if failing(shop_of(request.business.pk).book, [trap]):
        messages.warning(request, _("It is a test line now. The rules do not understand it yet: change their phrases."))
    else:
        messages.success(request, _("It is a test line now, and the rules understand it."))


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

    list_display = ("conversation", "tier", "outcome", "reason", "tokens", "time")
    list_filter = (("tier", ChoiceFilter), ("outcome", ChoiceFilter), SinceFilter)
    list_select_related = ("conversation__contact",)
    search_fields = (
        "conversation__contact__name",
        "conversation__contact__profile_name",
        "conversation__contact__phone",
    )
    search_help_text = gettext_lazy("Name or phone")
    fields = (
        "conversation", "message", "reply", "messages", "tier", "outcome", "reason", "nearest", "matcher", "model",
        "prompt_version", "tokens_in", "tokens_out", "cost", "latency_ms", "heard_by", "guard", "at",
    )  # fmt: skip
    readonly_fields = ("nearest",)

    @display(description=gettext_lazy("tokens"))
    def tokens(self, obj):
        return obj.tokens_in + obj.tokens_out or ""

    @display(description=gettext_lazy("nearest answers"))
    def nearest(self, obj):
        return format_html_join(
            "", "<p>{} · {} %</p>", ((one["question"], round(one["confidence"] * 100)) for one in obj.ranked)
        )

    @display(description=gettext_lazy("time"), ordering="at")
    def time(self, obj):
        return reading.time_tag(obj.at, timezone.now())
