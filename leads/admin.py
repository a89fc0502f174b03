"""The admin of leads. Each change of one is written into its history."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display

from accounts import audit_targets, reading
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


audit_targets.know(lead=audit_targets.Kind(Lead, ("contact",)))


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
    list_display = ("whose", "fact", "value", "standing", "decide", "since")
    list_filter = (("state", ChoiceFilter), ("what", ChoiceFilter))
    list_select_related = ("lead__contact",)
    ordering = (Case(When(state=Proposal.State.OPEN, then=0), default=1), "-created_at")
    search_fields = ("lead__contact__name", "lead__contact__profile_name", "lead__contact__phone")
    search_help_text = gettext_lazy("Name or phone")
    actions = ("accept_selected", "dismiss_selected")

    def get_fields(self, request, obj=None):
        decided = ("decided_by", "decided_at") if obj and obj.decided_at else ("decide",)
        return ("fact", "value", "lead", "source", "state", "created_at", *decided)

    get_readonly_fields = get_fields

    def get_list_display(self, request):
        shown = super().get_list_display(request)
        return shown if self.has_decide_permission(request) else [name for name in shown if name != "decide"]

    def has_decide_permission(self, request) -> bool:
        return self.allows(request, self.decides)

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide_view)
        acts = [
            path(f"<uuid:proposal_id>/{act}/", decide, {"act": act}, name=f"leads_proposal_{act}") for act in _DECISIONS
        ]
        return [*acts, *super().get_urls()]

    def decide_view(self, request, proposal_id, act):
        return require_POST(self._decide_one)(request, proposal_id, act)

    def _decide_one(self, request, proposal_id, act):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(proposal_id))
        if row is None:
            raise Http404
        self._decide(request, [row], _DECISIONS[act])
        return HttpResponseRedirect(reverse("admin:leads_proposal_changelist"))

    @admin.action(description=gettext_lazy("Accept"), permissions=["decide"])
    def accept_selected(self, request, queryset):
        self._decide(request, queryset, proposals.accept)

    @admin.action(description=gettext_lazy("Dismiss"), permissions=["decide"])
    def dismiss_selected(self, request, queryset):
        self._decide(request, queryset, proposals.dismiss)

    def _decide(self, request, rows, act) -> None:
        done = 0
        for row in rows:
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

    @display(description=gettext_lazy("what was read"), ordering="what")
    def fact(self, obj):
        return capfirst(obj.get_what_display())

    @display(description=gettext_lazy("decide"))
    def decide(self, obj):
        """Buttons of the page's own form: their addresses are others."""
        if obj.state != Proposal.State.OPEN:
            return ""
        return format_html(
            '<span class="row-acts">{}</span>',
            format_html_join(
                "",
                '<button class="button" type="submit" formaction="{}">{}</button>',
                (
                    (reverse(f"admin:leads_proposal_{act}", args=[obj.pk]), words)
                    for act, words in (("accept", _("Accept")), ("dismiss", _("Dismiss")))
                ),
            ),
        )

    @display(description=gettext_lazy("state"), label={"open": "warning", "accepted": "success", "dismissed": ""})
    def standing(self, obj):
        return obj.state, obj.get_state_display()

    @display(description=gettext_lazy("read in"))
    def source(self, obj):
        link = reverse("admin:conversations_conversation_change", args=[obj.message.conversation_id])
        return format_html('<a class="text-link" dir="auto" href="{}">“{}”</a>', link, obj.message.text)

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())


_DECISIONS = {"accept": proposals.accept, "dismiss": proposals.dismiss}


def _shown(lead: Lead, name: str) -> str:
    value = getattr(lead, name)
    return "" if value is None else str(value)[:200]
