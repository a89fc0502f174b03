"""Form fields for what a rule or an answer holds as JSON, and for an answer's file."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices

from accounts.admin_fields import TemplateWidget
from documents.models import Document

from .models import MOST_BUTTONS, MOST_ROWS, Rule

# What a browser offers first; documents/outgoing.py looks at what came.
ACCEPTED = ".jpg,.jpeg,.png,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt"


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was done with the file: another one was chosen, it is to be removed, or ``draft``, the id of the one that was chosen before
    the form came back, still stands.
    """

    file: UploadedFile | None = None
    remove: bool = False
    draft: UUID | None = None

    def __bool__(self):
        return bool(self.file or self.remove or self.draft)


class FileWidget(TemplateWidget):
    """The file as it is, with a box to remove it and a place to choose another one."""

    template = "admin/aibot/_file.html"
    needs_multipart_form = True
    shown: Document | None = None  # set by the form: the answer's, or the draft of before
    draft: Document | None = None

    def inputs(self, name, value):
        return {"shown": self.draft or self.shown, "draft": self.draft, "accept": ACCEPTED}

    def value_from_datadict(self, data, files, name):
        try:
            draft = UUID(data.get(f"{name}-draft", ""))
        except ValueError:
            draft = None
        return Chosen(files.get(name), f"{name}-remove" in data, draft)

    def value_omitted_from_data(self, data, files, name):
        return False


class FileField(forms.Field):
    widget = FileWidget

    def to_python(self, value) -> Chosen:
        return value or Chosen()

    def has_changed(self, initial, data):
        return bool(data)
