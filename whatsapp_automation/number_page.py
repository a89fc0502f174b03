"""The acts on a number's page that ask Meta: "Test connection" and "Subscribe". For the business's owner alone, by POST."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import may
from accounts.admin_base import OWNER
from accounts.models import WhatsAppNumber
from accounts.secrets import SecretError
from cloud_api.errors import GraphError

from .checkup import BAD, OK, WARN, numbers, worst


@require_POST
def test_connection(request, number_id):
    """The findings of a number (checkup.numbers). It may be done again and again; each time leaves a row in the audit log."""
    return _tested(request, _number(request, number_id))


@require_POST
def subscribe(request, number_id):
    """Have Meta deliver the webhooks of the number's account to the token's app, then test."""
    number = _number(request, number_id)
    try:
        numbers.subscribe(number)
    except (GraphError, SecretError, ValueError) as error:
        done = False
        messages.error(request, _("Meta did not subscribe the app: %(words)s") % {"words": error})
    else:
        done = True
        messages.success(request, _("Meta delivers this account's webhooks to your app now."))
    _record(request, "subscribed", number, done=done)
    return _tested(request, number)


def _number(request, number_id) -> WhatsAppNumber:
    """Raises PermissionDenied for whoever owns no business, Http404 for a number of another one."""
    if request.business is None or not may(request.role, OWNER):
        raise PermissionDenied
    number = WhatsAppNumber.objects.filter(pk=number_id, business=request.business).first()
    if number is None:
        raise Http404
    return number


def _tested(request, number: WhatsAppNumber):
    findings = numbers.look_at(number)
    _record(request, "tested", number, bad=[finding.key for finding in findings if finding.state == BAD])
    words = {BAD: _("Something is wrong."), WARN: _("It works; look at what is marked."), OK: _("All is well.")}
    context = {
        **admin.site.each_context(request),
        "opts": WhatsAppNumber._meta,
        "title": _("Connection of %(number)s") % {"number": number},
        "number": number,
        "findings": findings,
        "state": worst(findings),
        "summary": words[worst(findings)],
        "may_subscribe": any(finding.key == "subscription" and finding.state == BAD for finding in findings),
        "marks": {OK: _("Well"), WARN: _("Look"), BAD: _("Wrong")},
    }
    return TemplateResponse(request, "admin/accounts/connection.html", context)


def _record(request, what: str, number: WhatsAppNumber, **details) -> None:
    audit.record(f"number.{what}", business=number.business, actor=request.user, target=str(number.pk), **details)


urls = [
    path("number/<uuid:number_id>/test/", admin.site.admin_view(test_connection), name="test_number"),
    path("number/<uuid:number_id>/subscribe/", admin.site.admin_view(subscribe), name="subscribe_number"),
]
