"""/api/docs: Swagger UI under our own headers, on a phone as well."""

from urllib.parse import urlsplit

import pytest

from ..browsing import PICTURES
from . import looking


def see(opened, width: int) -> tuple[list[str], list[str], int]:
    page, problems = opened
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    page.wait_for_selector(".opblock")
    page.get_by_text("/api/auth/login").first.click()
    page.wait_for_selector(".opblock-body")
    keep(page, f"docs-{width}")
    wide = looking.too_wide(page)
    page.get_by_role("button", name="Authorize").first.click()
    page.wait_for_selector(".modal-ux")
    keep(page, f"docs-{width}-authorize")
    wide = wide or looking.too_wide(page)
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    return [*problems, *([wide] if wide else [])], sorted(hosts), page.locator(".opblock").count()


def keep(page, name: str) -> None:
    if PICTURES:
        looking.keep(page, PICTURES, name)


@pytest.mark.parametrize("width", [360, 1280])
def test_it_shows_every_act_asks_no_other_host_and_fits(here, opened, server, width):
    problems, hosts, acts = here(see, opened(None, width=width), width)
    assert problems == []
    assert hosts == [urlsplit(server).netloc]
    assert acts >= 29
