"""The admin of what Meta posted. Raw deliveries hold every business's customers: only the installation's owner sees
them.
"""

import json

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import reading
from accounts.admin_base import (
    History,
    InstallationAdmin,
    LongList,
    OptionFilter,
    SharedHistoryAdmin,
    YesNoFilter,
    json_box,
    text_box,
)

from .models import ChannelEvent, Delivery, FailedItem

MOST_SHOWN = 200_000  # bytes of a body: a page with four megabytes of it would freeze


class StateFilter(OptionFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting")), ("failed", _("With a failed item"))]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.filter(processed_at=None)
        if self.value() == "failed":
            return queryset.filter(pk__in=FailedItem.objects.values("delivery"))
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(LongList, History, InstallationAdmin):
    list_display = ("id", "received", "size", "signed_with", "state", "items")
    list_filter = (StateFilter,)
    fields = ("received_at", "processed_at", "size", "lane", "signed_with", "attempts", "items", "failures", "content")

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @display(description=gettext_lazy("received"), ordering="received_at")
    def received(self, obj):
        return reading.time_tag(obj.received_at, timezone.now())

    @display(description=gettext_lazy("signed with"))
    def signed_with(self, obj):
        return _("The installation's secret") if obj.verified_by == "installation" else _("A number's own secret")

    @display(description=gettext_lazy("state"), label={"waiting": "warning", "failed": "danger", "done": "success"})
    def state(self, obj):
        if obj.processed_at is None:
            return "waiting", _("Waiting")
        return ("failed", _("Failed item")) if obj.outcome.get("failed") else ("done", _("Worked off"))

    @display(description=gettext_lazy("items"))
    def items(self, obj):
        return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in obj.outcome.items())

    @display(description=gettext_lazy("failed items"))
    def failures(self, obj):
        rows = [(item.position, item.kind, item.reason) for item in obj.failed_items.all()]
        return format_html_join("", "<div>{}. {}: {}</div>", rows)

    @display(description=gettext_lazy("body"))
    def content(self, obj):
        return format_html("{}{}", text_box(laid_out(bytes(obj.body))), _shortened(obj))


def laid_out(body: bytes) -> str:
    """A body as people read it: JSON with its lines, anything else as it came."""
    text = body[:MOST_SHOWN].decode("utf-8", "replace")
    if len(body) > MOST_SHOWN:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _shortened(obj: Delivery) -> str:
    return _("Only the first %(bytes)s bytes are shown.") % {"bytes": MOST_SHOWN} if obj.size > MOST_SHOWN else ""


class SolvedFilter(YesNoFilter):
    title = gettext_lazy("solved")
    parameter_name = "solved"

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "no")


class FromDelivery:
    """The delivery that a row came with. Its number is enough: the row itself is up to four megabytes."""

    @display(description=gettext_lazy("delivery"))
    def from_delivery(self, obj):
        if obj.delivery_id is None:
            return ""
        url = reverse("admin:webhooks_delivery_change", args=[obj.delivery_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, obj.delivery_id)


@admin.register(FailedItem)
class FailedItemAdmin(FromDelivery, SharedHistoryAdmin):
    list_display = ("time", "kind", "reason", "number", "solved", "business")
    list_select_related = ("number", "business")
    list_filter = (SolvedFilter,)

    def get_fields(self, request, obj=None):
        source = ("from_delivery", "position") if request.user.is_superuser else ()
        return ("created_at", "kind", "reason", "number", "resolved_at", *source)

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    @display(description=gettext_lazy("time"), ordering="created_at")
    def time(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())

    @display(description=gettext_lazy("state"), label={"open": "danger", "solved": "success"})
    def solved(self, obj):
        return ("solved", _("Solved")) if obj.resolved_at else ("open", _("Open"))


@admin.register(ChannelEvent)
class ChannelEventAdmin(FromDelivery, LongList, SharedHistoryAdmin):
    list_display = ("time", "field", "kind", "number", "business")
    list_select_related = ("number", "business")
    search_fields = ("field", "kind")

    def get_fields(self, request, obj=None):
        source = ("from_delivery",) if request.user.is_superuser else ()
        return ("created_at", "field", "kind", "number", "waba_id", *source, "content")

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    @display(description=gettext_lazy("time"), ordering="created_at")
    def time(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())

    @display(description=gettext_lazy("content"))
    def content(self, obj):
        return json_box(obj.payload)
