"""One person, however WhatsApp names them; two people stay two."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.ids import uuid7
from cloud_api.events import Person
from conversations import inbound
from conversations.identity import Nobody, Wanted, contacts_for
from conversations.models import Contact, Identity
from tests import database


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def _find(business, *people: Person) -> list:
    with transaction.atomic():
        return contacts_for([Wanted(business.pk, person) for person in people], timezone.now())


PHONE = Person(phone="919812345678", name="Asha")
BSUID = Person(bsuid="IN.1", name="Asha", username="asha")
BOTH = Person(phone="919812345678", bsuid="IN.1", name="Asha")


@pytest.mark.parametrize(
    "order", [(PHONE, BOTH, BSUID), (BSUID, BOTH, PHONE), (BOTH, PHONE, BSUID), (BOTH, BSUID, PHONE)], ids=str
)
def test_a_phone_and_a_bsuid_that_came_together_once_are_one_person(dairy, order):
    first, *_ = [_find(dairy, person)[0] for person in order]
    assert _find(dairy, PHONE, BSUID, BOTH) == [first] * 3
    assert Contact.objects.count() == 1
    assert set(Identity.objects.values_list("kind", "value")) == {("phone", "919812345678"), ("bsuid", "IN.1")}


def test_a_phone_and_a_bsuid_of_two_contacts_are_not_merged_by_themselves(dairy):
    by_phone, by_bsuid = _find(dairy, PHONE)[0], _find(dairy, BSUID)[0]
    assert by_phone != by_bsuid
    assert _find(dairy, BOTH) == [by_bsuid]
    assert Contact.objects.count() == 2


def test_one_new_customer_twice_in_a_pass_is_one_contact(dairy):
    assert len(set(_find(dairy, BOTH, PHONE, BOTH))) == 1


def test_a_username_user_has_no_phone(dairy):
    [contact] = _find(dairy, BSUID)
    row = Contact.objects.get(pk=contact)
    assert (row.phone, row.username, row.display_name) == ("", "asha", "Asha")


def test_the_same_phone_is_another_contact_in_another_business(dairy, masala):
    assert _find(dairy, PHONE) != _find(masala, PHONE)


def test_names_follow_whatsapp_and_a_missing_one_changes_nothing(dairy):
    [contact] = _find(dairy, PHONE)
    _find(dairy, Person(phone=PHONE.phone, name="Asha Devi"))
    _find(dairy, Person(phone=PHONE.phone))
    assert Contact.objects.get(pk=contact).profile_name == "Asha Devi"


def test_the_businesses_own_name_for_a_contact_stays(dairy):
    [contact] = _find(dairy, PHONE)
    Contact.objects.filter(pk=contact).update(name="Asha from the corner shop")
    _find(dairy, Person(phone=PHONE.phone, name="A."))
    assert Contact.objects.get(pk=contact).display_name == "Asha from the corner shop"


def test_whom_nothing_names_is_nobody(dairy):
    with pytest.raises(Nobody):
        _find(dairy, Person(name="Ghost"))


def test_two_workers_who_meet_one_new_customer_agree_on_the_contact(dairy, transactional_db):
    ready = threading.Barrier(6)
    found, failures = [], []

    def meet():
        try:
            with scopes_disabled():
                ready.wait()
                found.append(_find(dairy, BOTH)[0])
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=meet) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(found)) == 1
    assert Contact.objects.count() == 1


def test_the_database_refuses_an_identity_of_another_businesss_contact(dairy, masala, transactional_db):
    [contact] = _find(dairy, PHONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.create(id=uuid7(), business=masala, contact_id=contact, kind="phone", value="1")


def test_a_contact_that_is_deleted_between_two_statements_ends_with_an_error(dairy, dairy_number, transactional_db):
    """And not in a loop that holds every lane: a person deletes it while its next message is being stored."""
    with pytest.raises(inbound.Vanished), transaction.atomic():
        inbound.open_conversations([(dairy.pk, uuid7(), dairy_number.pk)], timezone.now())


def test_two_workers_who_know_a_new_customer_by_different_ids_agree_on_the_contact(dairy, transactional_db):
    """One knows the user id alone, the other one the phone too, and both commit."""
    waits, may_commit = threading.Event(), threading.Event()
    failures = []

    def first():
        try:
            with scopes_disabled(), transaction.atomic():
                _find(dairy, BSUID)
                waits.set()
                may_commit.wait(5)
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    def let_go():
        while not database.somebody_waits():
            pass
        may_commit.set()
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=let_go)]
    threads[0].start()
    assert waits.wait(5)
    threads[1].start()
    with transaction.atomic():
        found = _find(dairy, BOTH)
    for thread in threads:
        thread.join()
    assert failures == []
    assert found == [Contact.objects.get().pk]
    assert set(Identity.objects.values_list("contact", flat=True)) == set(found)
