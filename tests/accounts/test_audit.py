"""The audit log is only added to, and outlives what it tells of."""

import pytest
from django.db import DatabaseError, transaction

from accounts import audit
from accounts.models import AuditEvent


def test_an_event_says_who_did_what_where(dairy, alice):
    audit.record("rule.changed", business=dairy, actor=alice, target="r1", fields=["reply"])
    event = AuditEvent.objects.first()
    assert (event.action, event.business, event.actor, event.target) == ("rule.changed", dairy, alice, "r1")
    assert event.details == {"fields": ["reply"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEvent.objects.update(action="nothing"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.first().delete(),
        lambda: AuditEvent.objects.first().save(),
    ],
)
def test_the_database_refuses_to_change_or_delete_one(dairy, change):
    before = list(AuditEvent.objects.values())
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        change()
    assert list(AuditEvent.objects.values()) == before


def test_events_stay_when_their_person_and_business_go(dairy, masala, bob):
    before = set(AuditEvent.objects.values_list("pk", "business_id", "actor_id"))
    key = dairy.pk
    bob.delete()
    dairy.delete()
    assert set(AuditEvent.objects.values_list("pk", "business_id", "actor_id")) == before
    assert AuditEvent.objects.filter(business_id=key).exists()


def test_an_act_that_is_undone_leaves_no_event(dairy, alice):
    before = AuditEvent.objects.count()
    with transaction.atomic():
        audit.record("rule.changed", business=dairy, actor=alice)
        assert AuditEvent.objects.count() == before + 1
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == before
