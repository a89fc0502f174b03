"""/inbox/<conversation>/templates: choose a template, fill it, see it as the customer will, send it.

Works by plain links and forms. htmx asks for the part with the id ``picker`` alone, and again for the preview while one
types. Where the window is closed the thread's page shows that part in the composer's place, and sends from there
(static/inbox/templates.js).
"""

import contextlib
import uuid

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.models import WhatsAppNumber
from conversations import choosing, outbound, writing
from conversations.models import Contact, Conversation, Template
from documents import outgoing

from . import gate
from .answers import Done, done
from .formatting import formatted
from .template_form import TemplateForm

MOST = 100  # in the list at once; a search finds the others
_FILES = {"image": gettext_lazy("Picture"), "video": gettext_lazy("Video"), "document": gettext_lazy("Document")}


@gate.at_least(gate.AGENT)
@require_http_methods(["GET", "POST"])
def picker(request, conversation_id):
    conversation = gate.writable(request, conversation_id)
    if request.method == "POST":
        return _send(request, conversation)
    key = request.GET.get("template", "")
    context = (
        form_of(request, conversation, key) if key else list_of(request, conversation.number, conversation.contact)
    )
    return _answer(request, context | {"conversation": conversation})


@gate.at_least(gate.AGENT)
@require_POST
def preview(request, template_id):
    """The template with what is in the form by now. Nothing is written."""
    template = Template.objects.filter(pk=template_id).first()
    if template is None:
        raise Http404
    return render(request, "inbox/_picker_preview.html", shown(_bound(request, template)))


# --- for the thread's page too ----------------------------------------------------------------------------------------------


def list_of(request, number: WhatsAppNumber, contact: Contact | None = None) -> dict:
    """What inbox/_picker.html shows: the templates that the query asks for, and by what one can ask."""
    every = choosing.of_number(number, contact)
    asked = {name: request.GET.get(name, "")[:100] for name in ("q", "language", "category", "state")}
    wanted = choosing.Wanted(asked["q"], asked["language"], asked["category"], asked["state"])
    found = choosing.among(every, wanted)
    return {
        "number": number,
        "choices": found[:MOST],
        "found": len(found),
        "every": len(every),
        "most": MOST,
        "asked": asked,
        "languages": _options(every, lambda one: (one.template.language, one.language)),
        "categories": _options(every, lambda one: (one.template.category, one.category)),
        "states": _options(every, lambda one: (one.template.status, one.state)),
    }


def form_of(request, conversation: Conversation, key: str, form: TemplateForm | None = None) -> dict:
    """What inbox/_picker_form.html shows. Raises Http404."""
    template = of_number(conversation.number, key)
    form = form or TemplateForm(template, by=request.user, initial={"client_ref": uuid.uuid4()})
    return {
        "form": form,
        "choice": choosing.choice(template, conversation.contact),
        **shown(form),
    }


def shown(form: TemplateForm) -> dict:
    """What inbox/_picker_preview.html shows."""
    look = form.shown()
    return {
        "template": form.template,
        "look": look,
        "file": _FILES.get(look.media, look.media),
        "document": form.document,
        "file_place": form.document.name if form.document else form.data.get("media", ""),
        "heading": formatted(look.header),
        "text": formatted(look.body),
    }


def of_number(number: WhatsAppNumber, key: str) -> Template:
    """A template of the number's account. Raises Http404."""
    try:
        found = Template.objects.filter(pk=uuid.UUID(key), waba_id=number.waba_id).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def only_looks(request) -> bool:
    """The button that shows the preview where no script does."""
    return bool(request.POST.get("look"))


def draft_of(form: TemplateForm, number: WhatsAppNumber) -> writing.Draft:
    """Of a valid form. WhatsApp gets its file now: call it in no transaction. Raises DomainError."""
    template = form.template
    given = {"name": template.name, "language": template.language, "parameters": form.parameters(number)}
    return writing.Draft(kind="template", template=given)


# --- the act --------------------------------------------------------------------------------------------------------------


def _send(request, conversation: Conversation):
    key = request.POST.get("template", "")
    template = of_number(conversation.number, key)
    form = TemplateForm(template, request.POST, request.FILES, by=request.user)
    if only_looks(request):
        again = looked_at(form, TemplateForm(template, by=request.user, initial=form.again()))
        context = form_of(request, conversation, key, again) | shown(form)
        return _answer(request, context | {"conversation": conversation})
    if form.is_valid():
        try:
            outgoing.send_draft(
                conversation,
                draft_of(form, conversation.number),
                documents_of(form),
                author=outbound.Author.of_person(request.user),
                key=str(form.cleaned_data["client_ref"]),
            )
        except DomainError as error:
            form.tell(error)
        else:
            return done(request, conversation, Done(_("The template is on its way.")))
    context = form_of(request, conversation, key, form) | {"conversation": conversation}
    return _answer(request, context, status=422)


def documents_of(form: TemplateForm) -> dict:
    return {form.document.pk: form.document} if form.document else {}


def looked_at(form: TemplateForm, again: TemplateForm) -> TemplateForm:
    """The same form once more, with the file that came with it; what is wrong with the file is said when it is sent."""
    with contextlib.suppress(DomainError):
        form.take_file()
    again.document = form.document
    return again


def _bound(request, template: Template) -> TemplateForm:
    form = TemplateForm(template, request.POST, by=request.user)
    form.take_file()  # one of before; a preview brings none
    return form


def address_of(conversation: Conversation) -> str:
    return f"/inbox/{conversation.pk}"


def _answer(request, context: dict, *, status: int = 200):
    part = "inbox/_picker_form.html" if "form" in context else "inbox/_picker.html"
    page = part if request.htmx else "inbox/template_page.html"
    in_thread = request.headers.get("X-Part", "") in ("picker", "live")
    return render(request, page, context | {"part": part, "in_thread": in_thread}, status=status)


def _options(every: list[choosing.Choice], pair) -> list[tuple[str, str]]:
    return sorted({pair(one) for one in every if pair(one)[0]}, key=lambda option: option[1])
