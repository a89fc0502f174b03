"""The owner's side as a whole: its first page, its navigation, the choice of the business, and what belongs to no app.

The pages of rows stand in each app's admin.py, on accounts.admin_base.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from accounts import businesses, preferences, reading
from accounts.access import choose_business, may
from accounts.admin_base import OWNER, InstallationAdmin, yes_no
from accounts.models import Business, User, WhatsAppNumber
from accounts.signin import views as signin
from aibot import answers, standing
from conversations import queries, stopping, thread
from conversations.admin import start_of_day
from conversations.models import Conversation, Status
from leads.models import Lead

from . import number_page, onboarding

WARNED_FOR = timedelta(days=7)
SHOWN = 8  # waiting conversations on the first page


# --- the first page -----------------------------------------------------------------------------------------------------------


def dashboard(request, context: dict) -> dict:
    """Today's few numbers of the current business, and who waits. Each links to its rows."""
    if request.business is None:
        return context
    waiting = queries.waiting()
    rows = list(waiting[:SHOWN])
    count = len(rows) if len(rows) < SHOWN else waiting.count()
    numbers = WhatsAppNumber.objects.only(
        "display_phone_number", "phone_number_id", "stopped_reason", "stopped_at", "warning", "warned_at"
    )
    context |= {
        "title": str(request.business),
        "figures": _figures(count),
        "waiting": [_waiting(row, timezone.now()) for row in rows],
        "more_waiting": count - len(rows),
        "all_waiting": _all_waiting(),
        "all_conversations": _list("conversations", "conversation"),
        "numbers": [
            (number, stopping.in_words(number) if number.stopped_at else _warning(number)) for number in numbers
        ],
        "is_owner": may(request.role, OWNER),
        "by_letters": answers.matcher() == answers.TRIGRAMS and bool(answers.has_any({request.business.pk})),
        **_of_the_model(request.business),
    }
    return context


def _of_the_model(business: Business) -> dict:
    model = standing.of(business, timezone.now())
    return {"model": model, "model_most": number_format(model.most, force_grouping=True)}


def _warning(number: WhatsAppNumber) -> str:
    """What WhatsApp warned of, as long as it is news."""
    return number.warning if number.warned_at and timezone.now() - number.warned_at < WARNED_FOR else ""


def _figures(waiting: int) -> list[dict]:
    midnight = start_of_day()
    traffic = queries.traffic(midnight)
    leads = Lead.objects.filter(pk__gte=queries.first_id_of(midnight)).count()
    messages = f"{_list('conversations', 'message')}?since=today"
    failed = f"{messages}&status__exact={Status.FAILED.value}"
    return [
        _figure(_("Wait for a person"), waiting, _all_waiting(), "warn" if waiting else ""),
        _figure(_("Messages received today"), traffic.received, f"{messages}&direction__exact=in"),
        _figure(_("Our messages today"), traffic.ours, f"{messages}&direction__exact=out"),
        _figure(_("Not delivered today"), traffic.failed, failed, "bad" if traffic.failed else ""),
        _figure(_("New leads today"), leads, f"{_list('leads', 'lead')}?since=today"),
    ]


def _waiting(row: Conversation, now: datetime) -> dict:
    return {
        "name": str(row.contact),
        "initials": reading.initials(str(row.contact)),
        "words": thread.last_words(row),
        "since": reading.time_tag(row.waiting_since, now),
        "link": reverse("admin:conversations_conversation_change", args=[row.pk]),
    }


def _all_waiting() -> str:
    return f"{_list('conversations', 'conversation')}?waiting=yes&state__exact=open"


def _figure(label: str, number: int, link: str, tone: str = "") -> dict:
    return {"label": label, "number": number, "link": link, "tone": tone}


def _list(app: str, model: str) -> str:
    return reverse(f"admin:{app}_{model}_changelist")


# --- navigation ---------------------------------------------------------------------------------------------------------------

# Group, then (title, icon, app, model). Who sees it, the model's own admin class says.
_GROUPS = (
    (
        gettext_lazy("Customers"),
        (
            (gettext_lazy("Conversations"), "forum", "conversations", "conversation"),
            (gettext_lazy("Contacts"), "person", "conversations", "contact"),
            (gettext_lazy("Leads"), "trending_up", "leads", "lead"),
            (gettext_lazy("Proposals"), "lightbulb", "leads", "proposal"),
            (gettext_lazy("Messages"), "chat_bubble", "conversations", "message"),
        ),
    ),
    (
        gettext_lazy("The bot"),
        (
            (gettext_lazy("Rules"), "rule", "aibot", "rule"),
            (gettext_lazy("Test lines"), "fact_check", "aibot", "trap"),
            (gettext_lazy("Answers"), "question_answer", "aibot", "answer"),
            (gettext_lazy("Turns"), "psychology", "aibot", "turn"),
            (gettext_lazy("Products"), "sell", "accounts", "product"),
            (gettext_lazy("Settings"), "tune", "accounts", "settings"),
        ),
    ),
    (
        gettext_lazy("Business"),
        (
            (gettext_lazy("Numbers"), "call", "accounts", "whatsappnumber"),
            (gettext_lazy("Templates"), "article", "conversations", "template"),
            (gettext_lazy("Members"), "group", "accounts", "membership"),
        ),
    ),
    (
        gettext_lazy("History"),
        (
            (gettext_lazy("Consent"), "verified_user", "conversations", "consentevent"),
            (gettext_lazy("Channel events"), "campaign", "webhooks", "channelevent"),
            (gettext_lazy("Failed items"), "error", "webhooks", "faileditem"),
            (gettext_lazy("Calls of the model"), "payments", "aibot", "reservation"),
            (gettext_lazy("Budgets of the model"), "savings", "aibot", "budget"),
            (gettext_lazy("Prompts"), "edit_note", "aibot", "promptversion"),
            (gettext_lazy("Audit log"), "history", "accounts", "auditevent"),
        ),
    ),
    (
        gettext_lazy("Installation"),
        (
            (gettext_lazy("Businesses"), "storefront", "accounts", "business"),
            (gettext_lazy("People"), "badge", "accounts", "user"),
            (gettext_lazy("Prices of models"), "request_quote", "aibot", "price"),
            (gettext_lazy("Deliveries"), "inbox", "webhooks", "delivery"),
            (gettext_lazy("Periodic tasks"), "timer", "django_celery_beat", "periodictask"),
        ),
    ),
)

# What has a page of its own outside the admin.
_PAGES = {("accounts", "membership"): reverse_lazy("account_members")}


def navigation(request) -> list[dict]:
    """The sidebar: what the person's role may see, in the current business."""
    groups = [
        {
            "title": None,
            "items": [
                {"title": _("Today"), "icon": "today", "link": reverse("admin:index")},
                *([{"title": _("Inbox"), "icon": "forum", "link": reverse("inbox")}] if request.business else []),
            ],
        }
    ]
    for title, entries in _GROUPS:
        items = [
            {"title": name, "icon": icon, "link": _PAGES.get((app, model)) or _list(app, model)}
            for name, icon, app, model in entries
            if _sees(request, app, model)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _sees(request, app: str, model: str) -> bool:
    registered = next(
        a for m, a in admin.site._registry.items() if (m._meta.app_label, m._meta.model_name) == (app, model)
    )
    return registered.has_view_permission(request)


def favicon(request) -> str:
    return static("owner/icon.svg")


def environment_badge(request):
    """Nothing in production: a badge that is always there is not read."""
    badges = {"embedded": [_("Demo"), "info"], "test": [_("Test"), "warning"]}
    return badges.get(settings.ENVIRONMENT)


# --- the current business -----------------------------------------------------------------------------------------------------


@require_POST
def choose(request, business_id):
    """Work in another business from now on; 404 for one where the person has no place."""
    if not choose_business(request, business_id):
        raise Http404
    return HttpResponseRedirect(reverse("admin:index"))


def _no_search(request):
    """unfold's search of pages keeps its results for five minutes, over a change of role or business."""
    raise Http404


admin.site.search = _no_search
admin.site.login = signin.admin_login
admin.site.logout = signin.admin_logout
admin.site.password_change = signin.admin_password_change
admin.site.extra_urls = lambda: [
    path("business/<uuid:business_id>/", admin.site.admin_view(choose), name="choose_business"),
    *number_page.urls,
]


class NewBusinessForm(forms.ModelForm):
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=User.objects.filter(is_active=True),
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Somebody new is added under People first."),
    )


@admin.register(Business)
class BusinessAdmin(InstallationAdmin):
    """Businesses are switched off, never deleted: all that their customers wrote hangs on them."""

    deletes = False
    list_display = ("name", "slug", "language", "time_zone", "active", "granted", "enter")
    list_filter = (yes_no("active", gettext_lazy("active")),)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "time_zone", "language", "currency", "active", "ai_daily_tokens")
    add_fieldsets = ((None, {"fields": ("name", "slug", "owner", "time_zone", "language", "currency")}),)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **kwargs if obj else {"form": NewBusinessForm, **kwargs})

    def business_of(self, obj):
        return obj

    def save_model(self, request, obj, form, change):
        if change:
            self._change(request, obj, form)
            return
        given = {name: form.cleaned_data[name] for name in ("slug", "time_zone", "language", "currency")}
        made = onboarding.open_business(obj.name, owner=form.cleaned_data["owner"], **given)
        obj.pk = made.pk

    def _change(self, request, obj, form):
        given = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        own = {name: value for name, value in given.items() if name in preferences.OF_BUSINESS}
        ours = {name: value for name, value in given.items() if name in businesses.OF_INSTALLATION}
        preferences.change(obj, actor=request.user, **own)
        businesses.administer(obj, actor=request.user, **ours)

    @display(description=gettext_lazy("model tokens a day"), ordering="ai_daily_tokens")
    def granted(self, obj):
        return "" if obj.ai_daily_tokens is None else number_format(obj.ai_daily_tokens, force_grouping=True)

    @display(description=gettext_lazy("Enter"))
    def enter(self, obj):
        """A button of the list's own form: its address is another one."""
        url = reverse("admin:choose_business", args=[obj.pk])
        if not obj.active:
            return ""
        return format_html('<button class="text-link" type="submit" formaction="{}">{}</button>', url, _("Enter"))


# --- names of columns ---------------------------------------------------------------------------------------------------------

# Columns that the models call by their Python names alone, as the pages call them.
_COLUMNS = {
    "actor": gettext_lazy("who"),
    "after": gettext_lazy("after"),
    "asked_at": gettext_lazy("replay asked for"),
    "at": gettext_lazy("time"),
    "attempt": gettext_lazy("attempt"),
    "before": gettext_lazy("before"),
    "business": gettext_lazy("business"),
    "contact": gettext_lazy("contact"),
    "conversation": gettext_lazy("conversation"),
    "direction": gettext_lazy("direction"),
    "kind": gettext_lazy("kind"),
    "lane": gettext_lazy("lane"),
    "message": gettext_lazy("message"),
    "number": gettext_lazy("number"),
    "owner": gettext_lazy("owner"),
    "reply_to": gettext_lazy("reply to"),
    "source": gettext_lazy("came by"),
    "waba_id": gettext_lazy("WABA id"),
    "wamid": "wamid",
    "what": gettext_lazy("what changed"),
}


_OURS = ("accounts", "conversations", "leads", "aibot", "webhooks")


def _name_columns() -> None:
    """Here and not in the models, where each name would be a migration."""
    for model in apps.get_models():
        for field in model._meta.fields if model._meta.app_label in _OURS else ():
            if field.name in _COLUMNS and field.verbose_name == field.name.replace("_", " "):
                field.verbose_name = _COLUMNS[field.name]


_name_columns()

# --- what others registered ---------------------------------------------------------------------------------------------------

# Schedules, used tokens, and the second factor's secrets are nothing to look at or to change by hand.
for _model in (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
    OutstandingToken,
    BlacklistedToken,
    EmailAddress,
    Authenticator,
):
    admin.site.unregister(_model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(InstallationAdmin):
    """What the beat starts. The tasks come from the settings; here they can be looked at and switched off."""

    adds = deletes = False
    list_display = ("name", "enabled", "task", "interval", "last_run_at")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    fields = ("name", "task", "enabled", "interval", "queue", "expire_seconds", "last_run_at", "total_run_count")
    readonly_fields = ("name", "task", "interval", "queue", "expire_seconds", "last_run_at", "total_run_count")
