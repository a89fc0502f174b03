"""Our copies of Meta's templates: by its events in any order, and by its list."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import WhatsAppNumber
from cloud_api.events import TemplateChange
from cloud_api.templates import Template as Listed
from conversations import templates
from conversations.models import Template
from tests import database, factories
from tests.factories import DAIRY_NUMBER, receive
from tests.simulated import ORDER_READY, simulated

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WABA = "209876543210011"


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def told(business, minute: int, **said) -> templates.Told:
    at = int((NOON + timedelta(minutes=minute)).timestamp())
    said = {"kind": "status_update", "name": "order_ready", "language": "en", "template_id": "77", **said}
    return templates.Told(business.pk, TemplateChange(waba_id=WABA, timestamp=at, **said), NOON + timedelta(days=1))


def listed(name="order_ready", status="APPROVED", **more) -> Listed:
    fields = {"id": "77", "language": "en", "category": "UTILITY", "components": [{"type": "BODY"}]}
    return Listed(name=name, status=status, **{**fields, "rejected_reason": "", "quality": "GREEN", **more})


def state() -> list[tuple]:
    return list(Template.objects.values_list("name", "status", "reason", "quality", "category").order_by("name"))


@pytest.mark.slow
def test_events_in_any_order_end_the_same(dairy, masala):
    news = [
        told(dairy, 1, status="PENDING", category="UTILITY"),
        told(dairy, 2, status="REJECTED", reason="SCAM"),
        told(dairy, 3, status="APPROVED"),
        told(dairy, 4, quality="RED"),
        told(dairy, 5, category="MARKETING"),
    ]
    for order in permutations(news):
        Template.objects.all().delete()
        for one in order:
            templates.note_many([one])
        assert state() == [("order_ready", "APPROVED", "", "RED", "MARKETING")]


def test_an_announced_category_waits_until_it_is_done(dairy):
    later = int((NOON + timedelta(days=2)).timestamp())
    templates.note_many([told(dairy, 1, category="UTILITY"), told(dairy, 2, category="MARKETING", category_from=later)])
    template = Template.objects.get()
    assert (template.category, template.next_category) == ("UTILITY", "MARKETING")
    assert template.next_category_at == NOON + timedelta(days=2)
    templates.note_many([told(dairy, 9, category="MARKETING")])
    template.refresh_from_db()
    assert (template.category, template.next_category, template.next_category_at) == ("MARKETING", "", None)


def test_an_event_may_name_a_template_by_its_id_alone(dairy):
    templates.note_many([told(dairy, 1, name="", status="PAUSED")])
    assert state() == []
    templates.note_many([told(dairy, 1, status="APPROVED"), told(dairy, 2, name="", status="PAUSED")])
    assert state()[0][:2] == ("order_ready", "PAUSED")


def test_the_list_makes_mends_and_ends_templates_and_leaves_other_businesses_alone(dairy, masala):
    templates.note_many([told(dairy, 1, status="PENDING"), told(masala, 1, status="APPROVED")])
    templates.note_many([told(dairy, 1, name="gone", template_id="78", status="APPROVED")])
    templates.store_list(dairy, WABA, [listed(), listed("fresh", "PENDING", id="79")], NOON + timedelta(hours=1))
    assert list(Template.objects.filter(business=dairy).values_list("name", "status").order_by("name")) == [
        ("fresh", "PENDING"),
        ("gone", "DELETED"),
        ("order_ready", "APPROVED"),
    ]
    assert Template.objects.get(business=masala).status == "APPROVED"


def test_an_event_that_is_younger_than_the_list_holds(dairy):
    templates.note_many([told(dairy, 30, status="PAUSED", quality="RED")])
    templates.store_list(dairy, WABA, [listed()], NOON)
    assert state() == [("order_ready", "PAUSED", "", "RED", "UTILITY")]
    templates.store_list(dairy, WABA, [], NOON)
    assert state()[0][1] == "PAUSED"


def test_the_list_tells_what_it_brought(dairy):
    rows = [listed(), listed("fresh", "PENDING", id="79"), listed("gone", id="78")]
    assert templates.store_list(dairy, WABA, rows, NOON) == templates.Fetched(total=3, new=3)
    assert templates.store_list(dairy, WABA, rows, NOON + timedelta(hours=1)) == templates.Fetched(total=3)
    edited = [listed(components=[{"type": "BODY", "text": "Dear {{1}}"}]), listed("fresh", "APPROVED", id="79")]
    later = NOON + timedelta(hours=2)
    assert templates.store_list(dairy, WABA, edited, later) == templates.Fetched(total=2, changed=2, gone=1)


def test_a_list_that_was_asked_for_before_the_stored_one_changes_nothing(dairy, dairy_number):
    """Two of our processes ask at once, and the first answer comes last."""
    templates.store_list(
        dairy, WABA, [listed(components=[{"type": "BODY", "text": "now"}])], NOON + timedelta(minutes=5)
    )
    was = list(Template.objects.values())
    earlier = [listed(components=[{"type": "BODY", "text": "then"}]), listed("deleted since", id="78")]
    assert templates.store_list(dairy, WABA, earlier, NOON) == templates.Fetched(total=2)
    assert list(Template.objects.values()) == was
    dairy_number.refresh_from_db()
    assert dairy_number.templates_listed_at == NOON + timedelta(minutes=5)


@pytest.mark.django_db(transaction=True)
def test_a_list_keeps_out_of_the_way_of_a_drain_that_knows_of_templates_and_of_numbers(dairy):
    """It has the template when the list comes, and takes the number while the list waits for it."""
    with transaction.atomic():
        templates.store_list(dairy, WABA, [listed()], NOON)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            templates.note_many([told(dairy, 1, status="PAUSED")])
            stored = thread.submit(store_beside, dairy, NOON + timedelta(minutes=5))
            while not database.somebody_waits():
                time.sleep(0.01)
            list(WhatsAppNumber.objects.select_for_update(no_key=True))
        stored.result(timeout=60)
    assert state()[0][1] == "APPROVED"


def store_beside(business, at: datetime) -> None:
    try:
        with transaction.atomic(), scopes_disabled():
            templates.store_list(business, WABA, [listed()], at)
    finally:
        connection.close()


# --- what an event does not tell ------------------------------------------------------------------------------------------------


@pytest.fixture
def meta(settings):
    with simulated(settings) as simulator:
        yield simulator


@pytest.fixture
def known(dairy):
    """The dairy, whose number is no new one."""
    WhatsAppNumber.objects.update(templates_fetch_at=None)
    return dairy


def parts() -> list:
    return Template.objects.get(name="order_ready").components


def test_the_templates_of_a_new_number_are_fetched_soon(meta, dairy):
    assert templates.fetch_due() == 1
    assert parts() == [ORDER_READY]
    assert templates.fetch_due() == 0


def test_a_new_number_whose_list_is_refused_is_asked_again_later(meta, dairy):
    meta.faults(graph={"mode": "http_500", "only": "all"})
    now = timezone.now()
    assert templates.fetch_due() == 1
    assert templates.fetch_due(now=lambda: now + timedelta(minutes=14)) == 0
    meta.faults(graph={})
    assert templates.fetch_due(now=lambda: now + timedelta(minutes=16)) == 1
    assert parts() == [ORDER_READY]


def test_the_text_of_a_template_that_an_event_tells_of_is_fetched(meta, known):
    assert templates.fetch_due() == 0
    templates.note_many([told(known, 1, status="APPROVED")])
    assert parts() == []
    assert templates.fetch_due() == 1
    assert parts() == [ORDER_READY]
    assert templates.fetch_due() == 0


def test_an_edited_text_is_fetched_and_other_news_fetch_nothing(meta, known):
    templates.refresh(known)
    for said in ({"quality": "RED"}, {"status": "PAUSED"}, {"category": "MARKETING"}):
        templates.note_many([told(known, 2, **said)])
    assert templates.fetch_due() == 0
    edited = {"type": "BODY", "text": "Dear {{1}}, your order {{2}} is ready."}
    meta.post(
        "/templates", {"phone_number_id": DAIRY_NUMBER, "name": "order_ready", "language": "en", "components": [edited]}
    )
    templates.note_many([told(known, 3, kind="components_update")])
    assert templates.fetch_due() == 1
    assert parts() == [edited]


def test_a_list_that_is_refused_is_asked_for_again_later(meta, known):
    templates.note_many([told(known, 1, status="APPROVED")])
    meta.faults(graph={"mode": "http_500", "only": "all"})
    now = timezone.now()
    assert templates.fetch_due() == 1
    assert templates.fetch_due(now=lambda: now + timedelta(minutes=14)) == 0
    meta.faults(graph={})
    assert templates.fetch_due(now=lambda: now + timedelta(minutes=16)) == 1
    assert parts() == [ORDER_READY]


def test_an_account_that_nobody_may_ask_for_is_let_be(meta, known):
    templates.note_many([told(known, 1, status="APPROVED")])
    WhatsAppNumber.objects.update(active=False)
    assert templates.fetch_due() == 1
    assert templates.fetch_due() == 0


def account_body(event: str, at: datetime) -> bytes:
    """Meta's word on a template, as it posts it: the time stands in the entry alone."""
    value = {"event": event, "message_template_id": 77, "message_template_name": "order_ready"}
    change = {"field": "message_template_status_update", "value": {**value, "message_template_language": "en"}}
    return factories.entries_body([{"id": WABA, "time": int(at.timestamp()), "changes": [change]}])


def test_what_meta_says_a_second_time_at_another_time_is_news(dairy):
    """Paused and approved again: word for word the same as the first approval."""
    now = timezone.now()
    for minute, event in enumerate(["APPROVED", "PAUSED", "APPROVED"]):
        receive(account_body(event, now + timedelta(minutes=minute - 5)))
    assert Template.objects.get().status == "APPROVED"


def test_what_meta_posts_again_is_no_news(dairy):
    now = timezone.now()
    first = account_body("APPROVED", now - timedelta(minutes=5))
    [*_, again] = receive(first, account_body("PAUSED", now - timedelta(minutes=4)), first)
    assert again.outcome == {"duplicate": 1}
    assert Template.objects.get().status == "PAUSED"
