"""The owner's pages in a browser: they fit a phone and a desk, in both themes and languages, and everybody can use them."""

import pytest

from .conftest import PICTURES
from .looking import ALL, CONTRAST, STRUCTURE, keep, too_wide, violations

LISTS = {
    "today": "/admin/",
    "conversations": "/admin/conversations/conversation/",
    "contacts": "/admin/conversations/contact/",
    "leads": "/admin/leads/lead/",
    "messages": "/admin/conversations/message/",
    "templates": "/admin/conversations/template/",
    "rules": "/admin/aibot/rule/",
    "new rule": "/admin/aibot/rule/add/",
    "try a message": "/admin/aibot/rule/try/",
    "test lines": "/admin/aibot/trap/",
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
    "deliveries": "/admin/webhooks/delivery/",
    "periodic tasks": "/admin/django_celery_beat/periodictask/",
}
ROWS_OF_THE_INSTALLATION = {
    "business": "accounts.business",
    "person": "accounts.user",
    "delivery": "webhooks.delivery",
    "periodic task": "django_celery_beat.periodictask",
}
# What a language changes is looked at on some.
IN_HINDI = (
    "today",
    "conversations",
    "thread",
    "rule",
    "try a message",
    "settings",
    "number",
    "contact",
    "message",
    "failed items",
)


def pages_of(shop) -> dict[str, str]:
    rows = {name: shop.rows[label] for name, label in ROWS.items()}
    return LISTS | rows | {"thread": shop.thread, "waiting thread": shop.waiting, "message": shop.message}


def looked_at(page, pages: dict[str, str], mark: str, *, rules: dict | None = ALL) -> list[str]:
    wrong = []
    for name, path in pages.items():
        answer = page.goto(path)
        if answer.status != 200:
            wrong.append(f"{path}: {answer.status}")
        page.wait_for_function("!document.querySelector('[x-cloak]:not([x-show])')")
        wrong += filter(None, [too_wide(page)])
        if rules:
            wrong += violations(page, rules)
        if PICTURES:
            keep(page, PICTURES, f"{name} {mark}".replace(" ", "-"))
    return wrong


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_an_owners_pages(here, opened, shop, width, theme):
    page, problems = opened(shop.owner, width=width, theme=theme)
    rules = {(1280, "light"): ALL, (1280, "dark"): CONTRAST, (360, "light"): STRUCTURE}.get((width, theme))
    assert here(looked_at, page, pages_of(shop), f"{width} {theme}", rules=rules) == []
    assert problems == []


@pytest.mark.parametrize("width", [1280, 360])
def test_the_installations_pages(here, opened, shop, width):
    page, problems = opened(shop.root, width=width)
    rows = {name: shop.rows[label] for name, label in ROWS_OF_THE_INSTALLATION.items()}
    assert (
        here(looked_at, page, OF_THE_INSTALLATION | rows, f"{width} light", rules=ALL if width == 1280 else STRUCTURE)
        == []
    )
    assert problems == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (360, "light")])
def test_hindi_fits_as_well(here, opened, shop, width, theme):
    page, problems = opened(shop.owner, width=width, theme=theme, language="hi")
    pages = {name: path for name, path in pages_of(shop).items() if name in IN_HINDI}
    assert here(looked_at, page, pages, f"{width} {theme} hi", rules=None) == []
    assert problems == []
