"""Who is writing in a conversation just now: "Asha is replying".

It stands in the cache for six seconds, and a page that is open there says it again while its person types. Where Valkey is away
nobody seems to be writing.
"""

import time
from uuid import UUID

import structlog
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from django_redis import get_redis_connection

from accounts.access import may
from accounts.models import Membership, User
from conversations import wake
from conversations.models import Conversation

from . import pokes

log = structlog.get_logger(__name__)

SECONDS = 6
AGAIN = 2  # said again sooner, it is told to nobody
_PAUSE = 5.0
_paused_until = 0.0  # after a failure: a cache that hangs costs one time-out, not one for each page


@login_required
@require_POST
def typing(request, conversation):
    """The page says it while its person types, every three seconds or so."""
    if not may(request.role, Membership.Role.AGENT):
        raise PermissionDenied
    note(get_object_or_404(Conversation, pk=conversation), request.user)
    return HttpResponse(status=204)


def note(conversation: Conversation, person: User) -> None:
    """This person is writing there. The other pages are poked."""
    if _noted(_key(conversation.pk), f"{person.pk}|{person}"):
        pokes.tell(conversation.business_id, "typing", conversation.pk)


def typing_in(conversation: Conversation, *, but: User) -> list[str]:
    """The names of the others who are writing there, in the order of the alphabet."""
    members = _asked(lambda redis: redis.zrangebyscore(_key(conversation.pk), time.time(), "+inf")) or []
    people = (member.decode().partition("|") for member in members)
    return sorted(name for key, _, name in people if key != str(but.pk))


def _noted(key: str, member: str) -> bool:
    """False where it was said a moment ago, or the cache is away."""
    until = time.time() + SECONDS

    def act(redis) -> bool:
        before = redis.zscore(key, member)
        if before is not None and until - before < AGAIN:
            return False
        redis.pipeline().zadd(key, {member: until}).expire(key, SECONDS + 1).execute()
        return True

    return bool(_asked(act))


def _asked(act):
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    try:
        return act(get_redis_connection())
    except wake.BROKEN as error:
        _paused_until = time.monotonic() + _PAUSE
        log.warning("cache_away", error=type(error).__name__)
        return None


def _key(conversation: UUID) -> str:
    return cache.make_key(f"typing:{conversation}")
