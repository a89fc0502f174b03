"""The admin of rules: phrases one a line, buttons as three rows, and the reply as the customer gets it."""

from django import forms
from django.contrib import admin
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.admin_base import ChoiceFilter, OwnedAdmin, OwnedForm, yes_no
from accounts.admin_fields import TemplateWidget

from .models import Rule
from .rules import render, shop_of

MOST_BUTTONS = 3


class ButtonsWidget(TemplateWidget):
    """Rows of what a button says and which intent it leads to."""

    template = "admin/aibot/_buttons.html"

    def inputs(self, name, value):
        buttons = [b for b in value if isinstance(b, dict)] if isinstance(value, list) else []
        rows = [*buttons, *[{}] * MOST_BUTTONS][: max(MOST_BUTTONS, len(buttons))]
        intents: type[TextChoices] = Rule.Intent
        return {
            "rows": [
                {
                    "number": number + 1,
                    "title_name": f"{name}-{number}-title",
                    "title": row.get("title", ""),
                    "intent_name": f"{name}-{number}-intent",
                    "intent": row.get("intent", ""),
                }
                for number, row in enumerate(rows)
            ],
            "intents": intents.choices,
        }

    def value_from_datadict(self, data, files, name):
        rows = []
        while f"{name}-{len(rows)}-title" in data:
            rows.append(
                {
                    "intent": data.get(f"{name}-{len(rows)}-intent", ""),
                    "title": data[f"{name}-{len(rows)}-title"].strip(),
                }
            )
        return [row for row in rows if row["title"] or row["intent"]]


class ButtonsField(forms.Field):
    """[{"intent": "pricing", "title": "Prices"}]; models.valid_buttons checks it."""

    widget = ButtonsWidget

    def has_changed(self, initial, data):
        return (initial or []) != (data or [])

    def to_python(self, value):
        return value or []


class RuleForm(OwnedForm):
    class Meta:
        error_messages = {
            "__all__": {"unique_together": gettext_lazy("There is a rule for this intent in this language already.")}
        }


@admin.register(Rule)
class RuleAdmin(OwnedAdmin):
    form = RuleForm
    list_display = ("intent", "language", "says", "priority", "enabled")
    list_display_links = ("intent", "language")
    list_filter = (("intent", ChoiceFilter), ("language", ChoiceFilter), yes_no("enabled", gettext_lazy("on")))
    ordering = ("-priority", "intent", "language")
    lines_fields = ("phrases", "whole_phrases", "unless_phrases")
    readonly_fields = ("preview",)

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": ("intent", "language", "enabled", "priority")}),
            (
                gettext_lazy("What customers write"),
                {
                    "fields": ("phrases", "whole_phrases", "unless_phrases"),
                    "description": gettext_lazy(
                        "One a line. Capitals, punctuation and lengthened letters make no difference."
                    ),
                },
            ),
            (
                gettext_lazy("What the bot answers"),
                {"fields": ("reply", "buttons", *(("preview",) if obj else ()))},
            ),
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "buttons":
            return ButtonsField(
                label=capfirst(db_field.verbose_name),
                required=False,
                help_text=gettext_lazy(
                    "At most three, of 20 characters each. A tap on one gets the reply of that intent's rule."
                ),
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "reply":
            field.widget.attrs["rows"] = 5
        return field

    @display(description=gettext_lazy("reply"))
    def says(self, obj):
        return render_to_string("admin/_one_line.html", {"text": obj.reply})

    @display(description=gettext_lazy("as the customer gets it"))
    def preview(self, obj):
        text = render(shop_of(obj.business_id), obj.reply, obj.language, "Asha")
        return render_to_string("admin/aibot/_preview.html", {"text": text, "buttons": obj.buttons})
