"""The form of a template: a field for each of its blanks, with an example, and one for the file of its header."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User, WhatsAppNumber
from conversations import blanks, filling
from conversations.models import Template
from documents.models import Document

from . import header_media

_TYPES = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "document": ("application/pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", "text/plain"),
}
# Where a refusal of a use case stands in this form.
_PLACES = {
    header_media.FIELD: "media",
    "to": "to",
    "contactId": "to",
    "numberId": "number",
    "optIn": "opt_in",
}


class TemplateForm(forms.Form):
    """``client_ref`` names one showing of the form: sent twice, it sends once. ``by`` is who fills it: a file of theirs that
    came with an earlier showing is there still.
    """

    client_ref = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, template: Template, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.template, self.by = template, by
        self.document: Document | None = None
        self.blanks = blanks.blanks_of(template) or blanks.Blanks()
        self.examples = blanks.examples_of(template)
        self._add_media()
        self._add_texts("header", self.blanks.header, blanks.HEADER)
        if not self._is_code:
            self._add_texts("body", self.blanks.body, self.blanks.longest)
        self._add_buttons()

    def clean(self):
        if "media" not in self.fields:
            return
        try:
            self.take_file()
        except DomainError as error:
            self.add_error("media_file", next(iter(error.fields.values()), error.message))
        if (
            self.document is None
            and not self.cleaned_data.get("media")
            and not self.errors.keys() & {"media", "media_file"}
        ):
            self.add_error("media_file", _("Choose a file, or give its address."))

    def take_file(self) -> None:
        """Keep the file that was chosen, or find the one of an earlier showing. Raises DomainError."""
        if file := self.files.get("media_file"):
            document = header_media.received(file, self.blanks.media, by=self.by, business=self.template.business)
        else:
            document = header_media.kept(self.data.get("document", ""), self.blanks.media, by=self.by)
        self.document = document

    def parameters(self, number: WhatsAppNumber) -> dict:
        """Of a valid form: as writing.Draft takes them. WhatsApp gets the file now: call it in no transaction. Raises
        DomainError.
        """
        given = {
            "header": self._given("header", self.blanks.header, self.cleaned_data),
            "body": self._given("body", self.blanks.body, self.cleaned_data),
            "buttons": self._given("button", self.blanks.buttons, self.cleaned_data),
        }
        media = header_media.uploaded(self.document, number) if self.document else self.cleaned_data.get("media")
        return {**given, "headerMedia": media} if media else given

    def again(self) -> dict:
        """What was entered, as another form's initial values."""
        return {name: self.data.get(name, "") for name in self.fields if name != "media_file"}

    def shown(self) -> blanks.Shown:
        """The template with what is in the form by now, however little that is."""
        data = {name: value.strip() for name, value in self.data.items()}
        return blanks.show(
            self.template,
            header=self._given("header", self.blanks.header, data),
            body=self._given("body", self.blanks.body, data),
        )

    def tell(self, error: DomainError) -> None:
        """Put what a use case refuses at its field; at the top where it is of none."""
        if error.code == "idempotency_conflict":  # the form came back from the browser's memory, and was changed
            self.data = {**self.data.dict(), "client_ref": str(uuid.uuid4())}
            self.add_error(
                None, _("This form was sent already, with other values. Send it again if a second message is meant.")
            )
            return
        told = False
        for place, words in error.fields.items():
            if (field := _PLACES.get(place)) in self.fields:
                self.add_error(field, words)
                told = True
        if not told:
            self.add_error(None, next((words for words in error.fields.values() if words), error.message))

    @property
    def _is_code(self) -> bool:
        """A password for once: one field fills text and button."""
        return "otp" in self.blanks.buttons.values() and len(self.blanks.body) <= 1

    def _given(self, kind: str, names, data) -> dict[str, str]:
        code = data.get("code", "") if self._is_code else ""
        is_code = {name: self._is_code and (kind == "body" or self._button(name) == "otp") for name in names}
        values = {str(name): code if is_code[name] else data.get(f"{kind}_{name}", "") for name in names}
        return {name: value for name, value in values.items() if value}

    def _button(self, name) -> str:
        return self.blanks.buttons.get(name, "")

    # --- fields ---

    def _add_media(self) -> None:
        if self.blanks.media not in blanks.FILES:
            return
        file, address = {
            "image": (_("Picture"), _("or the address of a picture")),
            "video": (_("Video"), _("or the address of a video")),
            "document": (_("Document"), _("or the address of a document")),
        }[self.blanks.media]
        self.fields["media_file"] = forms.FileField(label=file, required=False)
        self.fields["media_file"].widget.attrs["accept"] = ",".join(_TYPES[self.blanks.media])
        self.fields["media"] = _Media(
            label=address,
            required=False,
            max_length=2000,
            help_text=_(
                "Begins with https://; WhatsApp fetches the file from there. WhatsApp's id of a file will do too."
            ),
        )
        for name in ("media_file", "media"):  # not called optional: one of them must be there
            self.fields[name].one_of_two = True

    def _add_texts(self, part: str, names: tuple[str, ...], most: int) -> None:
        labels = {"header": _("Heading: %s"), "body": _("Text: %s")}
        for name in names:
            label = labels[part] % f"{{{{{name}}}}}"
            self.fields[f"{part}_{name}"] = _Value(most, label=label, help_text=self._example(part, name))

    def _add_buttons(self) -> None:
        shown = blanks.show(self.template).buttons
        for index, kind in self.blanks.buttons.items():
            example = self._example("buttons", str(index))
            if kind == "otp":
                self.fields["code"] = _Value(blanks.OTP, label=_("Code"), help_text=example)
            elif kind == "copy_code":
                self.fields[f"button_{index}"] = _Value(blanks.COUPON, label=_("Code to copy"), help_text=example)
            else:
                label = _("End of the address of “%s”") % shown[index].text
                self.fields[f"button_{index}"] = _Value(blanks.ADDRESS, label=label, help_text=example)

    def _example(self, part: str, name: str) -> str:
        example = self.examples[part].get(name, "")
        return _("Such as: %s") % example if example else ""


class _Value(forms.CharField):
    """A value of at most so many characters. What WhatsApp refuses within it is said here already."""

    def __init__(self, most: int, **options):
        super().__init__(**options)
        self.most = most
        self.widget.attrs |= {"maxlength": most, "autocomplete": "off"}

    def validate(self, value):
        super().validate(value)
        if fault := filling.fault_of(value, self.most):
            raise ValidationError(fault)


class _Media(forms.CharField):
    def __init__(self, **options):
        super().__init__(**options)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "url"}

    def clean(self, value):
        text = super().clean(value)
        try:
            return header_media.given(text) if text else None
        except DomainError as error:
            raise ValidationError(error.message) from None
