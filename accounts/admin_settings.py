"""The admin's page of what an owner sets. preferences.py validates and writes; this is its form."""

from typing import ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from . import allowance, preferences
from .admin_base import NEVER, OwnedAdmin, OwnedForm
from .admin_fields import ClockWidget, HolidaysField, HoursField, LanguagesField
from .models import DAYS, LANGUAGE_NAMES, TEXTS, Business, Settings, User

_TEXT_FIELDS = {f"text_{kind}": kind for kind in TEXTS}
_QUIET = {"quiet_from", "quiet_until"}


class SettingsForm(OwnedForm):
    """The settings, and what of the business itself its owner may change."""

    actor: ClassVar[User]

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the settings that the page showed
    name = forms.CharField(
        label=gettext_lazy("Name of the business"), max_length=120, widget=UnfoldAdminTextInputWidget()
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("All times here are shown in it."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=Business._meta.get_field("language").choices,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("The bot answers in the customer's language; in this one where a message has no words."),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        max_length=3,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Its code of three capitals, such as INR."),
    )
    text_greeting = LanguagesField(
        label=gettext_lazy("Greeting"),
        required=False,
        help_text=gettext_lazy(
            "Who says hello gets it, with the menu of the greeting rule, in the place of its reply."
        ),
    )
    text_away = LanguagesField(
        label=gettext_lazy("Away"),
        required=False,
        help_text=gettext_lazy(
            "Outside opening hours, where no rule answers. {opens} says when you are there again. Empty: your own text for when "
            "no rule answers; where you have not changed that one, our words with the time at which you open."
        ),
    )
    text_handover = LanguagesField(
        label=gettext_lazy("Handover"),
        required=False,
        help_text=gettext_lazy(
            "When a problem, or somebody who wants to talk to a person, is handed over to your team."
        ),
    )
    text_opt_out = LanguagesField(
        label=gettext_lazy("Opt-out"),
        required=False,
        help_text=gettext_lazy("Confirms a STOP, in the place of the opt-out rule's reply."),
    )
    text_automated = LanguagesField(
        label=gettext_lazy("Automated"),
        required=False,
        help_text=gettext_lazy(
            "Stands under the first answer in a conversation that no rule has given. Say that it is automated, and how a person is "
            "reached. Empty: our words for it."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen", preferences.mark(self.instance))
        for field in preferences.OF_BUSINESS:
            self.initial.setdefault(field, getattr(self.instance.business, field))
        for field, kind in _TEXT_FIELDS.items():
            self.initial.setdefault(field, self.instance.texts.get(kind, {}))
        self._say_what_is_allowed()

    def _say_what_is_allowed(self) -> None:
        limits = allowance.limits_of(self.instance.business)
        for field, most, holds in (
            ("ai_daily_tokens", limits.most_daily_tokens, limits.daily_tokens),
            ("ai_calls_per_hour", limits.most_calls_per_hour, limits.calls_per_hour),
        ):
            if field in self.fields:
                self.fields[field].help_text = _("Empty: as much as you are allowed, %(most)s. Now: %(holds)s.") % {
                    "most": number_format(most, force_grouping=True),
                    "holds": number_format(holds, force_grouping=True),
                }

    def given(self) -> dict:
        """What the page says, as preferences.FIELDS; what is wrong by itself is left out."""
        data = self.cleaned_data
        given = {name: data[name] for name in preferences.FIELDS if name in data}
        if not given.keys() >= _QUIET:
            given = {name: value for name, value in given.items() if name not in _QUIET}
        texts = {kind: data[field] for field, kind in _TEXT_FIELDS.items() if field in data}
        return given | ({"texts": {**self.initial_texts, **texts}} if texts else {})

    @property
    def initial_texts(self) -> dict:
        return {kind: self.initial[field] for field, kind in _TEXT_FIELDS.items()}

    def clean(self):
        cleaned = super().clean()
        try:
            preferences.examine(
                self.business, actor=self.actor, seen=preferences.seen_of(cleaned.get("seen", "")), **self.given()
            )
        except preferences.ChangedMeanwhile as error:
            self._tell_who_was_faster(error)
        except ValidationError as error:
            self._tell(error)
        return cleaned

    def _post_clean(self):
        """The row is not put together and validated here too: preferences does both."""

    def _tell_who_was_faster(self, error: preferences.ChangedMeanwhile) -> None:
        """What was typed stays; a second save is no oversight any more."""
        self.add_error(
            None,
            f"{error.story} "
            + _("What you see below is yours and not saved. Save once more to put it in the place of theirs."),
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = preferences.mark(preferences.of(self.business))

    def _tell(self, error: ValidationError) -> None:
        for name, errors in error.error_dict.items():
            field, _dot, path = name.partition(".")
            kind, _dot, language = path.partition(".")
            if field == "texts":
                where = LANGUAGE_NAMES.get(language, language)
                words = [f"{where}: {words}" for words in ValidationError(errors).messages]
                self.add_error(f"text_{kind}", words)
            else:
                self.add_error(field if field in self.fields else None, errors)


_PLACEHOLDERS = gettext_lazy(
    "In the customer's language. A language that you leave empty has the text that stands in the rules. May hold {business}, "
    "{name}, {prices}, {hours}, {opens} (when you are there next) and {delivery_area}."
)
_CLOSED = gettext_lazy("Leave a day empty where you are closed.")
_MODEL = gettext_lazy(
    "It answers what neither a rule nor an answer of yours does. The limits are tighter than what the owner of this installation "
    "allows you."
)


@admin.register(Settings)
class SettingsAdmin(OwnedAdmin):
    form = SettingsForm
    adds = deletes = NEVER
    change_form_before_template = "admin/accounts/_seen.html"

    def get_fieldsets(self, request, obj=None):
        return _FIELDSETS if self.has_change_permission(request, obj) else _SHOWN

    def get_readonly_fields(self, request, obj=None):
        return () if self.has_change_permission(request, obj) else [n for _title, of in _SHOWN for n in of["fields"]]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = request.user
        return form

    def changelist_view(self, request, extra_context=None):
        """There is one row, so the list is its page."""
        row = self.get_queryset(request).first() if self.has_view_permission(request) else None
        if row is None:
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:accounts_settings_change", args=[row.pk]))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("business")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        label = capfirst(db_field.verbose_name)
        if db_field.name == "hours":
            return HoursField(label=label)
        if db_field.name == "holidays":
            return HolidaysField(
                label=label, required=False, help_text=_("Closed all day; {opens} then names a later day.")
            )
        if db_field.name in ("quiet_from", "quiet_until"):
            return forms.TimeField(label=label, required=False, widget=ClockWidget())
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("fallback_text", "fallback_text_hi"):
            field.widget.attrs["rows"] = 4
        return field

    def save_model(self, request, obj, form, change):
        preferences.change(request.business, actor=request.user, **form.given())

    # --- what those see who may not change it

    @display(description=gettext_lazy("business"))
    def shown_business(self, obj):
        business = obj.business
        return ", ".join((business.name, business.time_zone, business.get_language_display(), business.currency))

    @display(description=gettext_lazy("opening hours"))
    def shown_hours(self, obj):
        days = [
            (WEEKDAYS[place], ", ".join("–".join(span) for span in obj.hours.get(day) or []) or _("closed"))
            for place, day in enumerate(DAYS)
        ]
        return render_to_string("admin/_pairs.html", {"pairs": days})

    @display(description=gettext_lazy("holidays"))
    def shown_holidays(self, obj):
        return render_to_string("admin/_pairs.html", {"pairs": [(day["date"], day["name"]) for day in obj.holidays]})

    @display(description=gettext_lazy("texts"))
    def shown_texts(self, obj):
        labels = {kind: SettingsForm.base_fields[field].label for field, kind in _TEXT_FIELDS.items()}
        pairs = [
            (f"{labels[kind]}, {LANGUAGE_NAMES[language]}", text)
            for kind in TEXTS
            for language, text in obj.texts.get(kind, {}).items()
        ]
        return render_to_string("admin/_pairs.html", {"pairs": pairs})

    @display(description=gettext_lazy("quiet time"))
    def shown_quiet(self, obj):
        return f"{obj.quiet_from:%H:%M}–{obj.quiet_until:%H:%M}" if obj.quiet_from and obj.quiet_until else ""


_FIELDSETS = (
    (gettext_lazy("Business"), {"fields": preferences.OF_BUSINESS}),
    (
        gettext_lazy("Opening hours and delivery"),
        {"fields": ("hours", "holidays", "delivery_area"), "description": _CLOSED},
    ),
    (gettext_lazy("The bot"), {"fields": ("bot_on", "auto_return_minutes")}),
    (gettext_lazy("The inbox"), {"fields": ("blue_ticks",)}),
    (gettext_lazy("What the bot says"), {"fields": tuple(_TEXT_FIELDS), "description": _PLACEHOLDERS}),
    (gettext_lazy("When no rule answers"), {"fields": ("fallback_text", "fallback_text_hi")}),
    (
        gettext_lazy("Quiet time"),
        {
            "fields": (("quiet_from", "quiet_until"),),
            "description": gettext_lazy("Follow-ups and offers wait until it is over. Answers leave at any time."),
        },
    ),
    (
        gettext_lazy("Language model"),
        {"fields": ("ai_persona", "ai_instructions", "ai_daily_tokens", "ai_calls_per_hour"), "description": _MODEL},
    ),
    (gettext_lazy("When a customer waits"), {"fields": ("notify_after_minutes",)}),
    (gettext_lazy("Data and sign-in"), {"fields": ("messages_kept_days", "two_factor_required")}),
)
_SHOWN = (
    (gettext_lazy("Business"), {"fields": ("shown_business",)}),
    (gettext_lazy("Opening hours and delivery"), {"fields": ("shown_hours", "shown_holidays", "delivery_area")}),
    (
        gettext_lazy("The bot"),
        {"fields": ("bot_on", "auto_return_minutes", "shown_texts", "fallback_text", "fallback_text_hi")},
    ),
    (gettext_lazy("The inbox"), {"fields": ("blue_ticks",)}),
    (gettext_lazy("Quiet time"), {"fields": ("shown_quiet",)}),
    (gettext_lazy("When a customer waits"), {"fields": ("notify_after_minutes",)}),
    (
        gettext_lazy("Limits"),
        {
            "fields": (
                "ai_persona",
                "ai_instructions",
                "ai_daily_tokens",
                "ai_calls_per_hour",
                "messages_kept_days",
                "two_factor_required",
            )
        },
    ),
)
