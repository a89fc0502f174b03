"""A long history that nobody wrote, to see and measure pages and search with: contacts, leads, conversations and messages in
English, Hindi and Romanised Hindi, of which it is known how often each word stands in them.

It hangs on a number of its own that can neither send nor receive, so that it can be taken away again, and no made-up customer is
ever written to. The phones begin with 91 00, which is no Indian number.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django_scopes import scopes_disabled

from accounts.models import Business, WhatsAppNumber
from conversations import indexing

STEP = 25_000  # rows of one transaction
DAYS = 365
NUMBER = "99900"  # begins the phone_number_id of a made-up number
PHONES = "9100"
Told = Callable[[str, int, int], None]  # (what, done, of)

# Word -> in one of how many messages it stands, at which place. Both scripts take turns.
WORDS = {
    "kumkumadi": (100_000, 77, "kumkumadi tel hai kya", "kumkumadi oil please"),
    "delivery": (10, 3, "delivery kab hogi", "डिलीवरी कब होगी"),
    "halwa": (77, 5, "gajar ka halwa bhejo", "गाजर का हलवा भेजो"),
    "kesar": (1_000, 11, "asli kesar ka rate", "असली केसर का भाव"),
    "paneer": (50, 7, "fresh paneer milega", "ताज़ा पनीर मिलेगा"),
}
_LINES = [
    "Hello, are you open today?",
    "What is the price for one kilo?",
    "Please send me the list",
    "I want to place an order",
    "Thank you so much",
    "Can I pay by UPI?",
    "My address is the same as last time",
    "The packet was leaking",
    "Is it available in the smaller size?",
    "Call me back",
    "Do you have a discount on ten pieces?",
    "I will collect it in the evening",
    "The colour is different from the photo",
    "Ok done",
    "Please cancel my booking for tomorrow",
    "When will the doctor be in?",
    "My son has fever since two days",
    "What are the fees for class six?",
    "नमस्ते, दुकान खुली है क्या",
    "एक किलो का भाव बताइए",
    "मुझे सूची भेज दीजिए",
    "कल सुबह दूध चाहिए",
    "धन्यवाद भैया",
    "पैसे ऑनलाइन भेज दिए हैं",
    "पता वही है जो पिछली बार था",
    "सामान खराब निकला",
    "छोटा पैकेट मिल जाएगा क्या",
    "शाम को ले जाऊंगा",
    "डॉक्टर साहब कब बैठेंगे",
    "बच्चे को बुखार है",
    "फीस कब तक जमा करनी है",
    "साड़ी का रंग अलग है",
    "आज का ऑर्डर रद्द कर दो",
    "namaste bhaiya dukan khuli hai kya",
    "ek kilo ka bhav batao",
    "list bhej dijiye",
    "kal subah doodh chahiye",
    "shukriya ji",
    "paise bhej diye hain",
    "address wahi hai jo pichli baar tha",
    "saman kharab nikla",
    "chota packet mil jayega kya",
    "shaam ko le jaunga",
    "doctor sahab kab baithenge",
    "bache ko bukhar hai",
    "fees kab tak jama karni hai",
    "saree ka rang alag hai",
    "aaj ka order cancel kar do",
    "thik hai",
    "haan ji",
    "nahi chahiye",
]
_FIRST = [
    "Aarti",
    "Abdul",
    "Aditi",
    "Ajay",
    "Akash",
    "Amit",
    "Anil",
    "Anita",
    "Anjali",
    "Arjun",
    "Asha",
    "Ashok",
    "Ayesha",
    "Deepak",
    "Divya",
    "Farhan",
    "Fatima",
    "Gaurav",
    "Geeta",
    "Harish",
    "Imran",
    "Jyoti",
    "Karan",
    "Kavita",
    "Kiran",
    "Lakshmi",
    "Lata",
    "Mahesh",
    "Meena",
    "Mohan",
    "Neha",
    "Nikhil",
    "Nisha",
    "Pooja",
    "Pradeep",
    "Priya",
    "Rahul",
    "Rajesh",
    "Ravi",
    "Rekha",
    "Rohit",
    "Sana",
    "Sanjay",
    "Seema",
    "Shreya",
    "Sneha",
    "Sunil",
    "Sunita",
    "Suresh",
    "Uma",
    "Vijay",
    "Vikram",
    "आरती",
    "सुनीता",
    "रवि",
    "मोहन",
    "कविता",
    "गीता",
    "राजेश",
    "पूजा",
]
_LAST = [
    "Agarwal",
    "Ansari",
    "Bansal",
    "Chauhan",
    "Das",
    "Desai",
    "Dubey",
    "Gupta",
    "Iyer",
    "Jain",
    "Joshi",
    "Kapoor",
    "Kaur",
    "Khan",
    "Kulkarni",
    "Kumar",
    "Malhotra",
    "Mehta",
    "Mishra",
    "Nair",
    "Pandey",
    "Patel",
    "Patil",
    "Rao",
    "Reddy",
    "Saxena",
    "Shah",
    "Sharma",
    "Singh",
    "Sinha",
    "Tiwari",
    "Trivedi",
    "Verma",
    "Yadav",
    "शर्मा",
    "गुप्ता",
    "सिंह",
    "यादव",
]

# A UUID of version 7 of a time: accounts.ids in SQL.
_ID = """(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7' || substr({h}, 1, 3) || '8' || substr({h}, 4, 15))::uuid"""
_PICK = "(('x' || substr(md5({of}), 1, 7))::bit(28)::int %% {n} + 1)"


def make(business: Business, conversations: int, messages: int, now: datetime, tell: Told) -> None:
    """Add a history of a year that ends now. There is at least one message for each conversation."""
    number = _number(business)
    start = now - timedelta(days=DAYS)
    about = {
        "business": business.pk,
        "number": number.pk,
        "start": start,
        "gap": timedelta(days=DAYS) / messages,
        "all": conversations,
        "phones": PHONES,
        "lines": _LINES,
        "first": _FIRST,
        "last": _LAST,
    }
    for begin in range(1, conversations + 1, STEP):
        end = min(begin + STEP - 1, conversations)
        _run(_PEOPLE, {**about, "begin": begin, "end": end})
        tell("conversations", end, conversations)
    for begin in range(1, messages + 1, STEP):
        end = min(begin + STEP - 1, messages)
        _run([_messages()], {**about, "begin": begin, "end": end})
        tell("messages", end, messages)
    _run([_LAST_WORDS], about)
    index(tell)
    _run(
        [
            "ANALYZE conversations_message, conversations_conversation, conversations_contact, conversations_messagewords"
        ],
        {},
    )


def index(tell: Told) -> None:
    """Whatever is due, with a word on how far it is."""
    [[left]] = _run(
        ["SELECT (SELECT count(*) FROM conversations_messagedue) + (SELECT count(*) FROM conversations_contactdue)"], {}
    )
    done = 0
    while taken := indexing.work(seconds=2.0, step=5_000):
        done += taken
        tell("words", done, max(done, left))


def remove(business: Business, tell: Told) -> int:
    """Take the made-up history away, the number too. Returns how many messages there were."""
    total = 0
    with scopes_disabled():
        numbers = list(WhatsAppNumber.objects.filter(business=business, phone_number_id__startswith=NUMBER))
    about = {"business": business.pk, "numbers": [n.pk for n in numbers], "phones": f"{PHONES}%", "step": STEP}
    while numbers and (gone := len(_run([_TAKE_MESSAGES], about))):
        total += gone
        tell("messages", total, total)
    if numbers:
        _run(_TAKE_PEOPLE, about)
        with scopes_disabled():
            WhatsAppNumber.objects.filter(pk__in=about["numbers"]).delete()
    return total


def _number(business: Business) -> WhatsAppNumber:
    """Made up, without a token, not active: nothing can leave by it."""
    with scopes_disabled():
        return WhatsAppNumber.objects.get_or_create(
            phone_number_id=f"{NUMBER}{business.pk.int % 10**12:012}",
            defaults={"business": business, "active": False, "display_phone_number": "+91 00 0000 0000"},
        )[0]


def _run(statements: list[str], values: dict) -> list:
    with transaction.atomic(durable=not connection.in_atomic_block), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


# --- statements -----------------------------------------------------------------------------------------------------------

_HASH = "md5(%(business)s::text || {of})"
_PERSON = f"""
    WITH person AS (
        SELECT i, {_HASH.format(of="'c' || i")} AS h, %(start)s::timestamptz + i * %(gap)s::interval AS at
        FROM generate_series(%(begin)s::bigint, %(end)s::bigint) i
    ), row AS (
        SELECT i, h, at, {_ID.format(at="at", h="h")} AS id, %(phones)s || lpad(i::text, 8, '0') AS phone,
               (%(first)s::text[])[{_PICK.format(of="h || 'f'", n=len(_FIRST))}] || ' ' ||
               (%(last)s::text[])[{_PICK.format(of="h || 'l'", n=len(_LAST))}] AS name
        FROM person
    )
"""
_PEOPLE = [
    f"""{_PERSON}
    INSERT INTO conversations_contact (id, business_id, name, profile_name, username, phone, created_at)
    SELECT id, %(business)s, '', name, '', phone, at FROM row
    """,
    f"""{_PERSON}
    INSERT INTO conversations_identity (id, business_id, contact_id, kind, value, created_at)
    SELECT id, %(business)s, id, 'phone', phone, at FROM row
    """,
    f"""{_PERSON}
    INSERT INTO leads_lead (id, business_id, contact_id, status, product_interest, source, referral, score, created_at, updated_at)
    SELECT id, %(business)s, id, 'new', '', 'whatsapp', '{{}}', 0, at, at FROM row
    """,
    f"""{_PERSON}
    INSERT INTO conversations_conversation
        (id, business_id, contact_id, number_id, state, owner, turn, pending_ask, last_inbound_seq, unread, ai_call_count,
         last_message_text, last_message_inbound, created_at, closed_at, waiting_since)
    SELECT id, %(business)s, id, %(number)s, CASE WHEN i %% 10 < 3 THEN 'closed' ELSE 'open' END,
           CASE WHEN i %% 4 = 0 THEN 'human' ELSE 'bot' END, 0, '', 0, CASE WHEN i %% 20 = 5 THEN 2 ELSE 0 END, 0,
           '', true, at, CASE WHEN i %% 10 < 3 THEN at END, CASE WHEN i %% 200 = 5 THEN at END
    FROM row
    """,
]


def _messages() -> str:
    """The first message of each conversation, then more: a fifth of them to the busiest hundredth."""
    special = " ".join(
        f"WHEN n %% {every} = {place} THEN ' ' || CASE WHEN n / {every} %% 2 = 0 THEN '{one}' ELSE '{other}' END"
        for every, place, one, other in WORDS.values()
    )
    both = "CASE WHEN n %% 77 = 5 AND n %% 10 = 3 THEN ' aur halwa' ELSE '' END"  # two frequent words in one message
    return f"""
    WITH drawn AS (
        SELECT n, {_HASH.format(of="'m' || n")} AS h, %(start)s::timestamptz + n * %(gap)s::interval AS at
        FROM generate_series(%(begin)s::bigint, %(end)s::bigint) n
    ), placed AS (
        SELECT n, h, at, CASE
                WHEN n <= %(all)s THEN n
                WHEN n %% 5 = 0 THEN {_PICK.format(of="h || 'b'", n="greatest(%(all)s / 100, 1)")}
                ELSE {_PICK.format(of="h || 'a'", n="%(all)s")} END AS i,
               CASE WHEN n > %(all)s AND n %% 3 = 0 THEN 'out' ELSE 'in' END AS direction,
               (%(lines)s::text[])[{_PICK.format(of="h || 't'", n=len(_LINES))}]
               || CASE {special} WHEN n %% 10 = 9 THEN ' ' || n ELSE '' END || {both} AS text
        FROM drawn
    ), told AS (
        SELECT p.*, {_HASH.format(of="'c' || p.i")} AS ch, %(start)s::timestamptz + p.i * %(gap)s::interval AS begun FROM placed p
    )
    INSERT INTO conversations_message
        (id, business_id, conversation_id, number_id, direction, kind, source, source_name, purpose, text, payload, reply_to,
         wamid, wa_timestamp, status, error_text, attempt, created_at)
    SELECT {_ID.format(at="at", h="h")}, %(business)s, {_ID.format(at="begun", h="ch")}, %(number)s, direction, 'text',
           CASE direction WHEN 'in' THEN 'customer' ELSE 'agent' END, '', 'reply', text, '{{}}', '',
           'wamid.made.' || n, date_trunc('second', at), CASE direction WHEN 'in' THEN 100 ELSE 70 END, '', 0, at
    FROM told ORDER BY n
    """


_LAST_WORDS = """
    UPDATE conversations_conversation c
    SET last_message_at = m.at, last_message_text = left(m.text, 160), last_message_inbound = m.direction = 'in',
        last_inbound_at = m.inbound_at, last_inbound_seq = coalesce(m.inbound_seq, 0)
    FROM (
        SELECT conversation_id, max(wa_timestamp) AS at, (array_agg(text ORDER BY seq DESC))[1] AS text,
               (array_agg(direction ORDER BY seq DESC))[1] AS direction,
               max(wa_timestamp) FILTER (WHERE direction = 'in') AS inbound_at, max(seq) FILTER (WHERE direction = 'in') AS inbound_seq
        FROM conversations_message WHERE number_id = %(number)s GROUP BY 1
    ) m WHERE c.id = m.conversation_id
"""
_TAKE_MESSAGES = """
    DELETE FROM conversations_message WHERE id IN (
        SELECT id FROM conversations_message WHERE number_id = ANY(%(numbers)s) LIMIT %(step)s
    ) RETURNING 1
"""
_MADE = "business_id = %(business)s AND contact_id IN (SELECT id FROM conversations_contact WHERE business_id = %(business)s AND phone LIKE %(phones)s)"  # nosec B608
_TAKE_PEOPLE = [
    f"DELETE FROM leads_leadevent WHERE lead_id IN (SELECT id FROM leads_lead WHERE {_MADE})",  # nosec B608
    f"DELETE FROM leads_lead WHERE {_MADE}",  # nosec B608
    f"DELETE FROM conversations_identity WHERE {_MADE}",  # nosec B608
    "DELETE FROM conversations_conversation WHERE number_id = ANY(%(numbers)s)",
    "DELETE FROM conversations_contact WHERE business_id = %(business)s AND phone LIKE %(phones)s",
]
