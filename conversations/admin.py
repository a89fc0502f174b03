"""The admin of contacts, conversations and messages. A conversation's page is its thread, with a box to answer."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import display

from accounts import audit, audit_targets, reading
from accounts.admin_base import (
    AGENT,
    NEVER,
    OWNER,
    ChoiceFilter,
    History,
    LongList,
    OptionFilter,
    OwnedAdmin,
    OwnedInline,
    RelatedFilter,
    YesNoFilter,
    json_box,
)
from accounts.audit_targets import Kind
from accounts.errors import DomainError
from accounts.models import WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.errors import GraphError, InvalidMessage

from . import admin_team as _team  # noqa: F401 - labels and canned replies have a module of their own
from . import assignment, choosing, deciding, outbound, queries, refusals, search, sending, templates, troubles
from .models import (
    CannedReply,
    ConsentEvent,
    Contact,
    Conversation,
    Identity,
    Label,
    Message,
    MessageChange,
    Note,
    Status,
    Template,
)
from .thread import answered_by, last_words, may_write, reactions_of, thread, trouble_of, waits


class SinceFilter(OptionFilter):
    """Rows since the beginning of a day in the business's zone."""

    title = gettext_lazy("time")
    parameter_name = "since"

    def lookups(self, request, model_admin):
        return [("today", _("Today")), ("week", _("The last 7 days")), ("month", _("The last 30 days"))]

    def queryset(self, request, queryset):
        days = {"today": 0, "week": 6, "month": 29}.get(self.value())
        if days is None:
            return queryset
        return queryset.filter(pk__gte=queries.first_id_of(start_of_day() - timedelta(days=days)))


class StoppedFilter(YesNoFilter):
    title = gettext_lazy("stopped marketing")
    parameter_name = "stopped"

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(opted_out_at__isnull=self.value() == "no")


def start_of_day():
    """Midnight in the active zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def contact_header(contact: Contact) -> tuple[str, str, str]:
    """A contact as unfold's header column shows it: name, phone or username, initials."""
    return contact.display_name, address_of(contact), reading.initials(contact.display_name)


def address_of(contact: Contact) -> str:
    return reading.phone(contact.phone) or (f"@{contact.username}" if contact.username else "")


class ContactSearch:
    """Search for people by name and number, as in the inbox. ``search_fields`` only says that there is a box."""

    search_fields = ("contact",)
    search_help_text = gettext_lazy("Name or phone")

    def get_search_results(self, request, queryset, search_term):
        return (self.of_people(queryset, search_term) if search_term.strip() else queryset), False

    def of_people(self, queryset, words: str):
        return queryset.filter(contact__in=search.contacts_with(words))


class ConversationSearch(ContactSearch):
    """In long tables by the ids of conversations: the planner cannot tell how few people a name has."""

    conversation = "pk"

    def of_people(self, queryset, words: str):
        return queryset.filter(**{f"{self.conversation}__in": search.conversations_with(words)})


# --- contacts -----------------------------------------------------------------------------------------------------------------


class IdentityInline(OwnedInline):
    model = Identity
    fields = readonly_fields = ("kind", "value")


class ConsentSource:
    """Where a customer's word came from; a source without words here stays as it is stored."""

    sources: ClassVar = {
        "message": gettext_lazy("message"),
        "preference": gettext_lazy("the customer's settings in WhatsApp"),
        "agent": gettext_lazy("agent"),
        "error_131050": gettext_lazy("WhatsApp refused an offer"),
    }

    @display(description=gettext_lazy("came by"), ordering="source")
    def came_by(self, obj):
        return self.sources.get(obj.source, obj.source)


class ConsentInline(ConsentSource, OwnedInline):
    model = ConsentEvent
    fields = readonly_fields = ("kind", "came_by", "how", "at")


class ConversationInline(OwnedInline):
    model = Conversation
    fields = readonly_fields = ("thread", "number", "state", "owner", "last_message_at")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("contact", "number").order_by("-created_at")

    @display(description=gettext_lazy("last words"))
    def thread(self, obj):
        url = reverse("admin:conversations_conversation_change", args=[obj.pk])
        words = last_words(obj) or _("See the conversation")
        return format_html('<a class="text-link one-line" href="{}">{}</a>', url, words)


_IN_A_THREAD = (("conversation__contact",), lambda row: row.conversation)
audit_targets.know(
    cannedreply=Kind(CannedReply),
    contact=Kind(Contact),
    conversation=Kind(Conversation, ("contact",)),
    label=Kind(Label),
    message=Kind(Message, *_IN_A_THREAD),  # whose, not what it says
    note=Kind(Note, *_IN_A_THREAD),
    template=Kind(Template),
)


@admin.register(Contact)
class ContactAdmin(ContactSearch, OwnedAdmin):
    """Contacts come from messages. The business may give them a name of its own."""

    adds = deletes = NEVER
    changes = AGENT
    list_display = ("contact", "marketing", "first_seen")
    list_filter = (SinceFilter, StoppedFilter)
    ordering = ("-created_at",)
    fields = ("name", "profile_name", "in_address_book", "number", "username", "email", "opted_out_at", "created_at")
    readonly_fields = ("profile_name", "in_address_book", "number", "username", "email", "opted_out_at", "created_at")
    inlines = (ConversationInline, IdentityInline, ConsentInline)

    def of_people(self, queryset, words: str):
        return queryset.filter(pk__in=search.contacts_with(words))

    @display(description=gettext_lazy("contact"), header=True)
    def contact(self, obj):
        return contact_header(obj)

    @display(description=gettext_lazy("phone"))
    def number(self, obj):
        return reading.phone(obj.phone)

    @display(description=gettext_lazy("in the phone's address book"))
    def in_address_book(self, obj):
        return obj.synced_name

    @display(description=gettext_lazy("marketing"), ordering="opted_out_at")
    def marketing(self, obj):
        return format_html('<span class="chip chip-warn">{}</span>', _("Stopped")) if obj.opted_out_at else ""

    @display(description=gettext_lazy("first seen"), ordering="created_at")
    def first_seen(self, obj):
        return reading.time_tag(obj.created_at, timezone.now())


@admin.register(ConsentEvent)
class ConsentEventAdmin(ConsentSource, ContactSearch, History, OwnedAdmin):
    list_display = ("contact", "kind", "came_by", "time")
    list_filter = (("kind", ChoiceFilter), SinceFilter)
    list_select_related = ("contact",)
    fields = ("contact", "kind", "came_by", "how", "message", "at")
    readonly_fields = ("came_by",)

    @display(description=gettext_lazy("time"), ordering="at")
    def time(self, obj):
        return reading.time_tag(obj.at, timezone.now())


# --- conversations ------------------------------------------------------------------------------------------------------------


class WaitingFilter(YesNoFilter):
    title = gettext_lazy("waits for a person")
    parameter_name = "waiting"

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(waiting_since__isnull=self.value() == "no")


class AnswerForm(forms.Form):
    """An agent's answer. The text's limits are WhatsApp's: outbound.queue_text checks them."""

    text = forms.CharField(required=False, strip=True)
    client_ref = forms.UUIDField(
        error_messages={"required": gettext_lazy("Send it once more."), "invalid": gettext_lazy("Send it once more.")}
    )


@admin.register(Conversation)
class ConversationAdmin(ConversationSearch, LongList, OwnedAdmin):
    """Viewers read, agents answer. All that changes a conversation goes through assignment and outbound."""

    adds = changes = deletes = NEVER
    answers = AGENT
    list_display = ("contact",)  # the template has rows of its own
    list_filter = (
        ("state", ChoiceFilter),
        ("owner", ChoiceFilter),
        WaitingFilter,
        ("number", RelatedFilter),
    )
    list_select_related = ("contact", "number", "assignee")
    ordering = ("-last_message_at", "-id")

    # --- the list

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist is not None:
            now = timezone.now()
            response.context_data["rows"] = [self._row(row, now) for row in changelist.result_list]
            response.context_data["several_numbers"] = WhatsAppNumber.objects.count() > 1
        return response

    def _row(self, conversation: Conversation, now) -> dict:
        contact = conversation.contact
        state = answered_by(conversation)
        return {
            "link": reverse("admin:conversations_conversation_change", args=[conversation.pk]),
            "name": contact.display_name,
            "address": address_of(contact),
            "initials": reading.initials(contact.display_name),
            "time": reading.time_tag(conversation.last_message_at, now),
            "words": last_words(conversation),
            "inbound": conversation.last_message_inbound,
            "unread": conversation.unread,
            "answers": state.answers,
            "icon": state.icon,
            "who": state.who,
            "waits": waits(conversation, now),
            "number": conversation.number,
        }

    # --- the page

    def get_urls(self):
        acts = {
            "answer": self.answer_view,
            "take-over": self.take_over_view,
            "return": self.return_view,
            "close": self.close_view,
            "resend": self.resend_view,
            "dismiss": self.dismiss_view,
            "seen": self.seen_view,
            "thread": self.thread_view,
        }
        return [
            *(
                path(
                    f"<uuid:conversation_id>/{act}/",
                    self.admin_site.admin_view(view),
                    name=f"conversations_conversation_{act}",
                )
                for act, view in acts.items()
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return require_GET(self._thread_page)(request, object_id)

    def _thread_page(self, request, object_id):
        conversation = self._readable(request, object_id)
        return self._page(request, conversation, AnswerForm(initial={"client_ref": uuid4()}))

    def thread_view(self, request, conversation_id):
        """The part of the page that changes, for the browser to fetch again; 304 where it did not change."""
        return require_GET(self._fragment)(request, conversation_id)

    def _fragment(self, request, conversation_id):
        conversation = self._readable(request, conversation_id)
        context = {
            "thread": thread(conversation, timezone.now()),
            "conversation": conversation,
            "may_answer": self.allows(request, self.answers),
        }
        response = HttpResponse(render_to_string("admin/conversations/_thread.html", context, request))
        patch_cache_control(response, private=True, no_cache=True)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response)

    def answer_view(self, request, conversation_id):
        return require_POST(self._answer)(request, conversation_id)

    def take_over_view(self, request, conversation_id):
        return self._act(
            request, conversation_id, lambda c: assignment.take_over(c, by=request.user, now=timezone.now())
        )

    def return_view(self, request, conversation_id):
        return self._act(request, conversation_id, lambda c: assignment.return_to_bot(c, by=request.user))

    def close_view(self, request, conversation_id):
        return self._act(request, conversation_id, lambda c: assignment.close(c, by=request.user, now=timezone.now()))

    def resend_view(self, request, conversation_id):
        """Send a message once more that is not confirmed."""
        return require_POST(self._decide)(request, conversation_id, deciding.resend)

    def dismiss_view(self, request, conversation_id):
        """Leave it as it is."""
        return require_POST(self._decide)(request, conversation_id, deciding.dismiss)

    def seen_view(self, request, conversation_id):
        """The browser says that it shows the thread up to a seq."""
        return require_POST(self._seen)(request, conversation_id)

    # --- how

    def _seen(self, request, conversation_id):
        conversation = self._writable(request, conversation_id)
        up_to = _seq(request.POST.get("up_to", ""))
        if up_to is None:
            return HttpResponseBadRequest()
        assignment.mark_read(conversation, up_to=up_to, by=request.user)
        return HttpResponse(status=204)

    def _readable(self, request, conversation_id) -> Conversation:
        """The one gate of reading. A foreign conversation is as absent as one that never was."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        conversation = self.get_object(request, str(conversation_id))
        if conversation is None:
            raise Http404
        return conversation

    def _writable(self, request, conversation_id) -> Conversation:
        if not self.allows(request, self.answers):
            raise PermissionDenied
        return self._readable(request, conversation_id)

    def _answer(self, request, conversation_id):
        conversation = self._writable(request, conversation_id)
        form = AnswerForm(request.POST)
        if form.is_valid() and self._queue(request, conversation, form):
            return self._back(conversation)
        return self._page(request, conversation, form, status=422)

    def _queue(self, request, conversation: Conversation, form: AnswerForm) -> bool:
        """Queue the answer, once however often it is posted. False with the form's errors where it cannot go."""
        can_write, why_not = may_write(conversation, timezone.now())
        if not can_write:
            form.add_error("text", why_not)
            return False
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            with transaction.atomic():
                outbound.queue_text(
                    conversation, text, by=request.user, client_ref=form.cleaned_data["client_ref"], now=timezone.now()
                )
                transaction.on_commit(sending.wake_up)
        except InvalidMessage as error:
            form.add_error("text", refusals.told(error))
            return False
        except DomainError as error:  # it was closed meanwhile
            form.add_error("text", error.message)
            return False
        return True

    def _decide(self, request, conversation_id, decide):
        conversation = self._writable(request, conversation_id)
        try:
            decided = decide(conversation, request.POST.get("message", ""), by=request.user)
        except ValueError:
            return HttpResponseBadRequest()
        if not decided:
            messages.warning(request, _("There is nothing to decide about this message any more."))
        return self._back(conversation)

    def _act(self, request, conversation_id, act):
        return require_POST(self._acted)(request, conversation_id, act)

    def _acted(self, request, conversation_id, act):
        conversation = self._writable(request, conversation_id)
        try:
            with transaction.atomic():
                done = act(conversation)
        except DomainError:  # it was closed meanwhile
            done = False
        if done is False:
            messages.warning(request, _("This conversation is closed already."))
        return self._back(conversation)

    def _back(self, conversation: Conversation) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:conversations_conversation_change", args=[conversation.pk]))

    def _page(self, request, conversation: Conversation, form: AnswerForm, status: int = 200):
        before = _seq(request.GET.get("before", ""))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": conversation,
            "title": str(conversation.contact),
            "conversation": conversation,
            "contact": conversation.contact,
            "address": address_of(conversation.contact),
            "initials": reading.initials(str(conversation.contact)),
            "thread": thread(conversation, timezone.now(), before=before),
            "form": form,
            "may_answer": self.allows(request, self.answers),
            "in_the_past": before is not None,
            "has_view_permission": True,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/conversations/conversation.html", context, status=status)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.list_select_related)


def _seq(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


# --- messages -----------------------------------------------------------------------------------------------------------------

_COLOURS = dict.fromkeys(Status.values, "") | {
    Status.FAILED.value: "danger",
    Status.CANCELLED.value: "warning",
    Status.UNKNOWN.value: "warning",
    Status.DELIVERED.value: "success",
    Status.READ.value: "success",
    Status.PLAYED.value: "success",
}


class TemplateStateFilter(OptionFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return list(choosing.STATES.items())

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() in choosing.STATES else queryset


@admin.register(Template)
class TemplateAdmin(History, OwnedAdmin):
    """Templates are made and changed at Meta. Here is what it last said of them."""

    refreshes = OWNER
    list_before_template = "admin/conversations/_templates_head.html"
    list_display = ("name", "language", "state", "category", "quality", "reason", "since")
    list_filter = (TemplateStateFilter,)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name")
    fieldsets = (
        (None, {"fields": ("name", "language", "status", "status_at", "reason")}),
        (gettext_lazy("Price and quality"), {"fields": ("category", "next_category", "next_category_at", "quality")}),
        (gettext_lazy("As WhatsApp has it"), {"fields": ("waba_id", "template_id", "content", "listed_at")}),
    )
    readonly_fields = ("content",)

    def get_urls(self):
        fetch = path("fetch/", self.admin_site.admin_view(self.fetch_view), name="conversations_template_fetch")
        return [fetch, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may_fetch = self.allows(request, self.refreshes)
        return super().changelist_view(request, {"may_fetch": may_fetch, **(extra_context or {})})

    def fetch_view(self, request):
        """Ask WhatsApp for its list now."""
        return require_POST(self._fetch)(request)

    def _fetch(self, request):
        if not self.allows(request, self.refreshes):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:conversations_template_changelist"))
        try:
            count = templates.refresh(request.business)
        except (GraphError, SecretError) as error:
            told = troubles.tell(getattr(error, "code", None), str(error))
            messages.error(request, f"{told.what} {told.do}")
            return back
        audit.record("template.fetched", business=request.business, actor=request.user, count=count)
        words = ngettext("WhatsApp has %(count)s template.", "WhatsApp has %(count)s templates.", count)
        messages.success(request, words % {"count": count})
        return back

    @display(
        description=gettext_lazy("state"),
        ordering="status",
        label={
            "APPROVED": "success",
            "PENDING": "info",
            "REJECTED": "danger",
            "PAUSED": "warning",
            "DISABLED": "danger",
        },
    )
    def state(self, obj):
        return obj.status, choosing.STATES.get(obj.status) or obj.status or "?"

    @display(description=gettext_lazy("since"), ordering="status_at")
    def since(self, obj):
        return reading.time_tag(obj.status_at, timezone.now())

    @display(description=gettext_lazy("parts"))
    def content(self, obj):
        return json_box(obj.components)


@admin.register(Message)
class MessageAdmin(ConversationSearch, LongList, History, OwnedAdmin):
    list_display = ("time", "with_", "by", "words", "state")
    list_filter = (
        SinceFilter,
        ("direction", ChoiceFilter),
        ("source", ChoiceFilter),
        ("status", ChoiceFilter),
        ("number", RelatedFilter),
    )
    list_select_related = ("conversation__contact",)
    ordering = ("-id",)  # ids begin with the time: the primary key is the order
    conversation = "conversation"
    fieldsets = (
        (None, {"fields": ("thread", "direction", "kind", "body", "by", "purpose", "wa_timestamp")}),
        (
            gettext_lazy("What became of it since"),
            {"fields": ("original_text", "edited_at", "revoked_at", "reacted", "history")},
        ),
        (
            gettext_lazy("How far it got"),
            {"fields": ("status", "trouble", "sent_at", "delivered_at", "read_at", "attempt", "doubled_at")},
        ),
        (gettext_lazy("As WhatsApp has it"), {"fields": ("number", "wamid", "reply_to", "price", "content")}),
    )
    readonly_fields = ("thread", "body", "by", "reacted", "history", "trouble", "price", "content")

    @display(description=gettext_lazy("conversation"))
    def thread(self, obj):
        url = reverse("admin:conversations_conversation_change", args=[obj.conversation_id])
        return format_html('<a class="text-link" href="{}#m-{}">{}</a>', url, obj.pk, obj.conversation.contact)

    @display(description=gettext_lazy("reactions"))
    def reacted(self, obj):
        return " ".join(reactions_of(obj))

    @display(description=gettext_lazy("changes"))
    def history(self, obj):
        """Its edits, deletion and reactions as they came: rows that belong to a wamid, not to a message that is
        there."""
        changes = MessageChange.objects.filter(number=obj.number_id, target=obj.wamid or "").order_by("at", "wamid")
        return render_to_string("admin/conversations/_changes.html", {"changes": changes}) if changes else ""

    @display(description=gettext_lazy("time"), ordering="pk")
    def time(self, obj):
        return reading.time_tag(obj.wa_timestamp, timezone.now())

    @display(description=gettext_lazy("contact"))
    def with_(self, obj):
        return str(obj.conversation.contact)

    @display(description=gettext_lazy("by"))
    def by(self, obj):
        return " · ".join(filter(None, [obj.get_source_display(), obj.source_name]))

    @display(description=gettext_lazy("text"))
    def words(self, obj):
        words = format_html('<span class="one-line">{}</span>', obj.text[:160] or f"[{obj.kind}]")
        told = trouble_of(obj)
        if told is None:
            return words
        why = '<div class="with-why">{}<span class="why" title="{}"><b>{}</b> {}</span></div>'
        return format_html(why, words, told.source, told.what, told.do)

    @display(description=gettext_lazy("text"))
    def body(self, obj):
        return format_html('<div class="bubble-text" dir="auto">{}</div>', obj.text)

    @display(description=gettext_lazy("status"), ordering="status", label=_COLOURS)
    def state(self, obj):
        return obj.status, obj.get_status_display()

    @display(description=gettext_lazy("what went wrong"))
    def trouble(self, obj):
        told = trouble_of(obj)
        if told is None:
            return ""
        return format_html('<div>{}</div><div>{}</div><div class="dim">{}</div>', told.what, told.do, told.source)

    @display(description=gettext_lazy("price"))
    def price(self, obj):
        return json_box(obj.pricing) if obj.pricing else ""

    @display(description=gettext_lazy("content"))
    def content(self, obj):
        return json_box(obj.payload)
