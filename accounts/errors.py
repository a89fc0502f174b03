"""What a use case refuses, in words for the person who asked.

One handler makes the API's answer of it (doors/errors.py); a page shows it at its form.
"""


class DomainError(Exception):
    """``code``: one word for programs, such as ``window_closed``. ``message``: a sentence in the reader's language.
    ``fields``: field -> what is wrong with it. ``status``: the HTTP status that an API's answer carries.
    """

    def __init__(self, code: str, message, *, status: int = 400, retry_after: int | None = None, **fields):
        super().__init__(code)
        self.code, self.message, self.status, self.fields = code, message, status, fields
        self.retry_after = retry_after  # seconds
