"""The list of files in the admin, and the one act that it has."""

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import AuditEvent
from documents.models import Document

from . import files
from .test_fetching import fetch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broken(send, host) -> Document:
    """A picture that came damaged; WhatsApp has it whole by now."""
    document = fetch(send("image", files.picture()[:400], "image/jpeg"))
    host.files["555001"] = files.picture()
    return document


@pytest.fixture
def page(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def at(document: Document, act: str = "change") -> str:
    return f"/admin/documents/document/{document.pk}/{act}/"


def test_the_list_says_what_became_of_each(page, broken):
    content = page.get("/admin/documents/document/?state__exact=failed").content.decode()
    assert "failed" in content
    assert "No documents" not in content
    assert "damaged" in page.get(at(broken)).content.decode()


def test_what_failed_is_fetched_again_and_that_is_noted(page, broken):
    assert "Fetch it again" in page.get(at(broken)).content.decode()
    answer = page.post(at(broken, "retry"), follow=True)
    assert "once more" in answer.content.decode()
    with scopes_disabled():
        assert AuditEvent.objects.filter(action="document.retried", target=str(broken.pk)).count() == 1
        assert fetch(broken).state == "stored"
    shown = page.get(at(broken)).content.decode()
    assert f"/media/{broken.pk}" in shown
    assert "Fetch it again" not in shown
    assert "nothing to fetch" in page.post(at(broken, "retry"), follow=True).content.decode()
