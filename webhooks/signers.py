"""Which app secrets may have signed a webhook.

A POST is signed with the secret of the Meta app that is subscribed to the WABA. The installation's app secrets
(WHATSAPP_APP_SECRET) may sign for every number; a number's own secret only for the numbers that have it.
``verified_by`` keeps which one it was ("installation", or the secret's mark), and the drain drops items of numbers
that it does not cover.
"""

import re
import time
import zlib
from dataclasses import dataclass

from accounts.secrets import SecretError, open_sealed

INSTALLATION = "installation"
LANES = 64

_PHONE_NUMBER_ID = re.compile(rb'"phone_number_id"\s*:\s*"([^"\\]{1,64})"')
_WABA_ID = re.compile(rb'"waba_id"\s*:\s*"([^"\\]{1,64})"')
_ENTRY_ID = re.compile(rb'"id"\s*:\s*"([^"\\]{1,64})"')
_KEEP_SECONDS = 5.0
_KEEP_MOST = 10_000

# By phone_number_id or by WABA: the numbers' own secrets.
SECRETS_SQL = """
    SELECT app_secret, app_secret_mark, business_id FROM accounts_whatsappnumber
    WHERE app_secret <> '' AND (phone_number_id = %(key)s OR waba_id = %(key)s)
"""


@dataclass(frozen=True, slots=True)
class Signer:
    mark: str  # Delivery.verified_by
    secret: str


def peek(body: bytes) -> str:
    """The phone_number_id that a body speaks of, else the WABA that it names (in a partner's events ``entry.id`` is the
    business portfolio's), else the first id (``entry.id``: the WABA), else "". Reads bytes, not JSON.

    It only chooses secrets and the lane. A customer cannot forge it: inside a message's text the quotes are escaped.
    """
    found = _PHONE_NUMBER_ID.search(body) or _WABA_ID.search(body) or _ENTRY_ID.search(body)
    return found[1].decode("utf-8", "replace") if found else ""


def lane(key: str) -> int:
    """One number's events are worked off in order, by one worker at a time: see drain.py."""
    return zlib.crc32(key.encode()) % LANES


def covers(verified_by: str, app_secret_mark: str) -> bool:
    """Whether a secret may speak for a number with this mark."""
    return verified_by == INSTALLATION or (verified_by != "" and verified_by == app_secret_mark)


class Signers:
    """The signers of a number, read from the database at most every few seconds."""

    def __init__(self, installation: list[str]):
        self._installation = tuple(Signer(INSTALLATION, secret) for secret in installation)
        self._kept: dict[str, tuple[float, tuple[Signer, ...]]] = {}

    @property
    def any_configured(self) -> bool:
        return bool(self._installation)

    def kept(self, key: str, *, fresh: bool = False) -> tuple[Signer, ...] | None:
        """Those known of a number; None where the database must be asked. ``fresh``: with what is a second old
        already asked again.
        """
        at, signers = self._kept.get(key, (0.0, ()))
        return signers if at and time.monotonic() - at < (1.0 if fresh else _KEEP_SECONDS) else None

    def keep(self, key: str, rows: list) -> tuple[Signer, ...]:
        """Remember what SECRETS_SQL said. A secret that cannot be opened signs nothing."""
        own = []
        for sealed, mark, business_id in rows:
            try:
                own.append(Signer(mark, open_sealed(sealed, business_id)))
            except SecretError:
                continue
        if len(self._kept) >= _KEEP_MOST:
            self._kept.clear()
        signers = (*dict.fromkeys(own), *self._installation)
        self._kept[key] = (time.monotonic(), signers)
        return signers
