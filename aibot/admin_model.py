"""The admin of what the language model costs and of how it was told to answer: to be read; the price table is the installation's."""

from django.conf import settings
from django.contrib import admin, messages
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import reading
from accounts.admin_base import (
    OWNER,
    ChoiceFilter,
    History,
    InstallationAdmin,
    OwnedAdmin,
    SharedHistoryAdmin,
)

from . import budget
from .models import Budget, Price, PromptVersion, Reservation


@admin.register(Budget)
class BudgetAdmin(SharedHistoryAdmin):
    """What may be used in a span, and what is. The installation's rows have no business: their owner alone sees them."""

    list_display = ("starts_on", "kind", "business", "so_far", "limit", "share", "calls", "state")
    list_select_related = ("business",)
    list_filter = (("kind", ChoiceFilter),)
    fields = readonly_fields = (
        "business", "kind", "starts_on", "so_far", "held", "limit", "beyond", "calls", "full_at", "off_at",
    )  # fmt: skip
    actions = ("switch_on_again",)

    def has_switch_permission(self, request) -> bool:
        return request.user.is_active and request.user.is_superuser

    @admin.action(description=gettext_lazy("Switch the model on again"), permissions=["switch"])
    def switch_on_again(self, request, queryset):
        done = sum(budget.switch_on(row, actor=request.user) for row in queryset)
        words = _("The model is on again.") if done else _("It was not switched off.")
        messages.info(request, words)

    @display(description=gettext_lazy("used"), ordering="used")
    def so_far(self, obj):
        return _amount(obj, obj.used)

    @display(description=gettext_lazy("reserved"))
    def held(self, obj):
        return _amount(obj, obj.reserved)

    @display(description=gettext_lazy("limit"))
    def limit(self, obj):
        return _amount(obj, obj.most)

    @display(description=gettext_lazy("reported beyond what was reserved"))
    def beyond(self, obj):
        return _amount(obj, obj.over)

    @display(description=gettext_lazy("share"))
    def share(self, obj):
        if not obj.most:
            return ""
        share = obj.used * 100 // obj.most
        tone = "bad" if obj.off_at or share >= budget.FULL_AT else "warn" if share >= budget.WARN_AT else "good"
        bar = '<span class="share"><progress class="share-{}" value="{}" max="100" aria-hidden="true"></progress>{} %</span>'
        return format_html(bar, tone, min(share, 100), share)

    @display(description=gettext_lazy("state"), label={"off": "danger", "full": "warning", "on": "success"})
    def state(self, obj):
        if obj.off_at:
            return "off", _("switched off")
        return ("full", _("used up")) if obj.full_at else ("on", _("on"))


def _amount(row: Budget, value: int) -> str:
    if row.kind == Budget.Kind.MONEY:
        return budget.shown(budget.as_money(value))
    return number_format(value, force_grouping=True)


@admin.register(Reservation)
class ReservationAdmin(History, OwnedAdmin):
    sees = OWNER
    list_display = ("time", "whose", "model", "state", "tokens_charged", "cost")
    list_filter = (("state", ChoiceFilter),)
    list_select_related = ("contact",)
    fields = readonly_fields = (
        "at", "whose", "model", "state", "tokens", "tokens_in", "tokens_out", "charged", "cost", "ended_at",
    )  # fmt: skip

    @display(description=gettext_lazy("time"), ordering="at")
    def time(self, obj):
        return reading.time_tag(obj.at, timezone.now())

    @display(description=gettext_lazy("contact"))
    def whose(self, obj):
        return obj.contact or _("Try it")

    @display(description=gettext_lazy("charged tokens"), ordering="charged")
    def tokens_charged(self, obj):
        return number_format(obj.charged, force_grouping=True) if obj.charged else ""

    @display(description=gettext_lazy("cost"))
    def cost(self, obj):
        return budget.shown(budget.as_money(obj.charged_money)) if obj.charged_money else ""


@admin.register(Price)
class PriceAdmin(InstallationAdmin):
    """A new price is a new row with its day: what was charged before stays as it was."""

    list_display = ("model", "valid_from", "for_reading", "for_writing", "for_listening")
    search_fields = ("model",)

    def get_fieldsets(self, request, obj=None):
        words = _("In %(currency)s, as AI_CURRENCY says.") % {"currency": settings.AI_CURRENCY}
        prices = {"fields": ("per_million_in", "per_million_out", "per_minute"), "description": words}
        return ((None, {"fields": ("model", "valid_from")}), (_("Prices"), prices))

    @display(description=gettext_lazy("a million tokens in"), ordering="per_million_in")
    def for_reading(self, obj):
        return budget.shown(obj.per_million_in)

    @display(description=gettext_lazy("a million tokens out"), ordering="per_million_out")
    def for_writing(self, obj):
        return budget.shown(obj.per_million_out)

    @display(description=gettext_lazy("a minute of speech"), ordering="per_minute")
    def for_listening(self, obj):
        return budget.shown(obj.per_minute) if obj.per_minute else ""


@admin.register(PromptVersion)
class PromptVersionAdmin(History, OwnedAdmin):
    sees = OWNER
    list_display = ("name", "begins", "created_at")
    fields = readonly_fields = ("created_at", "whole", "digest")

    @display(description=gettext_lazy("version"))
    def name(self, obj):
        return str(obj)

    @display(description=gettext_lazy("text"))
    def begins(self, obj):
        return render_to_string("admin/_one_line.html", {"text": obj.text})

    @display(description=gettext_lazy("text"))
    def whole(self, obj):
        return format_html('<pre class="raw-box raw-text" tabindex="0" dir="auto">{}</pre>', obj.text)
