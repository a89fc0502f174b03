"""What strangers and colleagues write is text, wherever it is shown: nothing of it runs, loads, or becomes an element."""

from urllib.parse import quote, urlsplit

import pytest
from django.test import override_settings

from conversations import indexing

from . import hostile
from . import shop as seeding

STEP = 6
SOME = hostile.CORPUS[::STEP]  # where a page shows one row: lists and conversations have them all
# What the browser's own policy stops is heard as well: the pages must not need it.
WATCH = """
document.addEventListener("securitypolicyviolation", e => console.error("policy: " + e.violatedDirective + " " + e.blockedURI));
"""
LOOK = """() => [
  ...(window.broken === undefined ? [] : ["something ran"]),
  ...[...document.querySelectorAll("[data-hostile]")].map(e => "an element: " + e.outerHTML.slice(0, 120)),
  ...[...document.querySelectorAll("a[href], form[action], iframe, object, base, [src]")]
    .filter(e => /^(javascript|data:text)/i.test(e.href || e.action || e.src || ""))
    .map(e => "an address: " + e.outerHTML.slice(0, 120)),
  ...document.evaluate("count(//comment()[contains(., 'data-hostile')])", document, null, XPathResult.NUMBER_TYPE).numberValue
    ? ["a comment, which swallows what comes after it"] : [],
]"""
# How often the attack stands in bubbles as it was written, but for WhatsApp's marks: nothing was cut out of it, or swallowed by it.
SAID = r"""attack => {
  const bare = text => text.replace(/[*_~`\s]/g, "");
  return [...document.querySelectorAll(".bubble .words")].filter(e => bare(e.textContent).includes(bare(attack))).length;
}"""
# Asks for the whole thread as news, and once more where an answer to an earlier question came between; true when all is there.
# The page asks anew at each "online", and forgets what it asked before: on a slow machine no answer would ever be in time.
AGAIN = """count => {
  if (document.querySelectorAll(".bubble").length >= count) return true;
  if (performance.now() < (window.patience ?? 0)) return false;
  window.patience = performance.now() + 10_000;
  document.getElementById("chat-in").dataset.last = "0";
  window.dispatchEvent(new Event("online"));
}"""


@pytest.fixture(scope="module")
def theirs(shop, django_db_blocker) -> hostile.Hostile:
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=[seeding.QUICK_HASHER]):
        made = hostile.open_shop()
        while indexing.work():
            pass
        return made


class Visitor:
    """Opens pages and keeps what is wrong with them."""

    def __init__(self, page, problems: list[str], server: str):
        self.page, self.problems, self.host = page, problems, urlsplit(server).netloc
        page.add_init_script(WATCH)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog) -> None:
        self.problems.append(f"{self.page.url}: a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.problems.append(f"{self.page.url}: it asked {request.url}")

    def visit(self, path: str, statuses: tuple[int, ...] = (200,)) -> None:
        answer = self.page.goto(path)
        if answer.status not in statuses:
            self.problems.append(f"{path}: {answer.status}")
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or ("unsafe" in policy and not path.startswith("/admin/")):
            self.problems.append(f"{path}: the policy is {policy!r}")
        self.look()

    def look(self) -> None:
        """Raises at the first page that is wrong: what has run may have taken the rest away."""
        self.problems += [f"{self.page.url}: {what}" for what in self.page.evaluate(LOOK)]
        assert self.problems == []


@pytest.fixture
def visitor(here, opened, server):
    def enter(person) -> Visitor:
        page, problems = opened(person)
        return here(Visitor, page, problems, server)

    return enter


def test_a_conversation_by_its_address_by_a_click_and_live(here, visitor, theirs):
    seen = visitor(theirs.owner)

    def walk() -> dict[str, list[int]]:
        said, page = {}, seen.page
        for key, attacks in theirs.threads.items():
            seen.visit(f"/inbox/{key}")
            for attack in attacks:
                said[attack] = [page.evaluate(SAID, attack)]
            count = page.locator(".bubble").count()
            page.evaluate("document.getElementById('bubbles').replaceChildren()")
            page.wait_for_function(AGAIN, arg=count, polling=500)
            for attack in attacks:
                said[attack].append(page.evaluate(SAID, attack))
            page.evaluate("document.getElementById('contact').showPopover()")
            seen.look()
        return said

    said = here(walk)
    assert seen.problems == []
    assert set(said) == set(hostile.CORPUS)
    assert {attack: counts for attack, counts in said.items() if min(counts) < 5} == {}


def test_the_list_a_click_and_the_search(here, visitor, theirs):
    seen = visitor(theirs.owner)

    def walk() -> None:
        page = seen.page
        seen.visit("/inbox/?tab=all")
        page.evaluate("document.querySelector('.rows-more').scrollIntoView()")
        page.locator(f".row-link >> nth={len(hostile.CORPUS) - 1}").wait_for()
        seen.look()
        for key in theirs.threads:
            page.click(f"#go-{key}")
            page.wait_for_selector(f"#chat-in[data-conversation='{key}']")
            seen.look()
        for attack in SOME:
            seen.visit(f"/inbox/?tab=all&q={quote(attack)}")

    here(walk)
    assert seen.problems == []


def test_the_other_pages_of_the_inbox_and_the_account(here, visitor, theirs):
    seen = visitor(theirs.owner)

    def walk() -> None:
        page = seen.page
        for place in ("replies", "labels"):
            seen.visit(f"/inbox/{place}")
            for link in page.eval_on_selector_all("ul.rows a.button", "all => all.map(a => a.pathname)")[::STEP]:
                seen.visit(link)
        for path in ("templates", "new", "preferences"):
            seen.visit(f"/inbox/{path}")
        thread = next(iter(theirs.threads))
        seen.visit(f"/inbox/{thread}/templates")
        for link in page.eval_on_selector_all(".choice a.button", "all => all.map(a => a.pathname + a.search)")[::STEP]:
            seen.visit(link)
            page.fill("#id_body_1", hostile.CORPUS[9])
            page.wait_for_function(
                "text => document.querySelector('#preview').textContent.includes(text)", arg=hostile.CORPUS[9]
            )
            seen.look()
        for attack in SOME:
            seen.visit(f"/inbox/new?to={quote(attack)}")
            seen.visit(f"/inbox/templates?q={quote(attack)}")
        for path in ("", "members", "businesses"):
            seen.visit(f"/account/{path}")

    here(walk)
    assert seen.problems == []


def test_the_owners_pages(here, visitor, theirs):
    seen = visitor(theirs.owner)

    def walk() -> None:
        seen.visit("/admin/")
        for path in theirs.rows:
            seen.visit(path)
        for attack in SOME[:3]:
            seen.visit(f"/admin/conversations/conversation/?q={quote(attack)}")
            seen.visit(f"/admin/aibot/rule/try/?text={quote(attack)}")

    here(walk)
    assert seen.problems == []


def test_the_installations_pages(here, visitor, theirs, shop):
    seen = visitor(shop.root)

    def walk() -> None:
        for path in ("accounts/business", "accounts/user", "webhooks/delivery"):
            seen.visit(f"/admin/{path}/")
        seen.visit(f"/admin/accounts/business/{theirs.business.pk}/change/")
        seen.visit(f"/admin/accounts/user/{theirs.owner.pk}/change/")

    here(walk)
    assert seen.problems == []
