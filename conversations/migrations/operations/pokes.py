"""Tell the open pages that a conversation has changed: NOTIFY on the channel ``pokes``, heard by inbox/pokes.py.

A payload is ``business|kind|conversation:seq,...`` with 100 conversations at most, which stays below the 8,000 bytes that NOTIFY
carries; more of one business in a statement are ``business|kind|many``. It holds ids alone. The triggers run once a
statement, and a statement that changes nothing that a page shows tells nothing: a NOTIFY makes its commit wait for
others (docs/decisions/0012-pokes-by-notify.md).

``poke_conversations`` and ``poke_conversations_of_messages`` serve any table with (business_id, conversation_id) or
(business_id, message_id), by a trigger of any kind whose transition table is named ``news``: ``poke`` makes one.
"""

from django.db.migrations import RunSQL

_FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('pokes', concat_ws('|', business_id, '{kind}',
            CASE WHEN count(*) > 100 THEN 'many' ELSE string_agg(concat(conversation_id, ':', seq), ',') END))
        FROM ({changed}) AS changed GROUP BY business_id;
        RETURN NULL;
    END $$
"""
_FUNCTIONS = {
    "poke_new_messages": (
        "message",
        "SELECT business_id, conversation_id, max(seq) AS seq FROM news GROUP BY 1, 2",
    ),
    # To the reader "waiting" and "being sent" are the same.
    "poke_changed_messages": (
        "status",
        """
        SELECT n.business_id, n.conversation_id, max(n.seq) AS seq FROM news n JOIN olds o USING (id)
        WHERE (greatest(n.status, 10), n.error_code, n.error_text, n.text, n.reactions, n.edited_at, n.revoked_at,
               n.settled_at, n.dismissed_at, n.resent_at, n.doubled_at, n.conversation_id)
            IS DISTINCT FROM
              (greatest(o.status, 10), o.error_code, o.error_text, o.text, o.reactions, o.edited_at, o.revoked_at,
               o.settled_at, o.dismissed_at, o.resent_at, o.doubled_at, o.conversation_id)
        GROUP BY 1, 2
        """,
    ),
    # What a new message changes here is told with the message; the update that counts it moves last_inbound_seq, the mark
    # "unread" of a person's does not.
    "poke_changed_conversations": (
        "state",
        """
        SELECT n.business_id, n.id AS conversation_id, 0 AS seq FROM news n JOIN olds o USING (id)
        WHERE n.unread < o.unread OR (n.unread > o.unread AND n.last_inbound_seq = o.last_inbound_seq)
           OR (n.state, n.owner, n.assignee_id, n.waiting_since, n.window_closed_seq, n.contact_id)
            IS DISTINCT FROM (o.state, o.owner, o.assignee_id, o.waiting_since, o.window_closed_seq, o.contact_id)
        """,
    ),
    "poke_changed_contacts": (
        "state",
        """
        SELECT c.business_id, c.id AS conversation_id, 0 AS seq
        FROM news n JOIN olds o USING (id) JOIN conversations_conversation c ON c.contact_id = n.id
        WHERE n.* IS DISTINCT FROM o.*
        """,
    ),
    "poke_conversations": (
        "state",
        "SELECT DISTINCT business_id, conversation_id, 0 AS seq FROM news WHERE conversation_id IS NOT NULL",
    ),
    "poke_conversations_of_messages": (
        "status",
        """
        SELECT m.business_id, m.conversation_id, max(m.seq) AS seq
        FROM news n JOIN conversations_message m ON m.id = n.message_id GROUP BY 1, 2
        """,
    ),
}
_NEWS = {"INSERT": "NEW TABLE AS news", "UPDATE": "NEW TABLE AS news", "DELETE": "OLD TABLE AS news"}
_BOTH = {"UPDATE": "NEW TABLE AS news OLD TABLE AS olds"}


def poke(name: str, event: str, table: str, function: str) -> RunSQL:
    """A trigger after each statement of the event (INSERT, UPDATE, DELETE) on the table, whose rows are the function's ``news``."""
    return _trigger(name, event, table, _NEWS[event], function)


def _own(event: str, table: str, name: str) -> RunSQL:
    """The trigger of a function that no other table has, and by its name."""
    return _trigger(name, event, table, (_NEWS | _BOTH)[event], name)


def _trigger(name: str, event: str, table: str, rows: str, function: str) -> RunSQL:
    return RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


def _function(name: str) -> RunSQL:
    kind, changed = _FUNCTIONS[name]
    return RunSQL(_FUNCTION.format(name=name, kind=kind, changed=changed), f"DROP FUNCTION {name}()")


OPERATIONS = [
    *(_function(name) for name in _FUNCTIONS),
    _own("INSERT", "conversations_message", "poke_new_messages"),
    _own("UPDATE", "conversations_message", "poke_changed_messages"),
    _own("UPDATE", "conversations_conversation", "poke_changed_conversations"),
    _own("UPDATE", "conversations_contact", "poke_changed_contacts"),
    *(
        poke(f"poke_{what}_{event.lower()}", event, f"conversations_{what}", "poke_conversations")
        for what in ("note", "threadevent", "conversationlabel")
        for event in _NEWS
    ),
]
