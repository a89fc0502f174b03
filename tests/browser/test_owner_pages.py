"""The owner's pages in a browser: they fit a phone and a desk, in both themes and languages, and everybody can use them."""

import pytest

from ..browsing import PICTURES
from ..cloud_api.conftest import Answer
from ..meta import meta_at, refusal
from .looking import ALL, CONTRAST, bring_axe, keep, too_wide, violations

LISTS = {
    "today": "/admin/",
    "conversations": "/admin/conversations/conversation/",
    "contacts": "/admin/conversations/contact/",
    "leads": "/admin/leads/lead/",
    "messages": "/admin/conversations/message/",
    "templates": "/admin/conversations/template/",
    "rules": "/admin/aibot/rule/",
    "new rule": "/admin/aibot/rule/add/",
    "try it": "/admin/aibot/rule/try/",
    "test lines": "/admin/aibot/trap/",
    "answers": "/admin/aibot/answer/",
    "new answer": "/admin/aibot/answer/add/",
    "unanswered": "/admin/aibot/answer/unanswered/",
    "import answers": "/admin/aibot/answer/import/",
    "turns": "/admin/aibot/turn/",
    "proposals": "/admin/leads/proposal/",
    "calls of the model": "/admin/aibot/reservation/",
    "budgets": "/admin/aibot/budget/",
    "prompts": "/admin/aibot/promptversion/",
    "products": "/admin/accounts/product/",
    "settings": "/admin/accounts/settings/",
    "numbers": "/admin/accounts/whatsappnumber/",
    "new number": "/admin/accounts/whatsappnumber/add/",
    "members": "/admin/accounts/membership/",
    "consent": "/admin/conversations/consentevent/",
    "channel events": "/admin/webhooks/channelevent/",
    "failed items": "/admin/webhooks/faileditem/",
    "replay since": "/admin/webhooks/faileditem/replay-since/",
    "audit log": "/admin/accounts/auditevent/",
    "nothing fits": "/admin/conversations/conversation/?q=nobody",
}
ROWS = {
    "contact": "conversations.contact",
    "lead": "leads.lead",
    "template": "conversations.template",
    "rule": "aibot.rule",
    "rule that answered": "a rule that answered",
    "answer": "aibot.answer",
    "turn": "aibot.turn",
    "proposal": "leads.proposal",
    "call of the model": "aibot.reservation",
    "budget": "aibot.budget",
    "prompt": "aibot.promptversion",
    "product": "accounts.product",
    "number": "accounts.whatsappnumber",
    "member": "accounts.membership",
    "consent event": "conversations.consentevent",
    "channel event": "webhooks.channelevent",
    "failed item": "webhooks.faileditem",
}
OF_THE_INSTALLATION = {
    "businesses": "/admin/accounts/business/",
    "new business": "/admin/accounts/business/add/",
    "people": "/admin/accounts/user/",
    "prices of models": "/admin/aibot/price/",
    "new price": "/admin/aibot/price/add/",
    "budgets of the installation": "/admin/aibot/budget/",
    "deliveries": "/admin/webhooks/delivery/",
    "periodic tasks": "/admin/django_celery_beat/periodictask/",
}
ROWS_OF_THE_INSTALLATION = {
    "business": "accounts.business",
    "person": "accounts.user",
    "price": "aibot.price",
    "delivery": "webhooks.delivery",
    "periodic task": "django_celery_beat.periodictask",
}
# What a language changes is looked at on some.
IN_HINDI = (
    "today",
    "conversations",
    "thread",
    "rule",
    "try it",
    "settings",
    "number",
    "contact",
    "message",
    "failed items",
    "answer",
    "unanswered",
    "import answers",
    "turn",
    "proposals",
    "budgets",
)


AT_ONCE = 6  # pages: all of them in one test would take longer than a test may


def pages_of(shop) -> dict[str, str]:
    rows = {name: shop.rows[label] for name, label in ROWS.items()}
    return LISTS | rows | {"thread": shop.thread, "waiting thread": shop.waiting, "message": shop.message}


# Width, theme, and what axe looks for there: a theme changes contrast, a width structure. Nothing: only whether it fits.
LOOKS = ((1280, "light", ALL), (1280, "dark", CONTRAST), (360, "dark", ALL))
FITS = ((1280, "dark", None), (360, "light", None))


def looked_at(page, pages: dict[str, str], looks=LOOKS, *, mark: str = "") -> list[str]:
    """What is wrong with the pages: each is loaded once and turned for each look, from the last page's last look back to its first,
    so that none is turned before it is looked at.
    """
    wrong = []
    bring_axe(page)
    for name, path in pages.items():
        answer = page.goto(path)
        if answer.status != 200:
            wrong.append(f"{path}: {answer.status}")
        wrong += looked_at_all_ways(page, name, looks, mark=mark)
        looks = looks[::-1]
    return wrong


def looked_at_all_ways(page, name: str, looks=LOOKS, *, mark: str = "") -> list[str]:
    """What is wrong with the page that is open."""
    wrong = []
    page.wait_for_function("!document.querySelector('[x-cloak]:not([x-show])')")
    for width, theme, rules in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark")
        wrong += filter(None, [too_wide(page)])
        wrong += violations(page, rules) if rules else []
        if PICTURES:
            keep(page, PICTURES, f"{name} {width} {theme}{mark}".replace(" ", "-"))
    return wrong


@pytest.mark.parametrize("first", range(0, len(LISTS) + len(ROWS) + 3, AT_ONCE))
def test_an_owners_pages(here, opened, shop, with_answers, first):
    page, problems = opened(shop.owner)
    pages = dict(list(pages_of(shop).items())[first : first + AT_ONCE])
    assert here(looked_at, page, pages) == []
    assert problems == []


def test_the_installations_pages(here, opened, shop):
    page, problems = opened(shop.root)
    rows = {name: shop.rows[label] for name, label in ROWS_OF_THE_INSTALLATION.items()}
    assert here(looked_at, page, OF_THE_INSTALLATION | rows, (LOOKS[0], LOOKS[2])) == []
    assert problems == []


def test_hindi_fits_as_well(here, opened, shop, with_answers):
    page, problems = opened(shop.owner, language="hi")
    pages = {name: path for name, path in pages_of(shop).items() if name in IN_HINDI}
    assert here(looked_at, page, pages, FITS, mark=" hi") == []
    assert problems == []


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_test_of_a_connection(here, opened, shop, settings, language):
    """Once with all that can be well, once with a token that has expired and an account without a subscription."""
    page, problems = opened(shop.owner, language=language)

    def tested(state: str, name: str) -> list[str]:
        page.goto(shop.rows["accounts.whatsappnumber"])
        page.click("form[action$='/test/'] button")
        page.wait_for_selector(f".connection-summary.connection-{state}")
        return looked_at_all_ways(page, name, mark=f" {language}")

    settings.WHATSAPP_APP_SECRET = ["the-installations"]
    with meta_at(settings) as meta:
        assert here(tested, "warn", "connection") == []
        meta.number, meta.apps = refusal(190, "Session has expired", 401), Answer(body={"data": []})
        assert here(tested, "bad", "connection that is broken") == []
    assert problems == []
