"""The admin of answers: a question with all the ways to ask it, what is answered as the customer gets it, and files of them."""

from typing import ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from unfold.decorators import display

from accounts.admin_base import OwnedAdmin, OwnedForm, yes_no
from accounts.admin_fields import LinesField
from accounts.errors import DomainError
from accounts.models import Product, User
from documents import outgoing
from documents.models import Document

from . import answer_files, answers, owner_answers
from .admin_fields import ButtonsField, Chosen, FileField
from .admin_unanswered import UnansweredPage
from .models import MOST_BUTTONS, Answer, Example
from .rules import shop_of

EXPORT = "answers.csv"


class ProductsField(forms.MultipleChoiceField):
    """A list of products' ids."""

    widget = forms.CheckboxSelectMultiple

    def has_changed(self, initial, data):
        return sorted(initial or []) != sorted(data or [])


class AnswerForm(OwnedForm):
    ways = LinesField(
        label=gettext_lazy("More ways to ask it"),
        required=False,
        help_text=gettext_lazy(
            "One a line, as customers write: short and long, with and without please, in their own words. Five are good, twenty "
            "are far better. In whichever language you like: Hindi finds English ones too."
        ),
    )

    file = FileField(
        label=gettext_lazy("Picture or document"),
        required=False,
        help_text=gettext_lazy(
            "Goes with the answer as one message: the words stand under it, at most 1,024 characters of them, with three buttons at "
            "most. JPEG or PNG of 5 MB, PDF, Word, Excel, PowerPoint or text of 16 MB."
        ),
    )
    user: ClassVar[User]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding:
            self.initial.setdefault("ways", owner_answers.ways_of(self.instance))
        if "file" in self.fields:
            self.fields["file"].widget.shown = self.instance.document

    def clean(self):
        super().clean()
        self.document = self._chosen(self.cleaned_data.get("file") or Chosen())
        if not self.errors:
            self._check()
        return self.cleaned_data

    def _chosen(self, chosen: Chosen) -> Document | None:
        """The file that the answer is to have. One that was chosen stays chosen where the form comes back."""
        if chosen.file is not None:
            draft = self._received(chosen.file)
        else:
            draft = Document.objects.filter(pk=chosen.draft, uploaded_by=self.user, state=Document.State.DRAFT).first()
        if draft is not None and not (chosen.remove and chosen.file is None):
            self.fields["file"].widget.draft = draft
            return draft
        return None if chosen.remove else self.instance.document

    def _received(self, file: UploadedFile) -> Document | None:
        try:
            return outgoing.receive(self.business, file, file.name or "", by=self.user, mime=file.content_type or "")
        except DomainError as error:
            self.add_error("file", str(error.message))
            return None

    def _check(self) -> None:
        """What owner_answers would refuse, told at its field."""
        answer = Answer(id=self.instance.pk, business=self.business, document=self.document)
        for name in owner_answers.FIELDS:
            setattr(answer, name, self.cleaned_data.get(name, getattr(self.instance, name)))
        for act in (
            lambda: owner_answers.check(answer),
            lambda: owner_answers.cleaned_ways(self.cleaned_data["ways"], answer.question),
        ):
            try:
                act()
            except ValidationError as error:
                for name, told in error.message_dict.items():
                    field = "file" if name == "document_id" else name
                    self.add_error(field if field in self.fields else None, told)


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False, max_length=answer_files.MOST_BYTES)

    def data_of(self) -> bytes:
        """What was chosen now, else what was looked at before. Raises BadFile."""
        file = self.cleaned_data.get("file")
        if file and file.size > answer_files.MOST_BYTES:
            raise answer_files.BadFile(_("The file is larger than 500 kB."))
        data = file.read() if file else self.cleaned_data["text"].encode()
        if not data:
            raise answer_files.BadFile(_("Choose a file."))
        return data


@admin.register(Answer)
class AnswerAdmin(UnansweredPage, OwnedAdmin):
    form = AnswerForm
    list_before_template = "admin/aibot/_answers_head.html"
    list_display = ("question", "says", "way_count", "enabled")
    list_filter = (yes_no("enabled", gettext_lazy("on")),)
    search_fields = ("question", "text", "examples__text")
    search_help_text = gettext_lazy("Question, way to ask or answer")
    ordering = ("question",)
    readonly_fields = ("preview",)

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(ways=Count("examples", filter=Q(examples__place__gt=0), distinct=True))
        )

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": ("question", "ways", "enabled")}),
            (
                gettext_lazy("What the bot answers"),
                {
                    "fields": (
                        "text",
                        "text_hi",
                        "text_roman",
                        "file",
                        "products",
                        "buttons",
                        *(("preview",) if obj else ()),
                    )
                },
            ),
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        """``ways`` and ``file`` are no columns: a read-only page shows them by the methods below."""
        if not self.has_change_permission(request, obj):
            kwargs["fields"] = list(owner_answers.FIELDS)
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def get_readonly_fields(self, request, obj=None):
        shown = super().get_readonly_fields(request, obj)
        return shown if self.has_change_permission(request, obj) else (*shown, "ways", "file")

    @display(description=gettext_lazy("More ways to ask it"))
    def ways(self, obj):
        return render_to_string("admin/aibot/_lines.html", {"lines": owner_answers.ways_of(obj)})

    @display(description=gettext_lazy("Picture or document"))
    def file(self, obj):
        return render_to_string("admin/aibot/_file_shown.html", {"shown": obj.document}) if obj.document else ""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "buttons":
            return ButtonsField(
                label=capfirst(db_field.verbose_name),
                required=False,
                help_text=gettext_lazy(
                    "Up to three are buttons, up to ten a list. A tap on one gets the reply of that intent's rule."
                ),
            )
        if db_field.name == "products":
            choices = [(str(product.pk), str(product)) for product in Product.objects.filter(business=request.business)]
            return ProductsField(
                label=capfirst(db_field.verbose_name), required=False, help_text=db_field.help_text, choices=choices
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in owner_answers.TEXTS:
            field.widget.attrs["rows"] = 5 if db_field.name == "text" else 3
        return field

    @display(description=gettext_lazy("answer"))
    def says(self, obj):
        return render_to_string("admin/_one_line.html", {"text": obj.text})

    @display(description=gettext_lazy("more ways to ask"), ordering="ways")
    def way_count(self, obj):
        return obj.ways

    @display(description=gettext_lazy("as the customer gets it"))
    def preview(self, obj):
        said = answers.say(shop_of(obj.business_id), obj, obj.question, "Asha", timezone.now())
        text = said.text or _("Nothing: a blank of the answer has no value now.")
        return render_to_string(
            "admin/aibot/_preview.html", {"text": text, "buttons": obj.buttons, "file": obj.document}
        )

    # --- what is written

    def save_model(self, request, obj, form, change):
        given = {name: form.cleaned_data[name] for name in owner_answers.FIELDS if name in form.changed_data}
        if form.document != obj.document:
            given[owner_answers.FILE] = form.document
        ways = form.cleaned_data["ways"]
        if change:
            owner_answers.change(obj, actor=request.user, ways=ways, **given)
            return
        obj.pk = owner_answers.add(request.business, actor=request.user, ways=ways, **given).pk
        obj._state.adding = False

    def delete_model(self, request, obj):
        owner_answers.remove(obj, actor=request.user)

    # --- files

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="aibot_answer_import"),
            path("export/", view(self.export_view), name="aibot_answer_export"),
            *super().get_urls(),
        ]

    def export_view(self, request):
        return require_safe(self._export)(request)

    def _export(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Answer.objects.filter(business=request.business).prefetch_related(
            Prefetch("examples", Example.objects.order_by("place"))
        )
        response = HttpResponse(answer_files.written(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{EXPORT}"'
        return response

    def import_view(self, request):
        """First what would happen, then, by a second button, that."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._import)(request)

    def _import(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        outcome, data = None, b""
        if request.method == "POST" and form.is_valid():
            try:
                data = form.data_of()
                lines = answer_files.read(data)
                really = "take" in request.POST
                outcome = answer_files.take(request.business, lines, actor=request.user, dry=not really)
            except answer_files.BadFile as error:
                form.add_error("file", str(error))
            else:
                if really:
                    return self._imported(request, outcome)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import answers"),
            "form": form,
            "outcome": outcome,
            "text": data.decode("utf-8-sig", "replace") if outcome else "",
            "columns": answer_files.COLUMNS,
            "most_buttons": MOST_BUTTONS,
        }
        return TemplateResponse(request, "admin/aibot/import.html", context, status=422 if form.errors else 200)

    def _imported(self, request, outcome: answer_files.Outcome):
        many = len(outcome.new) + len(outcome.changed)
        messages.success(request, ngettext("%s answer was taken.", "%s answers were taken.", many) % many)
        if outcome.wrong:
            rows = ", ".join(str(number) for number, _why in outcome.wrong)
            messages.warning(request, _("Left out, since they cannot be said: rows %s.") % rows)
        return HttpResponseRedirect(reverse("admin:aibot_answer_changelist"))
