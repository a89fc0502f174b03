"""/inbox/replies and /inbox/labels: what the team keeps ready. Everybody sees it, agents and owners change it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
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


@gate.at_least(gate.VIEWER)
@require_http_methods(["GET", "POST"])
def replies(request):
    return _list(request, ReplyForm, canned.create, "inbox/replies.html", "inbox_replies", CannedReply)


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def reply(request, reply_id):
    row = _row(CannedReply, reply_id)
    return _one(request, row, ReplyForm, canned, "inbox/reply.html", "inbox_replies")


@gate.at_least(gate.VIEWER)
@require_http_methods(["GET", "POST"])
def labels(request):
    return _list(request, LabelForm, labelling.create, "inbox/labels.html", "inbox_labels", Label)


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def label(request, label_id):
    row = _row(Label, label_id)
    return _one(request, row, LabelForm, labelling, "inbox/label.html", "inbox_labels")


def _list(request, form_class, create, template: str, name: str, model):
    if request.method == "POST" and not gate.acts(request):
        raise PermissionDenied
    form = form_class(request.POST or None)
    if request.method == "POST" and _saved(form, lambda given: create(request.business, by=request.user, **given)):
        messages.success(request, _("Saved."))
        return redirect(name)
    context = {"form": form, "rows": list(model.objects.all()), "acts": gate.acts(request)}
    return render(request, template, context, status=422 if form.errors else 200)


def _one(request, row, form_class, use, template: str, name: str):
    if request.method == "POST" and "delete" in request.POST:
        with transaction.atomic():
            use.delete(row, by=request.user)
        messages.success(request, _("Deleted."))
        return redirect(name)
    form = form_class(request.POST or None, instance=row)
    if request.method == "POST" and _saved(form, lambda given: use.change(row, by=request.user, **given)):
        messages.success(request, _("Saved."))
        return redirect(name)
    return render(request, template, {"form": form, "row": row}, status=422 if form.errors else 200)


def _saved(form, save) -> bool:
    """False with the form's errors where it is refused."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            save(form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
    except DomainError as error:
        form.add_error(None, str(next(iter(error.fields.values()), error.message)))
    return not form.errors


def _row(model, key):
    found = model.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found
