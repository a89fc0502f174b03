"""The admin of leads. Each change of one is written into its history."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from accounts import reading
from accounts.admin_base import AGENT, NEVER, ChoiceFilter, OwnedAdmin, OwnedInline
from accounts.errors import DomainError
from accounts.money import amount
from conversations.admin import ContactSearch, SinceFilter, contact_header

from . import proposals
from .models import Lead, LeadEvent, Proposal

_SOURCES = {"whatsapp": "WhatsApp", "ad": gettext_lazy("Advertisement"), "post": gettext_lazy("Post")}
_COLOURS = {
    "new": "primary",
    "contacted": "info",
    "qualified": "info",
    "converted": "success",
    "paid": "success",
    "lost": "",
}


class LeadEventInline(OwnedInline):
    model = LeadEvent
    fields = readonly_fields = ("at", "actor", "what", "before", "after")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor")


@admin.register(Lead)
class LeadAdmin(ContactSearch, OwnedAdmin):
    """Leads come from messages. Agents move them along."""

    adds = deletes = NEVER
    changes = AGENT
    list_display = ("lead", "stage", "product_interest", "worth", "owner", "came_by", "since")
    list_filter = (("status", ChoiceFilter), SinceFilter)
    list_select_related = ("contact", "owner", "business")
    ordering = ("-created_at",)
    fields = ("contact", "status", "product_interest", "value", "owner", "came_by", "created_at")
    readonly_fields = ("contact", "came_by", "created_at")
    inlines = (LeadEventInline,)

    def save_model(self, request, obj, form, change):
        before = Lead.objects.select_related("owner").get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        LeadEvent.objects.bulk_create(
            LeadEvent(
                business=obj.business,
                lead=obj,
                actor=request.user,
                what=name,
                before=_shown(before, name),
                after=_shown(obj, name),
            )
            for name in form.changed_data
        )

    @display(description=gettext_lazy("lead"), header=True)
    def lead(self, obj):
        return contact_header(obj.contact)

    @display(description=gettext_lazy("stage"), ordering="status", label=_COLOURS)
    def stage(self, obj):
        return obj.status, obj.get_status_display()

    @display(description=gettext_lazy("value"), ordering="value")
    def worth(self, obj):
        return "" if obj.value is None else amount(obj.value, obj.business.currency)

    @display(description=gettext_lazy("came by"), ordering="source")
    def came_by(self, obj):
        return _SOURCES.get(obj.source, obj.source)

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())


@admin.register(Proposal)
class ProposalAdmin(ContactSearch, OwnedAdmin):
    """What the language model has read about leads. An agent accepts or dismisses it; only then does anything change."""

    adds = changes = deletes = NEVER
    decides = AGENT
    list_display = ("whose", "what", "value", "standing", "since")
    list_filter = (("state", ChoiceFilter), ("what", ChoiceFilter))
    list_select_related = ("lead__contact",)
    search_fields = ("lead__contact__name", "lead__contact__profile_name", "lead__contact__phone")
    search_help_text = gettext_lazy("Name or phone")
    fields = readonly_fields = ("lead", "what", "value", "source", "state", "decided_by", "decided_at", "created_at")
    actions = ("accept_selected", "dismiss_selected")

    def has_decide_permission(self, request) -> bool:
        return self.allows(request, self.decides)

    @admin.action(description=gettext_lazy("Accept"), permissions=["decide"])
    def accept_selected(self, request, queryset):
        self._decide(request, queryset, proposals.accept)

    @admin.action(description=gettext_lazy("Dismiss"), permissions=["decide"])
    def dismiss_selected(self, request, queryset):
        self._decide(request, queryset, proposals.dismiss)

    def _decide(self, request, queryset, act) -> None:
        done = 0
        for row in queryset:
            try:
                act(row, actor=request.user, now=timezone.now())
                done += 1
            except DomainError as error:
                messages.warning(request, f"{row}: {error.message}")
        if done:
            words = ngettext("%(count)s proposal decided.", "%(count)s proposals decided.", done)
            messages.success(request, words % {"count": done})

    @display(description=gettext_lazy("lead"), header=True)
    def whose(self, obj):
        return contact_header(obj.lead.contact)

    @display(description=gettext_lazy("state"), label={"open": "warning", "accepted": "success", "dismissed": ""})
    def standing(self, obj):
        return obj.state, obj.get_state_display()

    @display(description=gettext_lazy("read in"))
    def source(self, obj):
        return obj.message.text

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())


def _shown(lead: Lead, name: str) -> str:
    value = getattr(lead, name)
    return "" if value is None else str(value)[:200]
