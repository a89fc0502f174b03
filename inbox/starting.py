"""/inbox/new: write first, with a template. First to whom, from which number and which template; then its form."""

import uuid
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError
from accounts.models import WhatsAppNumber
from accounts.reading import phone
from conversations import choosing, outbound, starting, writing
from conversations.models import Contact, Conversation, Identity, Template
from documents import outgoing

from . import gate, picker
from .template_form import TemplateForm


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is written to: a contact, or a phone number that nobody here knows."""

    contact: Contact | None
    digits: str

    def __str__(self):
        return str(self.contact) if self.contact else phone(self.digits)


class StartForm(TemplateForm):
    def __init__(self, template: Template, whom: Whom, *args, **kwargs):
        super().__init__(template, *args, **kwargs)
        self.whom = whom
        self.is_offer = writing.is_marketing(template)
        allows = whom.contact is not None and starting.has_opted_in(whom.contact)
        if not allows:
            self.fields["opt_in"] = forms.CharField(
                label=_("How the customer allowed offers"),
                required=self.is_offer,
                max_length=200,
                help_text=_("Such as: form in the shop, 21 November. It is kept with the customer."),
            )


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def new(request):
    asked = request.POST if request.method == "POST" else request.GET
    numbers = list(WhatsAppNumber.objects.filter(active=True).order_by("display_phone_number", "pk"))
    number, contact = _chosen(numbers, asked.get("number", "")), _contact(asked.get("contact", ""))
    context = {"numbers": numbers, "number": number, "contact": contact, "to": asked.get("to", "")[:40]}
    if number is None or not asked.get("template"):
        return _choose(request, context)
    try:
        whom = _whom(context)
    except DomainError as error:
        return _choose(request, context | {"wrong": error.fields["to"]})
    template = picker.of_number(number, asked["template"])
    if request.method == "POST":
        return _start(request, context, template, whom)
    form = StartForm(template, whom, by=request.user, initial={"client_ref": uuid.uuid4()})
    return _fill(request, context, form)


def _choose(request, context: dict):
    number, contact = context["number"], context["contact"]
    every = picker.list_of(request, number, contact) if number else {}
    status = 422 if context.get("wrong") else 200
    return render(request, "inbox/new.html", context | every, status=status)


def _fill(request, context: dict, form: StartForm, looked_at: StartForm | None = None):
    whom = form.whom
    more = {
        "form": form,
        "whom": whom,
        "choice": choosing.choice(form.template, whom.contact),
        "open": whom.contact and _open_one(whom.contact, context["number"]),
    }
    status = 422 if form.errors else 200
    return render(request, "inbox/new.html", context | more | picker.shown(looked_at or form), status=status)


def _start(request, context: dict, template: Template, whom: Whom):
    form = StartForm(template, whom, request.POST, request.FILES, by=request.user)
    if picker.only_looks(request):
        again = StartForm(template, whom, by=request.user, initial=form.again())
        return _fill(request, context, picker.looked_at(form, again), form)
    if form.is_valid():
        try:
            started = _begin(request, context["number"], whom, form)
        except DomainError as error:
            form.tell(error)
        else:
            messages.success(request, _("The template is on its way."))
            return redirect(picker.address_of(started.conversation))
    return _fill(request, context, form)


def _begin(request, number: WhatsAppNumber, whom: Whom, form: StartForm) -> starting.Started:
    draft = picker.draft_of(form, number)
    with transaction.atomic():
        started = starting.start(
            number,
            whom.contact or f"+{whom.digits}",
            draft,
            author=outbound.Author.of_person(request.user),
            opt_in=form.cleaned_data.get("opt_in", ""),
            key=str(form.cleaned_data["client_ref"]),
        )
        if started.is_new and form.document:
            outgoing.attach(form.document, started.message)
    return started


# --- to whom --------------------------------------------------------------------------------------------------------------


def _whom(context: dict) -> Whom:
    """Raises DomainError for what is no phone number."""
    if context["contact"]:
        return Whom(context["contact"], "")
    digits = starting.read_phone(context["to"], context["number"])
    known = Identity.objects.filter(kind=Identity.Kind.PHONE, value=digits).select_related("contact").first()
    return Whom(known and known.contact, digits)


def _chosen(numbers: list[WhatsAppNumber], key: str) -> WhatsAppNumber | None:
    """The one that is named; the only one there is, or the first, where none is."""
    return next((number for number in numbers if str(number.pk) == key), numbers[0] if numbers else None)


def _contact(key: str) -> Contact | None:
    try:
        return Contact.objects.filter(pk=uuid.UUID(key)).first() if key else None
    except ValueError:
        return None


def _open_one(contact: Contact, number: WhatsAppNumber) -> Conversation | None:
    return Conversation.objects.filter(contact=contact, number=number, state=Conversation.State.OPEN).first()
