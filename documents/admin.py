"""The files of a business: what came, what went, what did not work. Nobody edits one; what failed may be fetched
again."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from accounts import audit_targets, reading
from accounts.admin_base import AGENT, ChoiceFilter, History, LongList, OwnedAdmin

from . import fetching
from .models import Document

_COLOURS = {
    "draft": "",
    "kept": "",
    "waiting": "warning",
    "fetching": "info",
    "stored": "success",
    "quarantined": "danger",
    "failed": "danger",
    "expired": "danger",
}


audit_targets.know(document=audit_targets.Kind(Document))


@admin.register(Document)
class DocumentAdmin(LongList, History, OwnedAdmin):
    retries = AGENT
    list_display = ("what", "kind", "came", "how", "bytes", "since")
    list_filter = (("state", ChoiceFilter), ("kind", ChoiceFilter), ("direction", ChoiceFilter))
    ordering = ("-created_at",)
    fields = (
        "what",
        "kind",
        "came",
        "how",
        "sentence",
        "declared",
        "mime",
        "bytes",
        "attempts",
        "next_try_at",
        "created_at",
        "stored_at",
        "opened",
        "text",
        "read_by",
        "read_why",
        "read_at",
    )
    readonly_fields = fields
    change_form_outer_before_template = "admin/documents/_retry.html"

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<uuid:document_id>/retry/", view(self.retry_view), name="documents_document_retry"),
            *super().get_urls(),
        ]

    def retry_view(self, request, document_id):
        return require_POST(self._retry)(request, document_id)

    def _retry(self, request, document_id):
        if not self.allows(request, self.retries):
            raise PermissionDenied
        row = self.get_object(request, str(document_id))
        if row is None:
            raise Http404
        if fetching.try_again(row, timezone.now()):
            self.record(request, "retried", row)
            messages.success(request, _("It is fetched from WhatsApp once more."))
        else:
            messages.info(request, _("There is nothing to fetch: it is here, or WhatsApp has it no more."))
        return HttpResponseRedirect(reverse("admin:documents_document_change", args=[row.pk]))

    def has_retry_permission(self, request) -> bool:
        return self.allows(request, self.retries)

    @display(description=gettext_lazy("file"), ordering="name")
    def what(self, obj):
        return str(obj)

    @display(description=gettext_lazy("direction"), ordering="direction")
    def came(self, obj):
        return obj.get_direction_display()

    @display(description=gettext_lazy("state"), ordering="state", label=_COLOURS)
    def how(self, obj):
        return obj.state, obj.get_state_display()

    @display(description=gettext_lazy("why"))
    def sentence(self, obj):
        return obj.sentence

    @display(description=gettext_lazy("size"), ordering="size")
    def bytes(self, obj):
        if obj.size is None:
            return ""
        return f"{obj.size / 1024:,.0f} kB" if obj.size < 1024 * 1024 else f"{obj.size / 1024 / 1024:,.1f} MB"

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())

    @display(description=gettext_lazy("file"))
    def opened(self, obj):
        if not obj.is_shown:
            return ""
        return format_html(
            '<a class="text-link" href="{}">{}</a>', reverse("documents:file", args=[obj.pk]), _("Open the file")
        )
