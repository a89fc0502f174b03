"""Sign-in and a person's own pages in a browser: each way from its beginning to its end, at both widths, in both themes and
languages. The browser is one that has never been here.
"""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.core import mail as outbox
from django.core.cache import cache

from accounts import businesses, invitations, mail
from accounts.models import Business, Membership, User

from ..browsing import PICTURES
from .looking import ALL, CONTRAST, STRUCTURE, bring_axe, keep, too_wide, violations

PASSWORD = "kefir-curd-butter"
# Width, theme, and what axe looks for there: contrast is a matter of the theme, structure of the width and the language.
LOOKS = {
    "en": ((1280, "light", ALL), (360, "dark", CONTRAST)),
    "hi": ((360, "light", STRUCTURE), (1280, "dark", None)),
}
LANGUAGES = pytest.mark.parametrize("language", LOOKS)


class Seen:
    """A page, and what is wrong with the pages that were looked at on the way."""

    def __init__(self, page, language: str):
        self.page, self.language, self.wrong = page, language, []

    def look(self, name: str) -> None:
        for width, theme, rules in LOOKS[self.language]:
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.emulate_media(color_scheme=theme)
            self.wrong += filter(None, [too_wide(self.page)])
            self.wrong += violations(self.page, rules) if rules else []
            self.wrong += self.page.evaluate(_SMALL)
            if PICTURES:
                keep(self.page, PICTURES, f"account {name} {width} {theme} {self.language}".replace(" ", "-"))

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.click(selector)


# Everything that is pressed is 40 px high; a link within a sentence is as high as its line.
_SMALL = """
[...document.querySelectorAll("button, .button, input:not([type=hidden]), select, .tabs a")]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 40)
  .map(e => `${location.pathname}: ${e.getBoundingClientRect().height} px high: ${e.outerHTML.slice(0, 100)}`)
"""
SUBMIT = "main form:not(.languages) button.button-main"


@pytest.fixture
def visitor(here, opened, shop):
    """``visitor(language)``: a browser of nobody's, with no attempts counted."""
    cache.delete_pattern("*")
    outbox.outbox = []

    def enter(language, person=None):
        page, problems = opened(person, language=language)
        here(bring_axe, page)
        return Seen(page, language), problems

    return enter


@pytest.fixture
def person(shop):
    """Somebody who has a password and is an agent of the dairy."""
    made = User.objects.create(
        email=f"dev{time.time_ns()}@shuddh-dairy.example", name="Dev Anand", password=make_password(PASSWORD)
    )
    businesses.add_member(shop.business, made, Membership.Role.AGENT)
    return made


def link_in(message) -> str:
    return re.sub(r"^http://[^/]+", "", re.search(r"^http://\S+$", message.body, re.M)[0])


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps of half a minute later: each code is taken once."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def _no_faults(problems: list[str]) -> list[str]:
    """What is refused is answered with a status, which the console notes."""
    return [line for line in problems if not re.search(r"status of (403|404|410|422) ", line)]


@LANGUAGES
def test_signing_in(here, visitor, person, language):
    seen, problems = visitor(language)

    def walk():
        seen.page.goto("/admin/")
        seen.look("login")
        seen.page.fill("#id_login", person.email)
        seen.page.fill("#id_password", "not-this-one-at-all")
        seen.press(SUBMIT)
        seen.look("login refused")
        assert seen.page.evaluate("document.activeElement.className") == "summary"
        assert seen.page.input_value("#id_login") == person.email
        seen.page.fill("#id_password", PASSWORD)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/admin/")
        seen.page.goto("/account/")
        seen.look("home")
        seen.page.goto("/account/password")
        seen.look("password")
        seen.page.goto("/account/logout")
        seen.look("logout")
        seen.press(SUBMIT)
        assert seen.page.url.endswith("/account/login")

    here(walk)
    assert seen.wrong == []
    assert _no_faults(problems) == []


@LANGUAGES
def test_a_forgotten_password(here, visitor, person, language):
    seen, problems = visitor(language)

    def ask():
        seen.page.goto("/account/password/reset")
        seen.look("reset")
        seen.page.fill("#id_email", person.email)
        seen.press(SUBMIT)
        seen.look("reset done")

    def answer(link: str):
        seen.page.goto(link)
        assert "set-password" in seen.page.url
        seen.look("reset key")
        for field in ("#id_password1", "#id_password2"):
            seen.page.fill(field, "short")
        seen.press(SUBMIT)
        seen.look("reset key refused")
        for field in ("#id_password1", "#id_password2"):
            seen.page.fill(field, "another-kefir-curd")
        seen.press(SUBMIT)
        seen.look("reset key done")
        seen.page.goto(link)
        seen.look("reset link used")

    here(ask)
    mail.settle()
    here(answer, link_in(outbox.outbox[0]))
    person.refresh_from_db()
    assert person.check_password("another-kefir-curd")
    assert seen.wrong == []
    assert _no_faults(problems) == []


@LANGUAGES
def test_an_invitation(here, visitor, shop, language):
    email = f"nina{time.time_ns()}@example.com"
    owner, problems = visitor(language, shop.owner)
    guest, guests_problems = visitor(language)

    def invite() -> str:
        owner.page.goto("/account/members")
        owner.look("members")
        owner.page.fill("#id_email", email)
        owner.press(SUBMIT)
        owner.look("members invited")
        return owner.page.input_value("#link")

    def join(link: str):
        guest.page.goto(link)
        guest.look("join")
        guest.page.fill("#id_name", "Nina")
        guest.page.fill("#id_password1", PASSWORD)
        guest.press(SUBMIT)
        guest.page.wait_for_url("**/admin/")
        guest.page.goto(link)
        guest.look("join used")

    def remove(member):
        owner.page.goto(f"/account/members/{member.pk}/remove")
        owner.look("member remove")
        owner.press("main .button-bad")
        owner.look("members removed")

    link = here(invite)
    mail.settle()
    assert link_in(outbox.outbox[0]) == re.sub(r"^http://[^/]+", "", link)
    here(join, link_in(outbox.outbox[0]))
    member = Membership.objects.get(user__email=email)
    assert member.business == shop.business
    here(remove, member)
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert owner.wrong + guest.wrong == []
    assert _no_faults(problems + guests_problems) == []


@LANGUAGES
def test_an_invitation_for_somebody_who_has_an_account(here, visitor, shop, person, language):
    other = Business.objects.get(slug="masala-junction")
    _row, token = invitations.invite(other, person.email, Membership.Role.VIEWER, actor=shop.root)
    _row, foreign = invitations.invite(other, "somebody@example.com", Membership.Role.VIEWER, actor=shop.root)
    seen, problems = visitor(language)

    def walk():
        seen.page.goto(f"/account/join/{token}")
        seen.look("join sign in")
        seen.press("main .button-main")
        seen.page.fill("#id_login", person.email)
        seen.page.fill("#id_password", PASSWORD)
        seen.press(SUBMIT)
        seen.look("join accept")
        seen.press(SUBMIT)
        seen.page.wait_for_url("**/admin/")
        seen.page.goto("/account/businesses")
        seen.look("businesses")
        seen.press(".rows form button")
        seen.page.wait_for_url("**/admin/")
        seen.page.goto("/account/")
        seen.look("home of two")
        seen.page.goto(f"/account/join/{foreign}")
        seen.look("join wrong person")
        seen.page.goto("/account/join/nothing")
        seen.look("join unknown")

    here(walk)
    person.refresh_from_db()
    assert person.last_business == shop.business.pk
    assert seen.wrong == []
    assert _no_faults(problems) == []


@LANGUAGES
def test_two_factor_sign_in(here, visitor, person, language):
    seen, problems = visitor(language, person)
    fresh, fresh_problems = visitor(language)

    def set_up() -> str:
        seen.page.goto("/account/two-factor")
        seen.look("two-factor off")
        seen.press("main .button-main")
        seen.look("reauthenticate")
        seen.page.fill("#id_password", PASSWORD)
        seen.press(SUBMIT)
        seen.look("two-factor set up")
        secret = seen.page.inner_text(".key").replace(" ", "")
        seen.page.fill("#id_code", code_of(secret))
        seen.press(SUBMIT)
        seen.look("recovery codes")
        assert seen.page.locator(".codes li").count() == 10
        seen.page.goto("/account/two-factor/recovery-codes/new")
        seen.look("recovery codes new")
        seen.page.goto("/account/two-factor")
        seen.look("two-factor on")
        return secret

    def sign_in(secret: str):
        fresh.page.goto("/account/login")
        fresh.page.fill("#id_login", person.email)
        fresh.page.fill("#id_password", PASSWORD)
        fresh.press(SUBMIT)
        fresh.look("code")
        fresh.page.fill("#id_code", "000000")
        fresh.press(SUBMIT)
        fresh.look("code refused")
        fresh.page.fill("#id_code", code_of(secret, steps=1))
        fresh.press(SUBMIT)
        fresh.page.wait_for_url("**/inbox/")
        fresh.page.goto("/account/two-factor/off")
        fresh.look("reauthenticate by code")
        fresh.page.fill("#id_password", PASSWORD)
        fresh.press(SUBMIT)
        fresh.look("two-factor switch off")
        fresh.press("main .button-bad")
        fresh.look("two-factor switched off")

    here(sign_in, here(set_up))
    assert not Authenticator.objects.filter(user=person).exists()
    assert seen.wrong + fresh.wrong == []
    assert _no_faults(problems + fresh_problems) == []


@LANGUAGES
def test_registration(here, visitor, settings, language):
    settings.OPEN_REGISTRATION = True
    seen, problems = visitor(language)

    def walk():
        seen.page.goto("/account/register")
        seen.look("register")
        seen.press(SUBMIT)
        seen.look("register refused")
        for field, value in {
            "business_name": "Chai Point",
            "name": "Om",
            "email": f"om{time.time_ns()}@example.com",
            "password": PASSWORD,
        }.items():
            seen.page.fill(f"#id_{field}", value)
        seen.press(SUBMIT)
        seen.look("registered")

    here(walk)
    assert seen.wrong == []
    assert _no_faults(problems) == []


def test_the_persons_menu_in_the_dashboard(here, visitor, shop):
    seen, problems = visitor("en", shop.owner)

    def walk():
        seen.page.goto("/admin/")
        seen.page.click(".user-button")
        seen.page.wait_for_selector("#user-menu a >> text=Two-factor sign-in")
        seen.look("menu")
        seen.page.set_viewport_size({"width": 1280, "height": 800})  # turned, the page has closed it
        seen.page.reload()
        seen.page.click(".user-button")
        seen.press("#user-menu a >> text=Members")
        seen.press(".tabs .back")
        assert seen.page.url.endswith("/admin/")

    here(walk)
    assert problems == []


def test_without_scripts_all_of_it_works(here, chromium, server, shop, person):
    cache.delete_pattern("*")

    def walk():
        context = chromium.new_context(base_url=server, java_script_enabled=False)
        page = context.new_page()
        page.goto("/account/login")
        page.fill("#id_login", person.email)
        page.fill("#id_password", PASSWORD)
        page.click(SUBMIT)
        page.goto("/account/two-factor")
        found = page.url
        context.close()
        return found

    assert here(walk).endswith("/account/two-factor")
