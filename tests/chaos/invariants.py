"""What must hold once all is quiet again, whatever was killed, frozen or flushed meanwhile.

``check`` compares the product's database with the truth (truth.py) and returns a Report. It knows the tables and
nothing of the product's code, so that a mistake there cannot hide here.

lost        a taken message without its row, a question without its reply, a reply that says it was sent and reached no phone
doubled     a second row or reply for one question, a bubble too many on a phone
reordered   a customer's messages or replies in another order than they came or were queued

Two things are no violation and counted apart, since the Graph API knows no idempotency key (ARCHITECTURE.md): a reply
whose end nobody can know is ``unconfirmed``, and one that was sent again after RESEND_AFTER without a word is
``doubled_allowed`` where both copies arrived.
"""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .truth import Bubble, Call, Truth

OVERTAKEN = "The customer has asked something since."
WRITTEN_AGAIN = "The customer has written again."  # the reply of the bot's that follows answers this too
BOT = "bot"  # the intent of what no rule answers: the model does, or a person is promised

# conversations.models.Status
QUEUED, SENDING, UNKNOWN, ACCEPTED, SENT, FAILED, DELIVERED, READ, CANCELLED = 0, 10, 20, 30, 40, 50, 60, 70, 90
RANK = {"accepted": ACCEPTED, "sent": SENT, "failed": FAILED, "delivered": DELIVERED, "read": READ}
RESEND_AFTER = 85.0  # seconds: what was sent again sooner was sent blindly

Query = Callable[..., list[dict]]
Line = tuple[str, str]  # a customer's phone and our number: one thread

INBOUND = """
    SELECT m.wamid, m.seq, n.phone_number_id AS number, p.phone FROM conversations_message m
    JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
    JOIN accounts_whatsappnumber n ON n.id = m.number_id
    WHERE m.direction = 'in' AND p.phone = ANY(%s) ORDER BY m.seq
"""
OUTBOUND = """
    SELECT m.id::text AS id, m.seq, m.status, m.wamid, m.settled_at IS NOT NULL AS settled,
           m.error_text, extract(epoch FROM m.created_at)::float AS queued_at,
           CASE WHEN m.source = 'model' OR m.source_name IN ('fallback', 'handover: model') THEN 'bot'
                ELSE coalesce(r.intent, m.source_name) END AS intent, n.phone_number_id AS number, p.phone
    FROM conversations_message m
    JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
    JOIN accounts_whatsappnumber n ON n.id = m.number_id LEFT JOIN aibot_rule r ON r.id = m.source_ref
    WHERE m.direction = 'out' AND p.phone = ANY(%s) ORDER BY m.seq
"""
DELIVERIES = "SELECT id, body, processed_at IS NULL AS waits, outcome FROM webhooks_delivery WHERE id > %s AND id <= %s ORDER BY id"
FAILED_ITEMS = (
    "SELECT delivery_id, reason FROM webhooks_faileditem WHERE delivery_id > %s AND delivery_id <= %s ORDER BY id"
)

# What the rows of these customers alone must show: a name for what is wrong -> a query that finds nothing where all is well.
SHAPE = {
    "a contact with two open conversations on one number": """
        SELECT p.id::text AS what FROM conversations_conversation c JOIN conversations_contact p ON p.id = c.contact_id
        WHERE c.state = 'open' AND p.phone = ANY(%s) GROUP BY p.id, c.number_id HAVING count(*) > 1
    """,
    "a phone that is two contacts of one business": """
        SELECT min(p.id::text) AS what FROM conversations_contact p WHERE p.phone = ANY(%s)
        GROUP BY p.business_id, p.phone HAVING count(*) > 1
    """,
    "an identity of two contacts": """
        SELECT min(p.id::text) AS what FROM conversations_identity i JOIN conversations_contact p ON p.id = i.contact_id
        WHERE p.phone = ANY(%s) GROUP BY i.business_id, i.kind, i.value HAVING count(*) > 1
    """,
    "a contact without exactly one lead": """
        SELECT p.id::text AS what FROM conversations_contact p LEFT JOIN leads_lead l ON l.contact_id = p.id
        WHERE p.phone = ANY(%s) GROUP BY p.id HAVING count(l.id) <> 1
    """,
    "a message whose conversation, contact or number is another business's": """
        SELECT m.id::text AS what FROM conversations_message m
        JOIN conversations_conversation c ON c.id = m.conversation_id JOIN conversations_contact p ON p.id = c.contact_id
        JOIN accounts_whatsappnumber n ON n.id = m.number_id
        WHERE p.phone = ANY(%s)
          AND (m.business_id <> c.business_id OR m.business_id <> p.business_id OR m.business_id <> n.business_id
               OR m.number_id <> c.number_id)
    """,
    "a lead of another business than its contact's": """
        SELECT l.id::text AS what FROM leads_lead l JOIN conversations_contact p ON p.id = l.contact_id
        WHERE p.phone = ANY(%s) AND l.business_id <> p.business_id
    """,
    "a conversation whose unread count is wrong": """
        SELECT c.id::text AS what FROM conversations_conversation c JOIN conversations_contact p ON p.id = c.contact_id
        LEFT JOIN conversations_message m ON m.conversation_id = c.id AND m.direction = 'in' AND m.kind <> 'reaction'
        WHERE p.phone = ANY(%s) GROUP BY c.id HAVING count(m.id) <> c.unread
    """,
}

# The model's books, whoever called it: the same kind of query, without a parameter.
BOOKS = {
    "a budget that is not the sum of its calls, or was passed by more than providers told beyond what a call can use": """
        SELECT b.id::text AS what FROM aibot_budget b
        LEFT JOIN aibot_reservation r ON b.id IN (r.of_installation_id, r.of_business_id, r.of_month_id) WHERE b.kind = 'tokens'
        GROUP BY b.id HAVING b.reserved <> coalesce(sum(r.tokens) FILTER (WHERE r.state = 'open'), 0)
            OR b.used <> coalesce(sum(r.charged), 0) OR b.used > b.most + b.over
    """,
}
RESERVED = "SELECT id::text AS what FROM aibot_reservation WHERE state = 'open'"


@dataclass(slots=True)
class Report:
    messages: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    other: int = 0
    doubled_allowed: int = 0
    unconfirmed: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings

    def note(self, kind: str, finding: str, count: int = 1) -> None:
        """``kind`` is the counter that it belongs to."""
        setattr(self, kind, getattr(self, kind) + count)
        self.findings.append(finding)


def check(query: Query, truth: Truth, *, leases_over: bool = True) -> Report:
    """``query(sql, *params)`` reads the product's database, as dictionaries.

    With ``leases_over=False`` a message that is ``sending`` or ``unknown`` may have lost its sender a moment ago: it and
    those that wait behind it are unconfirmed, not stuck.
    """
    report = Report(messages=len(truth.said))
    deliveries = [_Delivery(row) for row in query(DELIVERIES, *truth.deliveries)]
    inbound, outbound = query(INBOUND, truth.phones), query(OUTBOUND, truth.phones)
    _arrived_once(report, truth, inbound)
    _in_the_order_of_arrival(report, deliveries, inbound)
    _answered_once(report, truth, inbound, outbound)
    _reached_the_phone_once(report, truth, outbound)
    _on_the_phone_in_order(report, truth, outbound)
    _statuses_as_told(report, truth, outbound)
    _at_rest(report, deliveries, outbound, leases_over)
    _accounted_for(report, truth, deliveries, query(FAILED_ITEMS, *truth.deliveries))
    for what, sql in SHAPE.items():
        for row in query(sql, truth.phones):
            report.note("other", f"{what}: {row['what']}")
    for what, sql in BOOKS.items():
        for row in query(sql):
            report.note("other", f"{what}: {row['what']}")
    for row in query(RESERVED) if leases_over else ():
        report.note("other", f"reservation {row['what']} is never settled")
    return report


class _Delivery:
    """A stored webhook: the items that its body names, counted by us."""

    def __init__(self, row: dict):
        self.id, self.waits, outcome = row["id"], row["waits"], row["outcome"]
        self.outcome: dict[str, int] = json.loads(outcome) if isinstance(outcome, str) else outcome
        self.wamids: list[str] = []
        self.items = 0
        for entry in json.loads(bytes(row["body"]))["entry"]:
            for change in entry["changes"]:
                messages = change["value"].get("messages", [])
                self.wamids += [message["id"] for message in messages]
                self.items += len(messages) + len(change["value"].get("statuses", []))


# --- what came in -------------------------------------------------------------------------------------------------------------


def _arrived_once(report: Report, truth: Truth, inbound: list[dict]) -> None:
    rows = Counter((row["phone"], row["number"], row["wamid"]) for row in inbound)
    for said in truth.said:
        count = rows.pop((said.phone, said.number, said.wamid), 0)
        if said.poison:
            continue  # _accounted_for
        if not said.taken:
            report.note("lost", f"{said.wamid}: no webhook with it was ever taken")
        elif not count:
            report.note("lost", f"{said.wamid}: taken, and has no row")
        elif count > 1:
            report.note("doubled", f"{said.wamid}: {count} rows", count - 1)
    for (_, _, wamid), count in rows.items():
        report.note("doubled", f"{wamid}: a row of a message that nobody wrote there", count)


def _in_the_order_of_arrival(report: Report, deliveries: list[_Delivery], inbound: list[dict]) -> None:
    """A customer's messages have the order in which the webhooks with them were stored."""
    arrival: dict[str, int] = {}
    for delivery in deliveries:
        for wamid in delivery.wamids:
            arrival.setdefault(wamid, len(arrival))
    for line, rows in _lines(inbound).items():
        places = [arrival[row["wamid"]] for row in rows if row["wamid"] in arrival]
        if turned := _descents(places):
            report.note("reordered", f"{_named(line)}: the customer's messages are not in the order of arrival", turned)


# --- what went out ------------------------------------------------------------------------------------------------------------


def _answered_once(report: Report, truth: Truth, inbound: list[dict], outbound: list[dict]) -> None:
    """Each question has its one reply, and the rules' were queued in the questions' order."""
    intent = {said.wamid: said.intent for said in truth.said}
    replies = _lines(outbound)
    for line, questions in _lines(inbound).items():
        wanted = [intent[row["wamid"]] for row in questions if intent.get(row["wamid"])]
        given = [row["intent"] for row in replies.pop(line, []) if not _is_followed(row)]
        missing, extra = Counter(wanted) - Counter(given), Counter(given) - Counter(wanted)
        if missing:
            report.note("lost", f"{_named(line)}: no reply about {_words(missing)}", missing.total())
        if extra:
            report.note("doubled", f"{_named(line)}: a reply too many about {_words(extra)}", extra.total())
        if _of_rules(given) != _of_rules(wanted) and not missing and not extra:
            report.note("reordered", f"{_named(line)}: asked about {wanted}, replies queued about {given}")
    for line, rows in replies.items():
        report.note("doubled", f"{_named(line)}: {len(rows)} replies to nothing", len(rows))


def _of_rules(intents: list[str]) -> list[str]:
    """The bot takes its time: a rule may answer what came later first."""
    return [intent for intent in intents if intent != BOT]


def _is_followed(row: dict) -> bool:
    return row["status"] == CANCELLED and row["error_text"] == WRITTEN_AGAIN


def _reached_the_phone_once(report: Report, truth: Truth, outbound: list[dict]) -> None:
    calls, shown = _accepted_calls(truth), {bubble.wamid for bubble in truth.bubbles}
    known = {row["id"]: row for row in outbound}
    for row in outbound:
        arrived = [call for call in calls[row["id"]] if call.wamid in shown]
        if not arrived:
            _never_arrived(report, row)
        elif row["wamid"] not in {None, *(call.wamid for call in arrived)}:
            report.note("other", f"message {row['id']}: has a wamid that none of its Graph calls got")
        for earlier, later in itertools.pairwise(arrived):
            if later.attempt > earlier.attempt and later.at - earlier.at >= RESEND_AFTER:
                report.doubled_allowed += 1
            else:
                report.note("doubled", f"message {row['id']}: on the phone again after {later.at - earlier.at:.1f} s")
    ours = {call.wamid for message in known for call in calls[message]}
    for bubble in truth.bubbles:
        if bubble.wamid not in ours:
            report.note("doubled", f"{_named((bubble.phone, bubble.number))}: a bubble that is no message's of ours")


def _never_arrived(report: Report, row: dict) -> None:
    if row["status"] == UNKNOWN:
        report.unconfirmed += 1
    elif row["status"] == CANCELLED and row["error_text"] == OVERTAKEN:
        return  # a greeting: the question behind it has its own reply
    elif _is_followed(row):
        return
    elif row["status"] in (FAILED, CANCELLED):
        report.note("lost", f"message {row['id']}: not sent: {row['error_text']}")
    elif row["status"] >= ACCEPTED:
        report.note("lost", f"message {row['id']}: says {row['status']}, and no phone shows it")


def _on_the_phone_in_order(report: Report, truth: Truth, outbound: list[dict]) -> None:
    """A message that was sent again after a long doubt comes when it comes; all others in the order of their rows."""
    seq = {row["id"]: row["seq"] for row in outbound}
    queued_at = {row["id"]: row["queued_at"] for row in outbound}
    message = {call.wamid: call for calls in _accepted_calls(truth).values() for call in calls}
    lines: dict[Line, list[Bubble]] = defaultdict(list)
    for bubble in sorted(truth.bubbles, key=lambda bubble: bubble.place):
        lines[bubble.phone, bubble.number].append(bubble)
    for line, bubbles in lines.items():
        first = {}  # a second copy is doubled, not reordered
        for bubble in bubbles:
            if (call := message.get(bubble.wamid)) and call.message in seq:
                first.setdefault(call.message, call)
        prompt = [call for call in first.values() if not _is_late(call, queued_at[call.message])]
        if turned := _descents([seq[call.message] for call in prompt]):
            report.note("reordered", f"{_named(line)}: the phone shows the replies in another order", turned)


def _is_late(call: Call, queued_at: float) -> bool:
    return call.attempt > 1 and call.at - queued_at >= RESEND_AFTER


def _statuses_as_told(report: Report, truth: Truth, outbound: list[dict]) -> None:
    """A message is as far as the simulator said, no further and no less."""
    calls = _accepted_calls(truth)
    bubbles = {bubble.wamid: bubble for bubble in truth.bubbles}
    for row in outbound:
        ranks = [RANK[bubbles[call.wamid].status] for call in calls[row["id"]] if call.wamid in bubbles]
        if ranks and row["status"] > max(ranks):
            report.note("other", f"message {row['id']}: says {row['status']}, WhatsApp said {max(ranks)} at most")
        if ranks and row["status"] < max(ranks):
            report.note("other", f"message {row['id']}: says {row['status']}, though WhatsApp said {max(ranks)}")


# --- the queues ---------------------------------------------------------------------------------------------------------------


def _at_rest(report: Report, deliveries: list[_Delivery], outbound: list[dict], leases_over: bool) -> None:
    """Nothing is left in hand. See ``check`` for what ``leases_over`` lets pass."""
    for delivery in deliveries:
        if delivery.waits:
            report.note("other", f"delivery {delivery.id} is not worked off")
    doubtful = [row for row in outbound if row["status"] in (SENDING, UNKNOWN) and not row["settled"]]
    held = set() if leases_over else {(row["phone"], row["number"]) for row in doubtful}
    for row in outbound:
        if row["status"] not in (QUEUED, SENDING):
            continue
        if (row["phone"], row["number"]) in held:
            report.unconfirmed += 1
        else:
            report.note("other", f"message {row['id']} is stuck in status {row['status']}")


def _accounted_for(report: Report, truth: Truth, deliveries: list[_Delivery], failed: list[dict]) -> None:
    """Received = done + duplicate + failed; each message is new exactly once; nothing failed but what was meant to."""
    poison = {said.wamid for said in truth.said if said.poison}
    meant = {delivery.id for delivery in deliveries if poison.intersection(delivery.wamids)}
    for row in failed:
        if row["delivery_id"] not in meant:
            report.note("other", f"delivery {row['delivery_id']}: an item failed: {row['reason']}")
    for delivery_id in sorted(meant - {row["delivery_id"] for row in failed}):
        report.note("lost", f"delivery {delivery_id}: the poison in it is shown nowhere as failed")
    done = [delivery for delivery in deliveries if not delivery.waits]
    for delivery in done:
        counted = sum(delivery.outcome.values())
        if counted != delivery.items and delivery.id not in meant:
            report.note("other", f"delivery {delivery.id}: {delivery.items} items, {counted} accounted for")
    new = sum(delivery.outcome.get("message", 0) for delivery in done)
    distinct = {wamid for delivery in done for wamid in delivery.wamids} - poison
    if new != len(distinct):
        report.note("other", f"{len(distinct)} messages were delivered, {new} counted as new")


# --- small things -------------------------------------------------------------------------------------------------------------


def _accepted_calls(truth: Truth) -> dict[str, list[Call]]:
    """Our message's id -> the calls with it that WhatsApp accepted, in their order."""
    found = defaultdict(list)
    for call in sorted(truth.calls, key=lambda call: call.at):
        if call.wamid:
            found[call.message].append(call)
    return found


def _lines(rows: Iterable[dict]) -> dict[Line, list[dict]]:
    found = defaultdict(list)
    for row in rows:
        found[row["phone"], row["number"]].append(row)
    return dict(found)


def _descents(values: list[int]) -> int:
    return sum(after < before for before, after in itertools.pairwise(values))


def _named(line: Line) -> str:
    return f"{line[0]} with {line[1]}"


def _words(counted: Counter) -> str:
    return ", ".join(sorted(counted.elements()))
