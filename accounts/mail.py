"""The mails that we write to people: their words, and the sending.

A mail leaves in a thread of its own, after the caller has gone on: a slow mail server keeps nobody waiting, and how
long an answer takes does not tell whether a mail was sent. It is plain text, in the language of whoever asked for it.
What cannot be sent is logged by its kind and the error's, never with an address.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from .models import Business, Invitation, User

log = structlog.get_logger(__name__)

TRIES, PAUSE = 3, 5  # seconds between the tries
WAITING_AT_MOST = 1000
_sender = ThreadPoolExecutor(2, thread_name_prefix="mail")
_lock = Lock()
_waiting: set[Future] = set()


def is_set_up() -> bool:
    """Whether mails reach anybody."""
    return bool(settings.EMAIL_HOST) or not settings.PRODUCTION


def password_reset(user: User, link: str) -> None:
    _send(
        "password_reset",
        user.email,
        _("Set a new password"),
        _("Somebody, probably you, asked for a new password. Open this link within an hour:"),
        link,
        _("If it was not you, do nothing: your password stays as it is."),
    )


def password_changed(user: User) -> None:
    _send(
        "password_changed",
        user.email,
        _("Your password has been changed"),
        _("Everybody who was signed in with the old one is signed out."),
        _("If it was not you, set a new password at once:"),
        address("/account/password/reset"),
    )


def two_factor(user: User, *, on: bool) -> None:
    _send(
        "two_factor",
        user.email,
        _("Two-factor sign-in is on") if on else _("Two-factor sign-in is off"),
        _("From now on your account asks for a code of your app.")
        if on
        else _("From now on your password alone opens your account."),
        _("If it was not you, set a new password at once:"),
        address("/account/password/reset"),
    )


def recovery_codes(user: User) -> None:
    _send(
        "recovery_codes",
        user.email,
        _("You have new recovery codes"),
        _("Those that you had before do not work any more."),
        _("If it was not you, set a new password at once:"),
        address("/account/password/reset"),
    )


def invitation(row: Invitation, business: Business, inviter: User | None, link: str) -> None:
    name, who = _line(business), _line(inviter or business)
    _send(
        "invitation",
        row.email,
        _("%(business)s invites you") % {"business": name},
        _("%(who)s invites you to work in %(business)s as: %(role)s.")
        % {"who": who, "business": name, "role": row.get_role_display()},
        _("Open this link within seven days:"),
        link,
        _("If you do not know what this is, do nothing."),
    )


def already_registered(user: User) -> None:
    """Somebody tried to register with the e-mail of an account that is there."""
    _send(
        "already_registered",
        user.email,
        _("You have an account already"),
        _(
            "Somebody, perhaps you, tried to open a business here with this e-mail. You have an account: sign in with it."
        ),
        address("/account/login"),
        _("Forgot the password? Set a new one:"),
        address("/account/password/reset"),
    )


def customers_wait(user: User, business: Business, count: int, path: str) -> None:
    """They wait for a person, and nobody has answered. It says nobody's name."""
    words = {"count": count, "business": _line(business)}
    _send(
        "customers_wait",
        user.email,
        _("A customer waits (%(business)s)") % words
        if count == 1
        else _("%(count)s customers wait (%(business)s)") % words,
        _("Nobody has answered yet. Open the inbox:"),
        address(path),
        _("An owner sets after how many minutes this mail comes, in Settings."),
    )


def model_budget(user: User, business: Business | None, level: int) -> None:
    """80 or 100 per cent of a budget of the language model are used; 0: it was switched off, since the provider reported more than
    was reserved. Without a business it is the installation's.
    """
    words = {"business": _line(business or _("the whole installation")), "level": level}
    if level:
        subject = _("The language model has used %(level)s %% of its budget (%(business)s)") % words
        what = (
            _("Until the budget begins anew, rules and your answers go on, and all else waits for a person.")
            if level >= 100
            else _("When all of it is used, rules and your answers go on, and all else waits for a person.")
        )
    else:
        subject = _("The language model is switched off (%(business)s)") % words
        what = _(
            "Its provider reported more tokens than a call can use. All of them are counted. Look at the provider's bill before "
            "you switch the model on again."
        )
    _send("model_budget", user.email, subject, what, address("/admin/aibot/budget/"))


def address(path: str) -> str:
    """For a link in a mail: of our own setting, never of a request's Host header, which its sender may choose."""
    return settings.FRONTEND_URL + path


def settle(timeout: float = 10) -> None:
    """Wait until what is on its way has left."""
    with _lock:
        futures = list(_waiting)
    wait(futures, timeout)


def _line(name) -> str:
    """What people call themselves, as a part of a sentence: it can begin no paragraph, nor a header."""
    return " ".join(str(name).split())[:80]


def _send(kind: str, to: str, subject: str, *paragraphs: str) -> None:
    if not is_set_up():
        log.warning("mail_not_sent", kind=kind, reason="EMAIL_HOST is not set")
        return
    body = "\n\n".join([*paragraphs, "WhatsApp Automation"]) + "\n"
    message = EmailMessage(_line(subject), body, settings.EMAIL_FROM, [to])
    with _lock:
        if len(_waiting) >= WAITING_AT_MOST:
            log.warning("mail_not_sent", kind=kind, reason="too many wait")
            return
        future = _sender.submit(_deliver, kind, message)
        _waiting.add(future)
    future.add_done_callback(_done)


def _done(future: Future) -> None:
    with _lock:
        _waiting.discard(future)


def _deliver(kind: str, message: EmailMessage) -> None:
    for again in range(TRIES):
        try:
            message.send()
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on, and the log says its kind
            log.warning("mail_not_sent", kind=kind, error=type(error).__name__, tries=again + 1)
            time.sleep(PAUSE if again + 1 < TRIES else 0)
        else:
            return
