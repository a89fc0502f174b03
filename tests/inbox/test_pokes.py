"""What PostgreSQL tells of changes: every kind that a page shows, once committed, of the right business, and nothing else."""

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from accounts.models import User
from conversations import assignment, contacts, outbound, sets
from conversations.models import Contact, Conversation, ConversationLabel, Label, Message, Note, Status
from documents.models import Document
from inbox import pokes
from inbox.pokes import MANY, Poke
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MEERA = factories.MEERA


@pytest.fixture
def heard(transactional_db):
    """What was told since it was last asked: [(business, Poke)], the same each time that it is told."""
    params = connection.get_connection_params()
    wanted = {key: params[key] for key in ("dbname", "user", "password", "host", "port") if params.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as line:
        line.execute("LISTEN pokes")

        def since() -> list[tuple[str, Poke]]:
            found = []
            for notice in line.notifies(timeout=0.2):
                business, told = pokes.read(notice.payload)
                found += [(business, poke) for poke in told]
            return found

        yield since


@pytest.fixture
def chat(dairy_number, heard) -> Conversation:
    factories.receive(factories.text_body(factories.new_wamid(), "namaste", MEERA))
    with scopes_disabled():
        conversation = Conversation.objects.get()
    heard()
    return conversation


def kinds(found) -> set[str]:
    return {poke.kind for _business, poke in found}


def test_a_new_message_is_told_with_its_number_and_the_bots_answer_too(dairy_number, heard, dairy):
    factories.receive(factories.text_body(factories.new_wamid(), "hello", MEERA))
    with scope(business=dairy):
        conversation = Conversation.objects.get()
        newest = Message.objects.order_by("-seq").first()
    assert newest.direction == "out"
    told = heard()
    assert (str(dairy.pk), Poke("message", str(conversation.pk), newest.seq)) in told
    assert {business for business, _poke in told} == {str(dairy.pk)}
    assert kinds(told) <= {"message", "state"}


def test_nothing_is_told_of_what_was_rolled_back(chat, heard, bob, dairy):
    with scope(business=dairy), transaction.atomic():
        _say(chat, bob)
        transaction.set_rollback(True)
    assert heard() == []


def test_each_step_that_a_page_shows_is_told(chat, heard, bob, dairy):
    def told_of(act) -> set[str]:
        with scope(business=dairy), transaction.atomic():
            act()
        return kinds(heard())

    now = timezone.now()
    assert told_of(lambda: assignment.take_over(chat, by=bob, now=now)) == {"state", "status"}  # the bot's reply goes
    assert told_of(lambda: assignment.assign(chat, None, by=bob)) == {"state"}
    assert told_of(lambda: assignment.return_to_bot(chat, by=bob)) == {"state"}
    assert "message" in told_of(lambda: _say(chat, bob))
    assert told_of(lambda: _wait(chat)) == {"state"}
    assert told_of(lambda: contacts.change(chat.contact, actor=bob, name="Meera from the market")) == {"state"}
    Conversation._base_manager.filter(pk=chat.pk).update(unread=3)
    assert told_of(lambda: assignment.mark_read(chat, up_to=10**12)) == {"state"}
    assert told_of(lambda: assignment.mark_unread(chat)) == {"state"}
    assert told_of(lambda: assignment.close(chat, by=bob, now=now)) == {"state"}
    assert told_of(lambda: assignment.reopen(chat, by=bob)) == {"state"}


def test_what_becomes_of_a_message_is_told_but_not_that_it_is_being_sent(chat, heard, dairy):
    with scope(business=dairy):
        message = Message.objects.filter(direction="out").first()
        rows = Message.objects.filter(pk=message.pk)
        rows.update(status=Status.QUEUED)
        heard()
        rows.update(status=Status.SENDING, sending_since=timezone.now())
        assert heard() == []
        for change in (
            {"status": Status.ACCEPTED},
            {"status": Status.READ},
            {"reactions": {"in": "+"}},
            {"text": "another", "edited_at": timezone.now()},
            {"revoked_at": timezone.now()},
            {"dismissed_at": timezone.now()},
        ):
            rows.update(**change)
            assert heard() == [(str(dairy.pk), Poke("status", str(chat.pk), message.seq))], change
        rows.update(status=Status.READ)
        assert heard() == [], "nothing has changed"


def test_typing_is_told_by_hand(chat, heard, dairy):
    pokes.tell(dairy.pk, "typing", chat.pk)
    assert heard() == [(str(dairy.pk), Poke("typing", str(chat.pk), 0))]


def test_each_business_is_told_of_its_own(chat, heard, dairy, masala_number):
    """One statement that changes rows of two businesses."""
    factories.receive(
        factories.text_body(factories.new_wamid(), "hi", MEERA, factories.MASALA_NUMBER),
        verified_by=masala_number.app_secret_mark,
    )
    heard()
    sets.run("UPDATE conversations_conversation SET owner = 'meta'")
    with scopes_disabled():
        expected = {(str(c.business_id), Poke("state", str(c.pk), 0)) for c in Conversation.objects.all()}
    told = heard()
    assert len(expected) == 2
    assert set(told) == expected


@pytest.mark.parametrize(("count", "expected"), [(100, 100), (101, 1)])
def test_more_than_a_hundred_at_once_are_one_poke(dairy, dairy_number, heard, count, expected):
    with scope(business=dairy):
        people = [Contact(business=dairy, phone=f"9198{place:08}") for place in range(count)]
        Contact.objects.bulk_create(people)
        chats = [Conversation(business=dairy, contact=person, number=dairy_number) for person in people]
        Conversation.objects.bulk_create(chats)
        assert heard() == []
        Conversation.objects.update(unread=1, last_inbound_seq=9)
        assert heard() == [], "more unread come with a message"
        Conversation.objects.update(owner="human")
    told = heard()
    assert len(told) == expected
    assert expected == 100 or told == [(str(dairy.pk), Poke(MANY))]


def test_notes_labels_and_files_are_told(chat, heard, dairy, bob):
    here = {"business": dairy, "conversation": chat}
    with scope(business=dairy):
        note = Note.objects.create(**here, author=bob, text="She pays on Friday")
        assert heard() == [(str(dairy.pk), Poke("state", str(chat.pk), 0))]
        label = Label.objects.create(business=dairy, name="Wholesale")
        ConversationLabel.objects.create(**here, label=label)
        assert kinds(heard()) == {"state"}
        ConversationLabel.objects.all().delete()
        assert kinds(heard()) == {"state"}
        note.delete()
        assert kinds(heard()) == {"state"}
        message = Message.objects.filter(direction="in").get()
        file = Document.objects.create(**here, message=message, direction="in", kind="image", state="waiting")
        assert heard() == [(str(dairy.pk), Poke("status", str(chat.pk), message.seq))]
        Document.objects.filter(pk=file.pk).update(state="stored")
        assert heard() == [(str(dairy.pk), Poke("status", str(chat.pk), message.seq))]


def test_a_table_with_conversations_or_messages_is_told_of_by_one_trigger(chat, heard, dairy):
    """As notes and files have theirs."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE some_notes (id int, business_id uuid, conversation_id uuid)")
        cursor.execute("CREATE TABLE some_files (id int, business_id uuid, message_id uuid)")
        try:
            for table, function in (
                ("some_notes", "poke_conversations"),
                ("some_files", "poke_conversations_of_messages"),
            ):
                cursor.execute(
                    f"CREATE TRIGGER told AFTER INSERT ON {table} REFERENCING NEW TABLE AS news "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                )
            cursor.execute("INSERT INTO some_notes VALUES (1, %s, %s), (2, %s, NULL)", [dairy.pk, chat.pk, dairy.pk])
            assert heard() == [(str(dairy.pk), Poke("state", str(chat.pk), 0))]
            message = Message._base_manager.filter(conversation=chat).first()
            cursor.execute("INSERT INTO some_files VALUES (1, %s, %s)", [dairy.pk, message.pk])
            assert heard() == [(str(dairy.pk), Poke("status", str(chat.pk), message.seq))]
        finally:
            cursor.execute("DROP TABLE some_notes, some_files")


@pytest.mark.parametrize(
    "payload", ["", "x", "x|message", "x|message|", "x|message|a", "x|message|a:b", "x|message|a:²"]
)
def test_what_is_no_poke_is_nobodys(payload):
    assert pokes.read(payload) == ("", [])


def _say(chat: Conversation, by: User) -> None:
    outbound.queue_text(chat, "Yes, it is fresh.", by=by)


def _wait(chat: Conversation) -> None:
    Conversation.objects.filter(pk=chat.pk).update(waiting_since=timezone.now())
