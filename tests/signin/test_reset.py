"""A new password: by mail, and by the one who knows the old."""

import pytest
from django.test import Client

from accounts import mail, tokens
from accounts.models import AuditEvent, TokenFamily, User

from .conftest import PASSWORD, actions, is_signed_in, link_in, mails, sign_in

pytestmark = pytest.mark.slow

ASK = "/account/password/reset"
NEW = "another-kefir-curd"


def ask(email: str, client: Client | None = None, **more):
    return (client or Client()).post(ASK, {"email": email}, REMOTE_ADDR="203.0.113.7", **more)


def open_link(client: Client, link: str) -> str:
    """The address of the form, without the key."""
    answer = client.get(link)
    assert answer.status_code == 302
    return answer["Location"]


def set_new(client: Client, form: str, password: str = NEW, again: str | None = None):
    return client.post(form, {"password1": password, "password2": again or password})


def test_alice_sets_a_new_password_by_mail(ready, alice):
    assert ask("Alice@Shuddh-Dairy.example")["Location"] == "/account/password/reset/done"
    (message,) = mails()
    assert message.to == [alice.email]
    client = Client()
    form = open_link(client, link_in(message))
    assert form.endswith("-set-password")
    assert set_new(client, form)["Location"] == "/account/password/reset/key/done"
    assert not is_signed_in(client)  # the second factor would be skipped
    assert sign_in(Client(), alice.email).status_code == 422
    assert sign_in(client, alice.email, NEW).status_code == 302
    event = AuditEvent.objects.get(action="password.changed")
    assert (event.actor, event.details) == (alice, {"by_mail": True})
    assert mails()[-1].subject == "Your password has been changed"


def test_known_and_unknown_are_answered_alike(ready, alice):
    known, unknown = ask(alice.email), ask("nobody@nowhere.example")
    assert (known.status_code, known["Location"], known.content) == (
        unknown.status_code,
        unknown["Location"],
        unknown.content,
    )
    assert len(mails()) == 1


def test_nobody_who_is_switched_off_gets_a_link(ready, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    ask(bob.email)
    assert mails() == []


def test_the_link_names_our_address_whatever_host_is_asked(ready, alice, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.FRONTEND_URL = "http://chat.dairy.example"
    ask(alice.email, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    (message,) = mails()
    assert "http://chat.dairy.example/account/password/reset/key/" in message.body
    assert "evil" not in message.body


def test_a_link_is_good_once(ready, alice):
    ask(alice.email)
    link = link_in(mails()[0])
    client = Client()
    set_new(client, open_link(client, link))
    late = Client().get(link)
    assert "This link does not work any more" in late.text


def test_a_link_ends_after_an_hour(ready, alice, settings):
    ask(alice.email)
    link = link_in(mails()[0])
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link does not work any more" in Client().get(link).text


def test_a_newer_password_ends_the_link(ready, alice):
    ask(alice.email)
    link = link_in(mails()[0])
    alice.set_password("yet-another-butter")
    alice.save(update_fields=["password"])
    assert "This link does not work any more" in Client().get(link).text


def test_a_link_of_alices_is_not_one_of_bobs(ready, alice, bob):
    ask(alice.email)
    link = link_in(mails()[0]).replace(alice.pk.hex, bob.pk.hex)
    assert "This link does not work any more" in Client().get(link).text


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", None, "too short"),
        ("password1234", None, "too common"),
        ("123456789012", None, "entirely numeric"),
        ("alice@shuddh-dairy", None, "too similar"),
        (NEW, "kefir-curd-other", "The two passwords differ."),
    ],
)
def test_a_bad_password_is_refused(ready, alice, password, again, says):
    ask(alice.email)
    client = Client()
    refused = set_new(client, open_link(client, link_in(mails()[0])), password, again)
    assert refused.status_code == 422
    assert says in refused.text
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_reset_ends_every_session_and_every_sign_in_by_the_api(ready, alice):
    mine, other = Client(), Client()
    sign_in(mine, alice.email)
    sign_in(other, alice.email)
    tokens.open_family(alice)
    ask(alice.email)
    client = Client()
    set_new(client, open_link(client, link_in(mails()[0])))
    assert not is_signed_in(mine)
    assert not is_signed_in(other)
    assert not TokenFamily.objects.filter(user=alice, revoked_at=None).exists()


def test_three_mails_an_hour_and_nobody_is_told(ready, alice):
    answers = {ask(alice.email)["Location"] for _ in range(6)}
    assert answers == {"/account/password/reset/done"}
    assert len(mails()) == 3


def test_one_network_asks_for_twenty(ready, alice, bob):
    for n in range(25):
        ask(f"person{n}@nowhere.example")
    ask(alice.email)
    assert mails() == []
    Client().post(ASK, {"email": bob.email}, REMOTE_ADDR="203.0.113.99")
    assert [message.to for message in mails()] == [[bob.email]]


def test_a_reset_lets_one_in_while_others_guess(ready, alice):
    """The refusal says so: "or reset the password"."""
    for n in range(31):
        sign_in(Client(), alice.email, "a-guess-of-mine", address=f"198.51.100.{n}")
    client = Client()
    assert sign_in(client, alice.email, address="203.0.113.50").status_code == 429
    ask(alice.email)
    set_new(client, open_link(client, link_in(mails()[0])))
    assert sign_in(client, alice.email, NEW, address="203.0.113.50").status_code == 302


def test_a_change_ends_the_other_sessions_and_keeps_this_one(ready, alice):
    mine, other = Client(), Client()
    sign_in(mine, alice.email)
    sign_in(other, alice.email)
    tokens.open_family(alice)
    before = mine.session.session_key
    done = mine.post("/account/password", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (done.status_code, done["Location"]) == (302, "/account/")
    assert is_signed_in(mine)
    assert mine.session.session_key != before
    assert not is_signed_in(other)
    assert not TokenFamily.objects.filter(user=alice, revoked_at=None).exists()
    assert "password.changed" in actions(actor=alice)
    assert mails()[-1].subject == "Your password has been changed"


def test_a_change_needs_the_old_password(client, ready, alice):
    sign_in(client, alice.email)
    refused = client.post("/account/password", {"oldpassword": "wrong-one-this-is", "password1": NEW, "password2": NEW})
    assert refused.status_code == 422
    assert "The password is not right." in refused.text
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_without_a_mail_server_the_page_says_so_and_nothing_is_kept(client, ready, alice, settings):
    settings.PRODUCTION, settings.EMAIL_HOST = True, ""
    assert "No mail server is set up here" in client.get(ASK).text
    ask(alice.email)
    assert mails() == []


def test_a_mail_server_that_is_away_keeps_nobody_waiting(ready, alice, settings, monkeypatch):
    monkeypatch.setattr(mail, "PAUSE", 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert ask(alice.email).status_code == 302
    mail.settle()


def test_mails_in_a_folder_are_for_this_user_alone(settings, tmp_path, ready, alice):
    settings.EMAIL_BACKEND = "accounts.mailbox.Folder"
    settings.MAIL_FOLDER = tmp_path / "mail"
    ask(alice.email)
    mail.settle()
    (file,) = settings.MAIL_FOLDER.iterdir()
    assert (file.stat().st_mode & 0o777, settings.MAIL_FOLDER.stat().st_mode & 0o777) == (0o600, 0o700)
    text = file.read_text()
    assert text.startswith(f"To: {alice.email}\nSubject: Set a new password\n")
    assert "/account/password/reset/key/" in text
