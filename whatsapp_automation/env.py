"""Typed readers of the environment.

A value that is missing or malformed refuses to start, with one line that names the variable and what it should be:
``ConfigError: JWT_EXPIRES_IN must be a duration such as 10m, 12h or 7d, not 'soon'``.

Every reader notes the name that it read in ``READ``: a test holds that list against ``.env.example``.
"""

import base64
import binascii
import json
import os
import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import unquote, urlsplit

from accounts.money import CURRENCIES

READ: set[str] = set()
MISSING = object()
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ConfigError(Exception):
    """A setting is missing or malformed. The text names the variable and what it takes."""


def text(name: str, default: str | object = MISSING, *, choices: tuple[str, ...] = ()) -> str:
    """The value, stripped. An empty value counts as missing. Without a default a missing value refuses."""
    READ.add(name)
    value = os.environ.get(name, "").strip()
    if not value:
        if default is MISSING:
            raise ConfigError(f"{name} is not set. See .env.example.")
        return default  # type: ignore[return-value]
    if choices and value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def integer(name: str, default: int | object = MISSING, *, least: int = 0, most: int = 2**31) -> int:
    raw = text(name, None if default is not MISSING else MISSING)
    if raw is None:
        return default  # type: ignore[return-value]
    if not re.fullmatch(r"-?[0-9]{1,18}", raw) or not least <= int(raw) <= most:
        raise ConfigError(f"{name} must be a whole number from {least} to {most}, not {raw!r}")
    return int(raw)


def amount(name: str) -> Decimal | None:
    """A sum of money, such as 1500 or 12.50; None where it is not set."""
    value = text(name, "")
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", value):
        raise ConfigError(f"{name} must be an amount such as 1500 or 12.50")
    return Decimal(value)


def currency(name: str, default: str) -> str:
    """A currency's code, such as USD."""
    value = text(name, default)
    if value not in CURRENCIES:
        raise ConfigError(f"{name} must be the code of a currency in use such as USD, not {value!r}")
    return value


def boolean(name: str, default: bool) -> bool:
    raw = text(name, "").lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    if raw == "":
        return default
    raise ConfigError(f"{name} must be true or false, not {raw!r}")


def duration(name: str, default: str | object = MISSING) -> timedelta:
    """A number of seconds, or a number with s, m, h or d: ``900``, ``10m``, ``7d``. A year at most."""
    raw = text(name, default)
    match = re.fullmatch(r"([0-9]{1,9})\s*([smhd]?)", raw)
    seconds = int(match[1]) * _UNITS[match[2] or "s"] if match else 0
    if not 0 < seconds <= 366 * _UNITS["d"]:
        raise ConfigError(f"{name} must be a duration such as 10m, 12h or 7d, a year at most, not {raw!r}")
    return timedelta(seconds=seconds)


def items(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, *, least: int = 32) -> str:
    """A secret of at least ``least`` characters. There is never a default; the message never shows the value."""
    value = text(name)
    if len(value) < least:
        raise ConfigError(f"{name} must have at least {least} characters, it has {len(value)}")
    return value


def fernet_keys(name: str) -> list[str]:
    """One or more Fernet keys separated by commas: the first encrypts, all decrypt."""
    text(name)
    keys = items(name)
    if not keys or not all(map(_is_fernet_key, keys)):
        raise ConfigError(f"{name} must hold Fernet keys (32 bytes in URL-safe base64), separated by commas")
    return keys


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except (binascii.Error, ValueError):
        return False


def vapid_key(name: str) -> str:
    """A private key of P-256, its 32 bytes in URL-safe base64 without padding; "" where it is not set."""
    value = text(name, "")
    if value and not _is_private_key(value):
        raise ConfigError(f"{name} must be the 32 bytes of a private key of P-256 in URL-safe base64")
    return value


def _is_private_key(value: str) -> bool:
    try:
        number = int.from_bytes(base64.urlsafe_b64decode(value + "="), "big")
    except (binascii.Error, ValueError):
        return False
    return len(value) == 43 and 0 < number < _P256_ORDER


def rows(name: str) -> list[dict]:
    """A JSON list of objects; [] where it is not set. The message shows no value: it may hold tokens."""
    try:
        value = json.loads(text(name, "[]"))
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ConfigError(f"{name} must be a JSON list of objects")
    return value


def url(name: str, default: str | object = MISSING, *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An absolute URL without a trailing slash. The message shows no value: a URL may carry a password."""
    value = text(name, default)
    if value and not _is_url(value, schemes):
        raise ConfigError(f"{name} must be a URL that starts with {' or '.join(s + '://' for s in schemes)}")
    return value.rstrip("/") if value else value


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half a bracket
        return False


def database(name: str) -> dict:
    """A PostgreSQL URL as Django's connection settings, without options:
    ``postgresql://user:password@host:5432/name``.
    """
    parts = urlsplit(url(name, schemes=("postgresql", "postgres")))
    if parts.query:
        raise ConfigError(f"{name} must end with the database's name: set PGSSLMODE and the like in the environment")
    if not parts.path.strip("/"):
        raise ConfigError(f"{name} names no database: postgresql://user:password@host:5432/NAME")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": parts.port or 5432,
    }
