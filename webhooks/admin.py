"""The admin of what Meta posted. Raw deliveries hold every business's customers: only the installation's owner sees
them. Failed items can be replayed: one, those that are selected, or all that failed since a time.
"""

import json
from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_scopes import scopes_disabled
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts import audit_targets, reading
from accounts.admin_base import (
    OWNER,
    History,
    InstallationAdmin,
    LongList,
    OptionFilter,
    RelatedFilter,
    SharedHistoryAdmin,
    json_box,
    text_box,
)
from accounts.models import WhatsAppNumber

from . import counts, deadletters, naming
from .models import ChannelEvent, Delivery, FailedItem

REQUEST_SECONDS = 10.0  # that a request replays: the rest is the worker's
MOST_SHOWN = 200_000  # bytes of a body: a page with four megabytes of it would freeze


def what_came(business=None) -> list[dict]:
    """The figures of three spans, of a business or of all: for _counts.html."""
    now = timezone.localtime()
    spans = (
        (_("Today"), now.replace(hour=0, minute=0, second=0, microsecond=0)),
        (_("Last 24 hours"), now - timedelta(hours=24)),
        (_("Last 30 days"), now - timedelta(days=30)),
    )
    return [
        {"name": name, "report": counts.report(since, business_id=business and business.pk)} for name, since in spans
    ]


class StateFilter(OptionFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting")), ("failed", _("With a failed item"))]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.filter(processed_at=None)
        if self.value() == "failed":
            return queryset.filter(pk__in=FailedItem.objects.filter(resolved_at=None).values("delivery"))
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(LongList, History, InstallationAdmin):
    list_display = ("id", "received", "size", "signed_with", "state", "items")
    list_filter = (StateFilter,)
    list_before_template = "admin/webhooks/_counts.html"
    fields = ("received_at", "processed_at", "size", "lane", "signed_with", "attempts", "items", "failures", "content")

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"what_came": what_came(), **(extra_context or {})})

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
        return ", ".join(f"{count} {naming.word(word)}" for word, count in obj.outcome.items())

    @display(description=gettext_lazy("failed items"))
    def failures(self, obj):
        rows = [(item.position, naming.kind(item.kind), naming.reason(item.reason)) for item in obj.failed_items.all()]
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


class SolvedFilter(OptionFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", _("Open")), ("asked", _("Replay asked for")), ("solved", _("Solved"))]

    def queryset(self, request, queryset):
        if self.value() == "asked":
            return queryset.filter(resolved_at=None, asked_at__isnull=False)
        if self.value() in ("open", "solved"):
            return queryset.filter(resolved_at__isnull=self.value() == "open")
        return queryset


class FromDelivery:
    """The delivery that a row came with. Its number is enough: the row itself is up to four megabytes."""

    @display(description=gettext_lazy("delivery"))
    def from_delivery(self, obj):
        if obj.delivery_id is None:
            return ""
        url = reverse("admin:webhooks_delivery_change", args=[obj.delivery_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, obj.delivery_id)


class ReplayForm(forms.Form):
    """Which failed items: those since a time in the business's zone, of one number or of all that the person sees."""

    since = forms.DateTimeField(
        label=gettext_lazy("Failed since"), widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    )
    number = forms.ModelChoiceField(
        label=gettext_lazy("Number"), queryset=None, required=False, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args, numbers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["number"].queryset = numbers
        self.fields["number"].empty_label = _("All")


audit_targets.know(faileditem=audit_targets.Kind(FailedItem))


@admin.register(FailedItem)
class FailedItemAdmin(FromDelivery, SharedHistoryAdmin):
    replays = OWNER
    list_display = ("time", "what", "why", "number", "state", "tried", "business")
    list_select_related = ("number", "business")
    list_filter = (SolvedFilter, ("number", RelatedFilter))
    list_before_template = "admin/webhooks/_failed_head.html"
    change_form_outer_before_template = "admin/webhooks/_replay.html"
    actions = ("replay_selected",)

    def get_list_filter(self, request):
        """Numbers to choose from are those of the request's business."""
        return self.list_filter if request.business else (SolvedFilter,)

    def get_fields(self, request, obj=None):
        source = ("from_delivery", "position") if request.user.is_superuser else ()
        return ("created_at", "what", "why", "number", "how", "replays_of", "replayed_at", "became", *source)

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    @display(description=gettext_lazy("time"), ordering="created_at")
    def time(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())

    @display(description=gettext_lazy("kind"), ordering="kind")
    def what(self, obj):
        return naming.kind(obj.kind)

    @display(description=gettext_lazy("reason"), ordering="reason")
    def why(self, obj):
        return naming.reason(obj.reason)

    @display(description=gettext_lazy("state"), label={"open": "danger", "asked": "warning", "solved": "success"})
    def state(self, obj):
        if obj.resolved_at:
            return "solved", _("Solved")
        return ("asked", _("Replay asked for")) if obj.asked_at else ("open", _("Open"))

    @display(description=gettext_lazy("state"))
    def how(self, obj):
        return self.state(obj)[1]

    @display(description=gettext_lazy("replays"))
    def tried(self, obj):
        return obj.replays or ""

    @display(description=gettext_lazy("replays"))
    def replays_of(self, obj):
        return obj.replays

    @display(description=gettext_lazy("became"))
    def became(self, obj):
        return naming.words(obj.outcome)

    # --- replay

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("replay-since/", view(self.replay_since_view), name="webhooks_faileditem_replay_since"),
            path("<int:item_id>/replay/", view(self.replay_view), name="webhooks_faileditem_replay"),
            *super().get_urls(),
        ]

    def has_replay_permission(self, request) -> bool:
        return self.allows(request, self.replays)

    def changelist_view(self, request, extra_context=None):
        business = None if request.user.is_superuser else request.business
        more = {"what_came": what_came(business), "may_replay": self.has_replay_permission(request)}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    @admin.action(description=gettext_lazy("Replay"), permissions=["replay"])
    def replay_selected(self, request, queryset):
        self._replay(request, queryset)

    def replay_view(self, request, item_id):
        return require_POST(self._replay_one)(request, item_id)

    def replay_since_view(self, request):
        return require_http_methods(["GET", "HEAD", "POST"])(self._replay_since)(request)

    def _replay_one(self, request, item_id):
        if not self.has_replay_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(item_id))
        if row is None:
            raise Http404
        self._replay(request, self.get_queryset(request).filter(pk=row.pk))
        return HttpResponseRedirect(reverse("admin:webhooks_faileditem_change", args=[row.pk]))

    def _replay_since(self, request):
        if not self.has_replay_permission(request):
            raise PermissionDenied
        midnight = timezone.localtime().replace(hour=0, minute=0)
        initial = {"since": midnight.strftime("%Y-%m-%dT%H:%M")}
        form = ReplayForm(request.POST or None, numbers=self._numbers(request), initial=initial)
        if form.is_valid():
            wanted = deadletters.open_items(**form.cleaned_data)
            self._replay(request, self.get_queryset(request).filter(pk__in=wanted.values("pk")))
            return HttpResponseRedirect(reverse("admin:webhooks_faileditem_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Replay what failed"),
            "form": form,
            "zone": timezone.get_current_timezone_name(),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/webhooks/replay_since.html", context, status=status)

    def _numbers(self, request):
        if not request.user.is_superuser:
            return WhatsAppNumber.objects.all()
        with scopes_disabled():
            return WhatsAppNumber.objects.all()

    def _replay(self, request, queryset) -> None:
        """Few at once, many by the worker; and a message that says what came of it."""
        rows = queryset.filter(resolved_at=None).order_by()
        ids = list(rows.values_list("pk", flat=True)[: deadletters.MOST_AT_ONCE + 1])
        if len(ids) > deadletters.MOST_AT_ONCE:
            self._hand_over(request, rows)
            return
        if not ids:
            messages.info(request, _("Nothing of it is open: there is nothing to replay."))
            return
        result = deadletters.replay(ids, by=request.user, seconds=REQUEST_SECONDS)
        _tell(request, result)
        if result.left:
            self._hand_over(request, rows.filter(pk__in=result.left))

    def _hand_over(self, request, rows) -> None:
        count = deadletters.ask(rows, by=request.user, now=timezone.now())
        words = ngettext(
            "%(count)s item is replayed in the background. It stays in this list until it is solved.",
            "%(count)s items are replayed in the background. They stay in this list until they are solved.",
            count,
        )
        messages.info(request, words % {"count": count})


def _tell(request, result: deadletters.Result) -> None:
    if result.gone and not (result.done or result.failed):
        messages.info(request, _("It was replayed already."))
    elif not result.failed:
        messages.success(request, _("Replayed: %(done)s done.") % {"done": result.done})
    else:
        words = _("Replayed: %(done)s done, %(failed)s failed again. The reason stands with each.")
        messages.warning(request, words % {"done": result.done, "failed": result.failed})


@admin.register(ChannelEvent)
class ChannelEventAdmin(FromDelivery, LongList, SharedHistoryAdmin):
    list_display = ("time", "field", "kind", "number", "business")
    list_select_related = ("number", "business")
    list_filter = (("number", RelatedFilter),)
    search_fields = ("field", "kind")
    search_help_text = gettext_lazy("Field or kind")

    def get_list_filter(self, request):
        """Numbers to choose from are those of the request's business."""
        return self.list_filter if request.business else ()

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
