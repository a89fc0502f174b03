"""Conversations that people have left go back to the bot by themselves, where the owner wants it
(Settings.auto_return_minutes). A beat job; two at once do no harm.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django_scopes import scope

from accounts.models import Business

from . import assignment, sets
from .models import Conversation

log = structlog.get_logger(__name__)

MOST = 500  # of one run; the next beat takes the others


def return_left_ones(now: datetime) -> int:
    """Returns how many went back, or were given to nobody since the customer still waits for an answer."""
    done = 0
    for row in _left(now):
        with transaction.atomic(durable=True):
            done += _settle(row, now)
    if done:
        log.info("returned_alone", conversations=done)
    return done


def _settle(row, now: datetime) -> bool:
    with scope(business=Business.objects.get(pk=row.business_id)):
        conversation = Conversation.objects.select_related("business").filter(pk=row.id).first()
        if conversation is None:
            return False
        return assignment.return_by_itself(conversation, after=timedelta(minutes=row.minutes), now=now)


def _left(now: datetime) -> list:
    """What may be due, the longest left first; assignment decides, under the row's lock. One that is nobody's and waits already
    has had its turn.
    """
    return sets.fetch(
        """
        SELECT c.id, c.business_id, s.auto_return_minutes AS minutes
        FROM accounts_settings s
        JOIN accounts_business b ON b.id = s.business_id AND b.active
        JOIN conversations_conversation c ON c.business_id = s.business_id AND c.state = 'open' AND c.owner = 'human'
             AND c.last_message_at < %(now)s - make_interval(mins => s.auto_return_minutes)
        WHERE s.auto_return_minutes > 0 AND s.bot_on
          AND (c.handled_at IS NULL OR c.handled_at < %(now)s - make_interval(mins => s.auto_return_minutes))
          AND NOT (c.assignee_id IS NULL AND c.waiting_since IS NOT NULL)
        ORDER BY c.last_message_at LIMIT %(most)s
        """,
        now=now,
        most=MOST,
    )
