"""The Settings page in a browser: it fits, everybody can use it, and nothing that was typed is lost."""

import pytest
from django_scopes import scope

from accounts.models import AuditEvent, Settings

from ..browsing import PICTURES
from .looking import ALL, keep, too_wide, violations

ADDRESS = "/admin/accounts/settings/"


NO_SUCH_PLACEHOLDER = {
    "en": "हिन्दी: {kab}: there is no such placeholder",
    "hi": "हिन्दी: {kab}: ऐसा कोई placeholder नहीं है",
}


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1280, "light", "en"), (360, "dark", "en"), (360, "light", "hi")]
)
def test_it_fits_with_its_errors_too(here, opened, shop, width, theme, language):
    page, problems = opened(shop.owner, width=width, theme=theme, language=language)

    def look(name: str) -> list[str]:
        page.wait_for_function("!document.querySelector('[x-cloak]:not([x-show])')")
        if PICTURES:
            keep(page, PICTURES, f"settings-{name}-{width}-{theme}-{language}")
        return [*filter(None, [too_wide(page)]), *violations(page, ALL)]

    def act() -> list[str]:
        page.goto(ADDRESS)
        wrong = look("as-it-is")
        page.fill("[name=text_away-hi]", "हम {kab} खुलेंगे")
        page.fill("[name=holidays-2-name]", "Holi")
        page.fill("[name=ai_daily_tokens]", "999999999")
        page.fill("[name=quiet_until]", "")
        page.click("[name=_save]")
        page.wait_for_load_state()
        wrong += look("with-errors")
        assert page.input_value("[name=text_away-hi]") == "हम {kab} खुलेंगे"
        assert page.input_value("[name=holidays-2-name]") == "Holi"
        assert NO_SUCH_PLACEHOLDER[language] in page.inner_text("#content")
        return wrong

    assert here(act) == []
    assert problems == []


def test_a_row_is_added_and_saved_and_the_log_shows_it(here, opened, shop):
    page, problems = opened(shop.owner)

    def save():
        page.goto(ADDRESS)
        page.click("[data-add-row]")
        page.fill("[name=holidays-5-date]", "2027-03-22")
        page.fill("[name=holidays-5-name]", "Holi")
        page.click("[name=_save]")
        page.wait_for_load_state()

    def read(address: str) -> str:
        page.goto(address)
        if PICTURES:
            keep(page, PICTURES, "audit-event-1280")
        assert violations(page) == []
        return page.inner_text(".audit")

    here(save)
    with scope(business=shop.business):
        assert Settings.objects.get().holidays[-1] == {"date": "2027-03-22", "name": "Holi"}
    event = AuditEvent.objects.filter(action="settings.changed").first()
    assert "Holi" in here(read, f"/admin/accounts/auditevent/{event.pk}/change/")
    assert problems == []
