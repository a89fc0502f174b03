"""What is known of each attempt to send a message, and what the message's status is by it.

A message may have been tried more than once: refused and tried again, failed later and tried again, unknown and sent once
more. News names an attempt, by its wamid or by our callback data. Of one attempt the highest news counts (models.Status is
the rank); the message's status is its last attempt's, except that an earlier one which reached WhatsApp, and did not
fail there, is never overruled by a last one which did not. So the end depends neither on the order of news nor on how
often it came, and nothing that has left is sent again.

Pure: no database here.
"""

from dataclasses import dataclass, field

from .models import Status

NOT_YET = (Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.CANCELLED)
_OVERRULED = (Status.QUEUED, Status.UNKNOWN, Status.FAILED, Status.CANCELLED)


@dataclass(slots=True)
class Known:
    """A message as far as sending it goes. ``heard`` is of the last attempt, ``earlier`` of those before it: 0 or a Status."""

    status: int
    heard: int
    attempt: int
    earlier: dict[int, int] = field(default_factory=dict)

    def hear(self, attempt: int, status: int, *, again: bool = False) -> bool:
        """Take news of an attempt. False where it is no news. ``again``: this failure puts the message back into the queue."""
        if attempt != self.attempt:
            if status <= self.earlier.get(attempt, 0):
                return False
            self.earlier[attempt] = status
            own = self._own()
        elif status <= self.heard:
            return False
        else:
            self.heard = status
            stays = self.status == Status.CANCELLED and status < Status.DELIVERED
            own = Status.QUEUED if again else Status.CANCELLED if stays else status
        self.status = self._with_the_earlier(own)
        return True

    def again(self) -> int:
        """The status by what is known now, without news: after an answer of the Graph API was recorded."""
        return self._with_the_earlier(self._own())

    @property
    def doubled(self) -> bool:
        """Whether two attempts reached WhatsApp and failed neither."""
        return sum(left(known) for known in (self.heard, *self.earlier.values())) > 1

    def _own(self) -> int:
        """The last attempt's status, were it the only one."""
        if self.heard in (0, Status.FAILED) and self.status in NOT_YET:
            return self.status
        return self.heard or Status.UNKNOWN

    def _with_the_earlier(self, own: int) -> int:
        best = max(filter(left, self.earlier.values()), default=None)
        if best is None or own == Status.SENDING:
            return own
        return best if own in _OVERRULED else max(own, best)


def left(known: int) -> bool:
    """Whether an attempt is known to have reached WhatsApp, and not to have failed there."""
    return known >= Status.ACCEPTED and known != Status.FAILED
