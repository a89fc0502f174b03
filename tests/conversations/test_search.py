"""Everything that was ever said is found, by either script of Hindi, and nothing of another business."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations import contacts, indexing, retention, search
from conversations.models import Contact, Conversation, Message
from tests.factories import DAIRY_NUMBER, MASALA_NUMBER, MEERA, RAVI, Chat, Customer, customer, receive, text_body

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def says(sender: Customer, *texts: str, number: str = DAIRY_NUMBER) -> None:
    for text in texts:
        Chat(sender, number).says(text)


def found(business, text: str, **options) -> list[tuple[str, str]]:
    """(name, words of the message or nothing) of each hit."""
    indexing.index_all()
    with scope(business=business):
        return [
            (hit.conversation.contact.profile_name, hit.message.text if hit.message else "")
            for hit in search.search(text, **options).hits
        ]


@pytest.mark.parametrize("text", ["doodh", "दूध", "dudh", "DUD", "Doodh!", "doo", "dood", "दू"])
def test_milk_is_found_in_either_script_by_its_beginning(dairy, text):
    says(MEERA, "कल दूध भेजना")
    says(RAVI, "ek litre doodh please")
    says(customer(1), "paneer hai kya")
    assert sorted(found(dairy, text)) == [("Meera Iyer", "कल दूध भेजना"), ("Ravi Kumar", "ek litre doodh please")]


@pytest.mark.parametrize(
    "text",
    ["meera", "MEE", "iyer", "मीरा", "9876500001", "98765 00001", "+91 98765-00001", "00001", "765000", "meera iyer"],
)
def test_a_person_is_found_by_name_and_number(dairy, text):
    says(MEERA, "hello")
    says(customer(2), "hello")
    assert found(dairy, text) == [("Meera Iyer", "")]


def test_names_and_numbers_are_found_before_anything_is_indexed(dairy):
    says(MEERA, "hello")
    with scope(business=dairy):
        Contact.objects.update(name="Dr. Lakshmi")
        for text in ("lakshmi", "LAKSH", "00001", "iyer"):
            for within in (None, Conversation.objects.all()):
                hits = search.search(text, within=within).hits
                assert [hit.conversation.contact.name for hit in hits] == ["Dr. Lakshmi"], text


def test_a_new_name_is_found_and_the_old_one_is_not(dairy, alice):
    says(MEERA, "hello")
    indexing.index_all()
    with scope(business=dairy):
        contacts.change(Contact.objects.get(), actor=alice, name="Sunita")
        Contact.objects.update(profile_name="")
    assert ("", "") not in found(dairy, "Iyer")  # only what the bot said to her under that name
    assert found(dairy, "Sunita") == found(dairy, "सुनीता") == [("", "")]


def test_all_words_must_be_in_one_message_and_the_newest_such_message_is_shown(dairy):
    says(MEERA, "ghee price", "fresh paneer", "paneer and ghee tomorrow", "paneer or ghee today", "bye")
    says(RAVI, "ghee", "paneer")
    assert found(dairy, "ghee paneer") == [("Meera Iyer", "paneer or ghee today")]
    assert found(dairy, "ghee absent") == []


@pytest.mark.parametrize(
    "text",
    ["ravi paneer", "paneer ravi", "Ravi Kumar paneer", "पनीर रवि", "00002 paneer", "paneer 98765 00002", "ravi pan"],
)
def test_a_name_or_a_number_and_a_word_find_what_that_person_said(dairy, text):
    says(RAVI, "paneer please", "and ghee")
    says(MEERA, "paneer please")
    says(Customer("Ravi Shah", "919876500007", "IN.7"), "only ghee")
    assert found(dairy, text) == [("Ravi Kumar", "paneer please")]


def test_a_name_and_a_word_also_within_a_tab_and_of_nobody_else(dairy, masala, bob):
    says(RAVI, "paneer please")
    says(RAVI, "paneer masala", number=MASALA_NUMBER)
    with scope(business=dairy):
        nobodys, everybodys = Conversation.objects.filter(assignee=bob), Conversation.objects.all()
    assert found(dairy, "ravi paneer", within=nobodys) == []
    assert found(dairy, "ravi paneer", within=everybodys) == [("Ravi Kumar", "paneer please")]
    assert found(masala, "ravi paneer") == [("Ravi Kumar", "paneer masala")]


@pytest.mark.parametrize("few", [0, 2, 500])
def test_names_and_words_together_go_on_page_by_page_without_a_gap_or_a_second_time(dairy, monkeypatch, few):
    """Some say "ravi" themselves, and then go on without it: one conversation, by its newest hit."""
    monkeypatch.setattr(search, "FEW_CONVERSATIONS", few)
    ravis = [Customer(f"Ravi {chr(65 + n)}", f"9197{n:08d}", f"IN.8{n}") for n in range(6)]
    for ravi in ravis:
        says(ravi, "jalebi for ravi", "other", "jalebi again")
    says(MEERA, "is jalebi for ravi ready")
    says(MEERA, "jalebi")
    indexing.index_all()
    seen, before = [], ""
    with scope(business=dairy):
        while True:
            page = search.search("ravi jalebi", before=before, most=2)
            seen += [(hit.conversation.contact.profile_name, hit.message.text) for hit in page.hits]
            before = page.next or ""
            if not before:
                break
    assert seen == [
        ("Meera Iyer", "is jalebi for ravi ready"),
        *((ravi.name, "jalebi again") for ravi in reversed(ravis)),
    ]


def test_the_people_come_first_and_nobody_twice(dairy):
    says(Customer("Ghee Lal", "919876500003", "IN.3"), "ghee please")
    says(RAVI, "ghee for me")
    assert found(dairy, "ghee") == [("Ghee Lal", ""), ("Ravi Kumar", "ghee for me")]


def test_pages_go_on_where_the_last_one_ended(dairy):
    for place in range(7):
        says(customer(place), "namkeen", "namkeen again")
    for place in range(3):
        says(Customer(f"Namkeen {place}", f"9197{place:08d}", f"IN.9{place}"), "hi")
    indexing.index_all()
    seen, before, pages = [], "", 0
    with scope(business=dairy):
        while True:
            page = search.search("namkeen", before=before, most=2)
            seen += [hit.conversation.pk for hit in page.hits]
            pages += 1
            if page.next is None:
                break
            before = page.next
        assert len(seen) == len(set(seen)) == 10
        assert pages == 5
        times = [m.wa_timestamp for m in Message.objects.filter(text="namkeen again").order_by("-seq")]
        assert times == sorted(times, reverse=True)


def test_what_is_frequent_among_the_old_alone_is_found_too(dairy, monkeypatch):
    """The newest are read, there are not few, the newest of before are read, and at last all."""
    monkeypatch.setattr(search, "FEW", 2)
    monkeypatch.setattr(search, "WINDOWS", (2, 4))
    for place in range(6):
        says(customer(place), "jalebi")
    says(RAVI, *(f"other {n}" for n in range(6)))
    assert len(found(dairy, "jalebi", most=5)) == 5
    assert len(found(dairy, "Customer", most=5)) == 5


def test_an_emoji_is_no_word_alone_it_finds_nothing_and_beside_a_word_it_changes_nothing(dairy):
    says(MEERA, "done \N{WHITE HEAVY CHECK MARK}", "हो गया", "delivery हुए")
    says(RAVI, "delivery \N{DELIVERY TRUCK}")
    assert found(dairy, "\N{WHITE HEAVY CHECK MARK}") == found(dairy, "\N{DELIVERY TRUCK}") == []
    assert found(dairy, "delivery \N{DELIVERY TRUCK}") == found(dairy, "delivery") != []


def test_only_within_what_is_asked_for(dairy, bob):
    says(MEERA, "ghee one")
    says(RAVI, "ghee two")
    with scope(business=dairy):
        Conversation.objects.filter(contact__profile_name="Ravi Kumar").update(assignee=bob)
        mine = Conversation.objects.filter(assignee=bob)
    assert found(dairy, "ghee", within=mine) == [("Ravi Kumar", "ghee two")]
    assert found(dairy, "987650000", within=mine) == [("Ravi Kumar", "")]


@pytest.mark.parametrize("few", [0, 500])
def test_a_tab_is_looked_through_alike_whether_it_holds_few_or_many(dairy, monkeypatch, few):
    monkeypatch.setattr(search, "FEW_CONVERSATIONS", few)
    for place in range(6):
        says(customer(place), f"jalebi {place}")
    with scope(business=dairy):
        half = list(Conversation.objects.order_by("created_at").values_list("pk", flat=True)[:3])
        within = Conversation.objects.filter(pk__in=half)
    assert {text for _, text in found(dairy, "jalebi", within=within)} == {"jalebi 0", "jalebi 1", "jalebi 2"}
    assert len(found(dairy, "Customer", within=within)) == 3
    assert found(dairy, "jalebi", within=Conversation.objects.none()) == []


def test_another_business_finds_nothing(dairy, masala):
    says(MEERA, "ghee secret")
    says(RAVI, "masala", number=MASALA_NUMBER)
    for text in ("ghee", "secret", "Meera", "00001", "gh"):
        assert found(masala, text) == []
    assert found(masala, "masala") == [("Ravi Kumar", "masala")]


def test_what_was_erased_is_found_no_more_and_its_words_are_gone(dairy):
    chat = Chat(MEERA)
    chat.says("my account is 998877")
    assert found(dairy, "998877") != []
    with scope(business=dairy):
        Message.objects.filter(wamid=chat.wamids[-1]).update(text="", revoked_at=timezone.now())
        assert search.search("998877").hits == []
    assert found(dairy, "998877") == []
    assert kept("messagewords", "998877") == 0


def test_an_edit_is_found_by_its_new_words_alone(dairy):
    chat = Chat(MEERA)
    chat.says("send laddu")
    indexing.index_all()
    with scope(business=dairy):
        Message.objects.filter(wamid=chat.wamids[-1]).update(text="send barfi")
    assert found(dairy, "laddu") == []
    assert found(dairy, "बर्फी") == [("Meera Iyer", "send barfi")]


def test_an_old_text_that_an_indexer_was_at_goes_when_the_message_is_erased(dairy):
    """The indexer read the text, the erasure was committed, then the indexer wrote: what is due again mends it."""
    chat = Chat(MEERA)
    chat.says("private 554433")
    indexing.index_all()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE late AS SELECT * FROM conversations_messagewords")
        with scope(business=dairy):
            Message.objects.filter(wamid=chat.wamids[-1]).update(text="")
        cursor.execute("INSERT INTO conversations_messagewords SELECT * FROM late ON CONFLICT DO NOTHING")
        assert kept("messagewords", "554433") == 1
        indexing.index_all()
        assert kept("messagewords", "554433") == 0
        cursor.execute("DROP TABLE late")


@pytest.mark.django_db(transaction=True)
def test_retention_takes_the_words_along(dairy):
    old = timezone.now() - timedelta(days=40)
    receive(text_body("wamid.old", "puraana laddu", at=old))
    indexing.work()
    with scope(business=dairy):
        Message.objects.update(created_at=old, wa_timestamp=old, status=100)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_settings SET messages_kept_days = 30")
    assert kept("messagewords", "laddu", "ladu") > 0
    retention.prune(timezone.now())
    assert kept("messagewords", "laddu", "ladu") == 0


def test_a_deleted_contact_leaves_no_words(dairy):
    says(MEERA, "hello ghee")
    indexing.index_all()
    with scope(business=dairy):
        Contact.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM conversations_messagewords) + (SELECT count(*) FROM conversations_contactwords)"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT count(*) FROM conversations_contactwords")
        assert cursor.fetchone()[0] == 0
    assert found(dairy, "ghee") == found(dairy, "Meera") == []


HOSTILE = [
    "'", '"', "%", "_", "\\", "%%%", "' OR 1=1 --", "ghee' & !'x", "ghee:*", "!ghee", "ghee | paneer", "(((", "<->", "\x00",
    "ghee\x00", "😀", "😀😀😀", "\u200d", "x" * 4096, "ghee " * 800, "1" * 300, "\ud7ff", "$1", "%s", "{}", "--", "/*", "ा", "।",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_break_nothing(dairy, text):
    says(MEERA, "paneer 100% pure_desi \\ 'quoted'")
    assert isinstance(found(dairy, text), list)


def test_signs_are_no_wildcards(dairy):
    says(MEERA, "paneer")
    assert (
        found(dairy, "%") == found(dairy, "_") == found(dairy, "pan_er") == found(dairy, "😀") == found(dairy, "") == []
    )


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_search(dairy, text):
    with scope(business=dairy):
        search.search(text)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "é", "eyJ9", "[" * 5000])
def test_a_cursor_of_nowhere_is_refused(dairy, cursor):
    with scope(business=dairy), pytest.raises(search.BadCursor):
        search.search("ghee", before=cursor)


def test_the_snippet_shows_the_words_around_what_was_asked_for():
    text = "Namaste ji, main roz subah aapki dukan se " + "bahut " * 10 + "taaza दूध, paneer leti hoon " + "aur " * 60
    pieces = search.snippet(text, search.asked("doodh"))
    assert [words for words, is_asked in pieces if is_asked] == ["दूध,"]
    assert pieces[0][0].startswith("…")
    assert pieces[-1][0].endswith("…")
    assert len("".join(words for words, _ in pieces)) <= search.SNIPPET + 2


def test_the_number_of_statements_does_not_grow(dairy):
    says(MEERA, "jalebi")
    indexing.index_all()

    def statements() -> int:
        with (
            scope(business=dairy),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            search.search("jalebi")
        return len(queries)

    few = statements()
    for place in range(12):
        says(customer(place), "jalebi one", "jalebi two")
    indexing.index_all()
    assert statements() == few <= 14


def test_two_businesses_whose_marks_are_the_same_are_still_two(dairy, masala, monkeypatch):
    monkeypatch.setattr(indexing, "mark_of", lambda business: "same")
    says(MEERA, "ghee")
    assert found(masala, "ghee") == []
    assert found(dairy, "ghee") == [("Meera Iyer", "ghee")]


def test_what_is_due_is_taken_once(dairy):
    says(MEERA, "ghee", "paneer")
    assert indexing.index_all() > 0
    assert indexing.index_all() == 0
    assert str(uuid4()) not in str(found(dairy, "ghee"))


def kept(table: str, *forms: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM conversations_{table} WHERE words::text LIKE ANY(%s)", [[f"%{f}%" for f in forms]]
        )
        return cursor.fetchone()[0]
