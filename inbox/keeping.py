"""/inbox/replies and /inbox/labels: what the team keeps ready. Everybody sees it, agents and owners change it."""

from dataclasses import dataclass
from functools import partial
from types import ModuleType

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError
from conversations import canned
from conversations import labels as labelling
from conversations.models import CannedReply, Label

from . import gate


class ReplyForm(forms.ModelForm):
    class Meta:
        model = CannedReply
        fields = ("shortcut", "title", "language", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def _get_validation_exclusions(self):
        """Whether it is taken the use case says, under its lock."""
        return super()._get_validation_exclusions() | {"business"}


class LabelForm(forms.ModelForm):
    class Meta:
        model = Label
        fields = ("name", "colour")

    def validate_constraints(self):
        """Whether it is taken the use case says, under its lock."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept, and what its two pages say."""

    model: type[Model]
    form: type[forms.ModelForm]
    use: ModuleType  # create, change, delete
    name: str  # of the list's address
    row: str  # the template of a row
    title: Promise
    none: Promise
    hint: Promise | str = ""


REPLIES = Kept(
    CannedReply,
    ReplyForm,
    canned,
    "inbox_replies",
    "inbox/_reply_row.html",
    gettext_lazy("Canned replies"),
    gettext_lazy("There are none yet. Write the answers that you give every day."),
    gettext_lazy(
        "Type / in the answer box to find one. {name}, {agent}, {business}, {number} and {delivery_area} are filled in."
    ),
)
LABELS = Kept(
    Label,
    LabelForm,
    labelling,
    "inbox_labels",
    "inbox/_label_row.html",
    gettext_lazy("Labels"),
    gettext_lazy("There are none yet. A label sorts conversations: complaint, wholesale, refund."),
)


@gate.at_least(gate.VIEWER)
@require_http_methods(["GET", "POST"])
def replies(request):
    return _list(request, REPLIES)


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def reply(request, reply_id):
    return _one(request, REPLIES, reply_id)


@gate.at_least(gate.VIEWER)
@require_http_methods(["GET", "POST"])
def labels(request):
    return _list(request, LABELS)


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def label(request, label_id):
    return _one(request, LABELS, label_id)


def _list(request, kept: Kept):
    if request.method == "POST" and not gate.acts(request):
        raise PermissionDenied
    form = kept.form(request.POST or None)
    if request.method == "POST" and _saved(form, partial(kept.use.create, request.business, by=request.user)):
        messages.success(request, _("Saved."))
        return redirect(kept.name)
    context = {"kept": kept, "form": form, "rows": list(kept.model.objects.all()), "acts": gate.acts(request)}
    return render(request, "inbox/kept.html", context, status=422 if form.errors else 200)


def _one(request, kept: Kept, key):
    row = kept.model.objects.filter(pk=key).first()
    if row is None:
        raise Http404
    if request.method == "POST" and "delete" in request.POST:
        with transaction.atomic():
            kept.use.delete(row, by=request.user)
        messages.success(request, _("Deleted."))
        return redirect(kept.name)
    form = kept.form(request.POST or None, instance=row)
    if request.method == "POST" and _saved(form, partial(kept.use.change, row, by=request.user)):
        messages.success(request, _("Saved."))
        return redirect(kept.name)
    context = {"kept": kept, "form": form, "row": row}
    return render(request, "inbox/kept_one.html", context, status=422 if form.errors else 200)


def _saved(form, save) -> bool:
    """False with the form's errors where it is refused."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            save(**form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
    except DomainError as error:
        form.add_error(None, str(next(iter(error.fields.values()), error.message)))
    return not form.errors
