"""/inbox/templates: the templates of each number as WhatsApp last told of them, and the way to fetch them now."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import audit, reading
from accounts.errors import DomainError
from accounts.models import WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.errors import GraphError
from conversations import templates, troubles

from . import gate, picker


@gate.at_least(gate.VIEWER)
@require_GET
def index(request):
    numbers = list(WhatsAppNumber.objects.order_by("display_phone_number", "pk"))
    number = next((one for one in numbers if str(one.pk) == request.GET.get("number")), numbers[0] if numbers else None)
    context = {"numbers": numbers, "number": number, "acts": gate.acts(request)}
    if number is not None:
        seen = reading.time_tag(number.templates_listed_at, timezone.now())
        context |= picker.list_of(request, number) | {"seen": seen}
    return render(request, "inbox/templates.html", context)


@gate.at_least(gate.AGENT)
@require_POST
def fetch(request, number_id):
    """Ask WhatsApp for the list of a number's account now; the answer says what it brought."""
    number = WhatsAppNumber.objects.select_related("business").filter(pk=number_id).first()
    if number is None:
        raise Http404
    try:
        fetched = templates.refresh_number(number)
    except DomainError as error:
        messages.error(request, error.message)
    except (GraphError, SecretError) as error:
        told = troubles.tell(getattr(error, "code", None), str(error))
        messages.error(request, f"{told.what} {told.do}")
    else:
        audit.record(
            "template.fetched",
            business=request.business,
            actor=request.user,
            target=str(number.pk),
            count=fetched.total,
            new=fetched.new,
            changed=fetched.changed,
            gone=fetched.gone,
        )
        messages.success(request, in_words(fetched))
    return redirect(f"/inbox/templates?number={number.pk}")


def in_words(fetched: templates.Fetched) -> str:
    has = ngettext("WhatsApp has %(count)s template.", "WhatsApp has %(count)s templates.", fetched.total)
    if not (fetched.new or fetched.changed or fetched.gone):
        return f"{has % {'count': fetched.total}} {_('Nothing has changed.')}"
    rest = _("New: %(new)s, changed: %(changed)s, deleted: %(gone)s.")
    return f"{has % {'count': fetched.total}} {rest % {'new': fetched.new, 'changed': fetched.changed, 'gone': fetched.gone}}"
