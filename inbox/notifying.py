"""A customer waits for a person: who is told, how, and once.

The open page hears of it by its poke. A beat job tells the others: at once by Web Push those who have allowed it, and by e-mail
when nobody has answered for as long as the business's owner says (Settings.notify_after_minutes; 0: never). Told is the
assignee, else every agent and owner of the business.

Once a wait, however many workers there are: a row is written, or its mark set, and committed before anything leaves; who comes
second finds it. So a worker that is killed just then tells nobody (at most once, never twice), and the mail comes all the same.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import Business, Membership, User
from conversations import sets

from . import push
from .models import Preference, PushSubscription

OLDEST = timedelta(days=1)  # an older wait is no news
FORGET = timedelta(days=2)
MOST = 500  # in a pass
_ROLES = (Membership.Role.AGENT, Membership.Role.OWNER)

_NEW_SQL = """
    WITH told AS (
        INSERT INTO inbox_waitnotice (id, business_id, conversation_id, waiting_since, pushed_at)
        SELECT gen_random_uuid(), c.business_id, c.id, c.waiting_since, %(now)s
        FROM conversations_conversation c JOIN accounts_business b ON b.id = c.business_id
        WHERE c.waiting_since > %(oldest)s AND c.state = 'open' AND b.active
          AND NOT EXISTS (SELECT FROM inbox_waitnotice n WHERE n.conversation_id = c.id AND n.waiting_since = c.waiting_since)
        ORDER BY c.waiting_since LIMIT %(most)s
        ON CONFLICT DO NOTHING RETURNING conversation_id
    )
    SELECT c.id, c.business_id, c.assignee_id FROM told JOIN conversations_conversation c ON c.id = told.conversation_id
"""
_UNANSWERED_SQL = """
    UPDATE inbox_waitnotice n SET mailed_at = %(now)s
    FROM conversations_conversation c, accounts_settings s, accounts_business b
    WHERE n.mailed_at IS NULL AND n.waiting_since > %(oldest)s AND c.id = n.conversation_id
      AND c.waiting_since = n.waiting_since AND c.state = 'open'
      AND s.business_id = n.business_id AND b.id = n.business_id AND b.active
      AND s.notify_after_minutes > 0
      AND n.waiting_since <= %(now)s - make_interval(mins => s.notify_after_minutes)
    RETURNING c.id, c.business_id, c.assignee_id
"""


def tell(now: datetime) -> tuple[int, int]:
    """Tell of what has begun to wait, and of what has waited too long. Returns how many conversations of each."""
    with transaction.atomic(durable=True):
        oldest = now - OLDEST
        new = sets.fetch(_NEW_SQL, now=now, oldest=oldest, most=MOST)
        unanswered = sets.fetch(_UNANSWERED_SQL, now=now, oldest=oldest) if mail.is_set_up() else []
        sets.run("DELETE FROM inbox_waitnotice WHERE waiting_since < %(old)s", old=now - FORGET)
    # Only now is anything sent: what is on the network cannot be rolled back.
    _push(new)
    _mail(unanswered)
    return len(new), len(unanswered)


def _push(waits: list) -> None:
    if not waits or not push.is_on():
        return
    told = _told(waits)
    silent = Preference.objects.filter(user__in=told, push=False).values("user")
    for row in PushSubscription.objects.filter(user__in=told).exclude(user__in=silent):
        for business, conversations in told[row.user_id].items():
            push.send(row, _note(business, conversations))


def _note(business: Business, conversations: list[UUID]) -> str:
    """What the browser shows: nobody's name and no word of theirs. One note for each conversation, or one for many."""
    with translation.override(_language(business)):
        if len(conversations) == 1:
            (key,) = conversations
            note = {"title": _("A customer waits"), "url": f"/inbox/{key}", "tag": str(key)}
        else:
            words = _("%(count)s customers wait") % {"count": len(conversations)}
            note = {"title": words, "url": "/inbox/?tab=unassigned", "tag": str(business.pk)}
    return json.dumps(note)


def _mail(waits: list) -> None:
    people = _told(waits)
    for person in User.objects.filter(pk__in=people):
        for business, conversations in people[person.pk].items():
            path = f"/inbox/{conversations[0]}" if len(conversations) == 1 else "/inbox/?tab=unassigned"
            with translation.override(_language(business)):
                mail.customers_wait(person, business, len(conversations), path)


def _told(waits: list) -> dict[UUID, dict[Business, list[UUID]]]:
    """Person -> business -> the conversations that they are told of: the assignee's, where that is still one who answers."""
    ids = {wait.business_id for wait in waits}
    members = Membership.objects.filter(business__in=ids, role__in=_ROLES, user__is_active=True).select_related(
        "business"
    )
    of_business: dict[UUID, list[Membership]] = defaultdict(list)
    for member in members:
        of_business[member.business_id].append(member)
    told: dict[UUID, dict[Business, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for wait in waits:
        for member in _whose(wait.assignee_id, of_business[wait.business_id]):
            told[member.user_id][member.business].append(wait.id)
    return told


def _whose(assignee: UUID | None, members: list[Membership]) -> Iterable[Membership]:
    return [member for member in members if member.user_id == assignee] or members


def _language(business: Business) -> str:
    """Nobody asks for these, so the business's; Hinglish has no texts of its own."""
    return "hi" if business.language == "hi" else "en"
