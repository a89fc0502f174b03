"""Message templates as Meta lists them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cloud_api import storable
from cloud_api.errors import Ambiguous

FIELDS = "name,language,status,category,components,rejected_reason,quality_score"
PAGE = 100
MAX_PAGES = 100  # an account has 250 templates unless Meta allows more


@dataclass(frozen=True, slots=True)
class Template:
    """`status` is Meta's word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, ..; only APPROVED may be sent.

    `language` is spelled as sending wants it (en_US). What the answer leaves out is "", or an empty list.
    """

    id: str
    name: str
    language: str
    status: str
    category: str
    components: list[dict[str, Any]]
    rejected_reason: str
    quality: str  # GREEN, YELLOW, RED, UNKNOWN


def template_from(data: dict[str, Any]) -> Template:
    """Raises Ambiguous where the name, the language or the status is missing."""
    score = data.get("quality_score")
    components = data.get("components")
    reason = storable.string(data.get("rejected_reason"))
    template = Template(
        id=storable.string(data.get("id")),
        name=storable.string(data.get("name")),
        language=storable.string(data.get("language")).replace("-", "_"),
        status=storable.string(data.get("status")).upper(),
        category=storable.string(data.get("category")).upper(),
        components=[one for one in components if isinstance(one, dict)] if isinstance(components, list) else [],
        rejected_reason="" if reason == "NONE" else reason,
        quality=storable.string(score.get("score")) if isinstance(score, dict) else "",
    )
    if not (template.name and template.language and template.status):
        raise Ambiguous("The answer holds a template without name, language or status", http_status=200)
    return template


def page_query(name: str, after: str) -> str:
    """What follows /message_templates for one page."""
    query = f"?fields={FIELDS}&limit={PAGE}"
    if name:
        query += f"&name={quote(name, safe='')}"
    return query + (f"&after={quote(after, safe='')}" if after else "")


def page_from(answer: dict[str, Any]) -> tuple[list[Template], str]:
    """(the templates of this page, the cursor of the next page or ""). Raises Ambiguous where there is no list."""
    data = answer.get("data")
    if not isinstance(data, list):
        raise Ambiguous("The answer holds no list of templates", http_status=200)
    paging = answer.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    cursors = paging.get("cursors")
    after = storable.string(cursors.get("after")) if isinstance(cursors, dict) else ""
    # The last page has cursors too; only a page with another one behind it has "next".
    return [template_from(one) for one in data if isinstance(one, dict)], after if paging.get("next") else ""
