"""Working off what was posted: every item has an end, none is handled twice, a bad one stops nobody."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import businesses
from accounts.models import WhatsAppNumber
from conversations.models import Contact, Conversation, Message, Template
from leads.models import Lead
from tests import factories
from tests.factories import MEERA, RAVI, customer, deliver, drain, receive, text_body, together
from webhooks import drain as draining
from webhooks.models import ChannelEvent, Delivery, FailedItem


@pytest.fixture(autouse=True)
def all_businesses():
    with scopes_disabled():
        yield


def _counts() -> dict[str, int]:
    tables = [Contact, Conversation, Message, Lead, ChannelEvent, FailedItem]
    return {table.__name__: table.objects.count() for table in tables}


def test_a_message_becomes_contact_conversation_message_lead_and_reply(dairy):
    [delivery] = receive(text_body("wamid.1", "price?"))
    assert delivery.outcome == {"message": 1}
    assert _counts() == {
        "Contact": 1,
        "Conversation": 1,
        "Message": 2,
        "Lead": 1,
        "ChannelEvent": 0,
        "FailedItem": 0,
    }


def test_the_second_delivery_of_a_message_changes_nothing(dairy):
    receive(text_body("wamid.1", "price?"))
    before = _counts()
    [again] = receive(text_body("wamid.1", "price?"))
    assert again.outcome == {"duplicate": 1}
    assert _counts() == before


def test_the_same_message_twice_in_one_body_is_answered_once(dairy):
    body = text_body("wamid.1", "price?")
    [delivery] = receive(together(body, body))
    assert delivery.outcome == {"message": 1, "duplicate": 1}
    assert Message.objects.filter(direction="out").count() == 1


def test_every_message_of_a_batch_is_handled(dairy, masala):
    bodies = [text_body(f"wamid.{n}", "price?", customer(n)) for n in range(30)]
    bodies += [text_body(f"wamid.m{n}", "price?", customer(n), factories.MASALA_NUMBER) for n in range(30)]
    [delivery] = receive(together(*bodies))
    assert delivery.outcome == {"message": 60}
    assert Contact.objects.count() == 60  # the same phone is another contact in another business
    assert Message.objects.filter(direction="out").count() == 60


def test_a_bad_item_is_kept_as_failed_and_its_neighbours_go_on(dairy):
    nobody = factories.Customer(name="Nobody")
    bodies = [text_body(f"wamid.{n}", "price?", customer(n)) for n in range(9)]
    bodies.insert(4, text_body("wamid.bad", "price?", nobody))
    [delivery] = receive(together(*bodies))
    assert delivery.outcome == {"message": 9, "failed": 1}
    failed = FailedItem.objects.get()
    assert (failed.position, failed.business, failed.kind) == (4, dairy, "InboundMessage")
    assert "names no sender" in failed.reason
    assert Message.objects.filter(direction="out").count() == 9


def test_a_bad_item_of_one_delivery_leaves_the_others_of_the_pass_alone(dairy):
    deliver(text_body("wamid.1", "price?", MEERA))
    deliver(text_body("wamid.bad", "price?", factories.Customer(name="Nobody")))
    deliver(text_body("wamid.2", "price?", RAVI))
    assert draining.one_pass(timezone.now()) == 3
    assert [d.outcome for d in Delivery.objects.order_by("id")] == [{"message": 1}, {"failed": 1}, {"message": 1}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"{nope", "not_json"), (b"[1]", "not_an_object"), (b'{"entry": 7}', "entry")],
    ids=["no JSON", "no object", "bad entry"],
)
def test_what_cannot_be_read_is_kept_and_counted(db, body, reason):
    [delivery] = receive(body)
    assert delivery.outcome == {"failed": 1}
    assert reason in FailedItem.objects.get().reason
    assert bytes(Delivery.objects.get().body) == body


def test_an_unknown_number_is_kept_for_the_installations_owner(dairy):
    [delivery] = receive(text_body("wamid.1", "hello", number="999999999999999"))
    assert delivery.outcome == {"unknown_number": 1}
    event = ChannelEvent.objects.get()
    assert (event.business, event.kind) == (None, "unknown_number")
    assert not Message.objects.exists()


def test_an_unknown_field_and_an_empty_entry_are_kept(dairy):
    unknown = factories.value_body({"something": 1}, field="a_field_of_next_year")
    [first, second] = receive(unknown, factories.entries_body([]))
    assert first.outcome == second.outcome == {"notice": 1}
    assert set(ChannelEvent.objects.values_list("field", "kind")) == {("a_field_of_next_year", ""), ("", "empty")}


def test_a_channel_event_is_kept_once(dairy):
    body = factories.value_body({"event": "APPROVED"}, field="message_template_status_update")
    receive(body, body)
    event = ChannelEvent.objects.get()
    assert (event.business, event.kind) == (dairy, "APPROVED")


def test_one_tenants_secret_cannot_speak_for_another(dairy, masala_number):
    [delivery] = receive(text_body("wamid.1", "hello"), verified_by=masala_number.app_secret_mark)
    assert delivery.outcome == {"not_covered": 1}
    assert not Message.objects.exists()
    assert ChannelEvent.objects.get().business is None


def test_a_numbers_own_secret_speaks_for_it(masala_number):
    body = text_body("wamid.1", "hello", number=factories.MASALA_NUMBER)
    [delivery] = receive(body, verified_by=masala_number.app_secret_mark)
    assert delivery.outcome == {"message": 1}


def test_a_body_with_two_tenants_numbers_is_taken_only_as_far_as_its_secret_goes(dairy, masala_number):
    body = together(
        text_body("wamid.m", "hello", number=factories.MASALA_NUMBER),
        text_body("wamid.d", "hello", number=factories.DAIRY_NUMBER),
    )
    [delivery] = receive(body, verified_by=masala_number.app_secret_mark)
    assert delivery.outcome == {"message": 1, "not_covered": 1}
    assert [m.business for m in Message.objects.filter(direction="in")] == [masala_number.business]


def test_a_group_message_is_never_answered_as_a_direct_chat(dairy):
    [delivery] = receive(text_body("wamid.1", "price?", group_id="group-1"))
    assert delivery.outcome == {"group_message": 1}
    assert not Message.objects.exists()


def test_nul_and_lone_surrogates_do_no_harm(dairy):
    receive(text_body("wamid.1", "pri\x00ce"), b'{"a": "\\ud800"}')
    assert Message.objects.get(direction="in").text == "price"


def test_several_workers_at_once_answer_each_message_once(dairy, masala, transactional_db):
    for n in range(60):
        number = factories.DAIRY_NUMBER if n % 2 else factories.MASALA_NUMBER
        said = ("price?", "thanks", "namaste")[n // 20]  # the same one again would get no second answer
        deliver(text_body(f"wamid.{n}", said, customer(n % 20), number))
    failures = []

    def work():
        try:
            with scopes_disabled():
                for _ in range(10):
                    draining.one_pass(timezone.now())
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    drain()
    assert failures == []
    assert Message.objects.filter(direction="in").count() == 60
    assert Message.objects.filter(direction="out").count() == 60


def test_a_lane_that_another_worker_holds_is_left_to_it(dairy, transactional_db):
    body = text_body("wamid.1", "price?")
    lane = deliver(body).lane
    params = connection.get_connection_params()
    with psycopg.connect(**{k: params[k] for k in ("dbname", "user", "password", "host", "port")}) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [draining._LOCK_CLASS, lane])
        assert draining.one_pass(timezone.now()) == 0
    assert draining.one_pass(timezone.now()) == 1


def test_a_pass_takes_no_more_bytes_than_it_may(dairy, monkeypatch):
    bodies = [text_body(f"wamid.{n}", "x" * 3000, customer(n)) for n in range(6)]
    for body in bodies:
        deliver(body)
    monkeypatch.setattr(draining, "MOST_BYTES", len(bodies[0]) * 2 - 10)
    assert [draining.one_pass(timezone.now()) for _ in range(4)] == [2, 2, 2, 0]


@pytest.fixture
def refusing_database(transactional_db):
    """A database that cancels whatever stores the text "poison", as its statement time-out would."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.text = 'poison' THEN RAISE EXCEPTION 'canceling statement' USING ERRCODE = '57014'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse_poison BEFORE INSERT ON conversations_message FOR EACH ROW EXECUTE FUNCTION refuse_poison();
            """
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse_poison CASCADE")


def test_a_delivery_that_the_database_refuses_again_and_again_is_given_up_and_the_next_goes_on(
    dairy, refusing_database
):
    poison = deliver(text_body("wamid.poison", "poison"))
    good = deliver(text_body("wamid.good", "price?", RAVI))
    for _ in range(draining.GIVE_UP_AFTER):
        with pytest.raises(OperationalError):
            draining.one_pass(timezone.now())
    drain()
    poison.refresh_from_db()
    good.refresh_from_db()
    assert poison.outcome == {"failed": 1}
    assert good.outcome == {"message": 1}
    assert FailedItem.objects.get().kind == "delivery"


def test_a_message_that_meta_held_back_for_hours_is_shown_and_waits_for_a_person(dairy):
    receive(text_body("wamid.1", "price?", at=timezone.now() - timedelta(hours=3)))
    assert not Message.objects.filter(direction="out").exists()
    assert Conversation.objects.get().waiting_since is not None


def _template_body(waba: str, status: str = "APPROVED") -> bytes:
    value = {"event": status, "message_template_name": "order_ready", "message_template_language": "en"}
    return factories.entries_body(
        [{"id": waba, "changes": [{"field": "message_template_status_update", "value": value}]}]
    )


def test_the_secret_of_each_of_an_accounts_numbers_speaks_for_the_account(masala, masala_number, charlie):
    """Its second number belongs to a Meta app of its own."""
    second = businesses.connect_number(
        masala,
        "109876543210033",
        access_token="t" * 20,
        app_secret="s" * 20,
        waba_id=factories.MASALA_WABA,
        actor=charlie,
    )
    for number, status in ((masala_number, "APPROVED"), (second, "PAUSED")):
        [delivery] = receive(_template_body(factories.MASALA_WABA, status), verified_by=number.app_secret_mark)
        assert delivery.outcome == {"template": 1}


def test_who_claims_anothers_account_does_not_silence_it(dairy, masala_number):
    """The dairy's owner enters the masala shop's account id at their own number."""
    WhatsAppNumber.objects.filter(business=dairy).update(waba_id=factories.MASALA_WABA)
    receive(_template_body(factories.MASALA_WABA), verified_by=masala_number.app_secret_mark)
    assert Template.objects.get().business == masala_number.business


def test_a_commit_that_the_database_refuses_again_and_again_is_given_up_too(dairy, transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.text = 'poison' THEN RAISE EXCEPTION 'no parent' USING ERRCODE = '23503'; END IF;
                RETURN NEW;
            END $$;
            CREATE CONSTRAINT TRIGGER refuse_poison AFTER INSERT ON conversations_message DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse_poison();
            """
        )
    try:
        poison, good = deliver(text_body("wamid.poison", "poison")), deliver(text_body("wamid.good", "price?", RAVI))
        for _ in range(draining.GIVE_UP_AFTER):
            with pytest.raises(IntegrityError):
                draining.one_pass(timezone.now())
        drain()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_poison CASCADE")
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.outcome, good.outcome) == ({"failed": 1}, {"message": 1})
