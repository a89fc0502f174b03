"""The secrets of an embedded installation: generated once, kept in ``.local/secrets.json`` (0600)."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _token() -> str:
    return secrets.token_urlsafe(48)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _vapid_key() -> str:
    """A private key of P-256: any number below the curve's order, which a first byte of 127 at most makes sure of."""
    return base64.urlsafe_b64encode(bytes([secrets.randbelow(128)]) + secrets.token_bytes(31)).rstrip(b"=").decode()


def _typed_password() -> str:
    """Twenty characters in groups of five (about 98 bits), without those that people mistake for each other."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": _token,
    "JWT_SECRET": _token,
    "FIELD_ENCRYPTION_KEYS": _fernet_key,
    "VAPID_PRIVATE_KEY": _vapid_key,
    "WHATSAPP_APP_SECRET": lambda: secrets.token_hex(16),  # Meta's have this form
    "WHATSAPP_VERIFY_TOKEN": _token,
    "WHATSAPP_ACCESS_TOKEN": lambda: f"EAA{secrets.token_hex(40)}",
    "SECOND_APP_SECRET": lambda: secrets.token_hex(16),
    "SECOND_ACCESS_TOKEN": lambda: f"EAA{secrets.token_hex(40)}",
    "POSTGRES_ADMIN_PASSWORD": _token,
    "POSTGRES_PASSWORD": _token,
    "VALKEY_PASSWORD": _token,
    "DEMO_OWNER_PASSWORD": _typed_password,
}


class KeysError(Exception):
    """The secrets file cannot be read. It is never replaced: what it sealed would be lost."""


def secrets_file(local: Path) -> Path:
    return local / "secrets.json"


def load(local: Path) -> dict[str, str]:
    """Every secret by name. Missing ones are generated and kept; existing ones never change. Raises KeysError."""
    path = secrets_file(local)
    known = _read(path)
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        local.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(known | missing, indent=1) + "\n")
    return known | missing


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step (0600): after a crash it holds the old text or the new, never half of one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise KeysError(
            f"{path} cannot be read ({error}). Restore it; without it the stored tokens stay sealed."
        ) from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise KeysError(f"{path} is not an object of strings. Restore it; without it the stored tokens stay sealed.")
    return found
