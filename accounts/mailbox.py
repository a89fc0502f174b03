"""Where mails go when no mail server is set: into files that only this machine's user can read. Never into a log."""

import os
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class Folder(BaseEmailBackend):
    """One file a mail in MAIL_FOLDER, the newest last by name."""

    def send_messages(self, messages) -> int:
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in messages:
            name = f"{datetime.now():%Y%m%d-%H%M%S-%f}-{uuid4().hex[:6]}.eml"
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                file.write(_text(message))
        return len(messages)


def _text(message) -> str:
    """As people read it: not in the base64 that a Hindi mail travels in."""
    return f"To: {', '.join(message.to)}\nSubject: {message.subject}\n\n{message.body}"
