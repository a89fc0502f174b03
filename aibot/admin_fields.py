"""Form fields for what a rule or an answer holds as JSON."""

from django import forms
from django.db.models import TextChoices

from accounts.admin_fields import TemplateWidget

from .models import MOST_BUTTONS, MOST_ROWS, Rule


class ButtonsWidget(TemplateWidget):
    """Rows of what a button says and which intent it leads to."""

    template = "admin/aibot/_buttons.html"

    def inputs(self, name, value):
        buttons = [b for b in value if isinstance(b, dict)] if isinstance(value, list) else []
        rows = [*buttons, *[{}] * MOST_ROWS][
            : max(MOST_BUTTONS, len(buttons) + 1) if len(buttons) < MOST_ROWS else len(buttons)
        ]
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
