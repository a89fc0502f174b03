"""Bodies of outgoing messages, with Meta's limits checked before the wire.

Each builder returns the part that names the type, `{"type": T, T: {...}}`; `Client.send` adds the rest. A broken limit
raises InvalidMessage and names the field, the limit and the length. Lengths are Python's `len`: code points. Meta does
not say what it counts; an emoji of several code points therefore costs more here than it may cost there.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from cloud_api.errors import InvalidMessage

# Limits of Meta's, where nothing else is said. Of files only captions are checked here; sizes are `media`'s.
TEXT_BODY = 4096
BUTTONS_BODY = 1024
LIST_BODY = 4096
HEADER = 60
FOOTER = 60
MAX_BUTTONS = 3
BUTTON_ID = 256
BUTTON_TITLE = 20
LIST_BUTTON = 20
MAX_SECTIONS = 10
MAX_ROWS = 10
SECTION_TITLE = 24
ROW_ID = 200
ROW_TITLE = 24
ROW_DESCRIPTION = 72
CALLBACK_DATA = 512
CAPTION = 1024
FILENAME = 240
EMOJI = 32  # our own: the longest emoji of Unicode has 10 code points
LINK = 2000  # our own
MAX_CONTACTS = 257
FILES = frozenset({"image", "video", "audio", "document", "sticker"})

TOO_LONG = "The %(field)s has %(count)s characters; WhatsApp allows %(limit)s."
BLANK = "The %(field)s is empty; WhatsApp needs 1 to %(limit)s characters."


def text(body: str, preview_url: bool = False) -> dict[str, Any]:
    """A plain text; `preview_url` asks for a preview of its first link."""
    check_length("text body", body, TEXT_BODY)
    return {"type": "text", "text": {"body": body, "preview_url": preview_url}}


def buttons(body: str, buttons: Sequence[tuple[str, str]], header: str = "", footer: str = "") -> dict[str, Any]:
    """Up to three reply buttons as (id, title); the id comes back as the `tap_id` of the customer's message."""
    check_length("button message body", body, BUTTONS_BODY)
    _check_count("buttons", len(buttons), MAX_BUTTONS)
    for button_id, title in buttons:
        check_length("button id", button_id, BUTTON_ID)
        check_length("button title", title, BUTTON_TITLE)
    _check_unique("button id", (button_id for button_id, _ in buttons))
    _check_unique("button title", (title for _, title in buttons))
    replies = [{"type": "reply", "reply": {"id": button_id, "title": title}} for button_id, title in buttons]
    return _interactive("button", body, {"buttons": replies}, header, footer)


def list_menu(
    body: str,
    button: str,
    sections: Sequence[tuple[str, Sequence[tuple[str, str, str]]]],
    header: str = "",
    footer: str = "",
) -> dict[str, Any]:
    """A list that opens on `button`; sections are (title, [(row id, title, description)]), at most 10 rows in all.

    A description may be "". A section's title may be "" only where there is one section.
    """
    check_length("list body", body, LIST_BODY)
    check_length("list button", button, LIST_BUTTON)
    _check_count("list sections", len(sections), MAX_SECTIONS)
    rows = [row for _, section_rows in sections for row in section_rows]
    _check_count("list rows", len(rows), MAX_ROWS)
    for title, section_rows in sections:
        _check_section(title, section_rows, title_needed=len(sections) > 1)
    _check_unique("list row id", (row_id for row_id, _, _ in rows))
    action = {"button": button, "sections": [_section(title, section_rows) for title, section_rows in sections]}
    return _interactive("list", body, action, header, footer)


def template(name: str, language: str, components: Iterable[dict] = ()) -> dict[str, Any]:
    """An approved template. Webhooks print its language as en-US where sending wants en_US: both are taken."""
    _check_present("template name", name)
    _check_present("template language", language)
    body: dict[str, Any] = {"name": name, "language": {"code": language.replace("-", "_")}}
    components = list(components)
    if components:
        body["components"] = components
    return {"type": "template", "template": body}


def reaction(wamid: str, emoji: str) -> dict[str, Any]:
    """An emoji on a message of the last 30 days; "" takes it back. It gets the status `sent` and no other."""
    _check_present("wamid of the reaction", wamid)
    check_length("reaction", emoji, EMOJI, needed=False)
    return {"type": "reaction", "reaction": {"message_id": wamid, "emoji": emoji}}


def image(media_id: str = "", *, link: str = "", caption: str = "") -> dict[str, Any]:
    """A picture: an id of `Client.upload`, or a link that Meta fetches itself and keeps for 10 minutes; not both."""
    return _media("image", media_id, link, caption=caption)


def video(media_id: str = "", *, link: str = "", caption: str = "") -> dict[str, Any]:
    return _media("video", media_id, link, caption=caption)


def audio(media_id: str = "", *, link: str = "", voice: bool = False) -> dict[str, Any]:
    """`voice` shows it as a voice note, for which Meta wants OGG with OPUS, mono. There is no caption."""
    return _media("audio", media_id, link, voice=voice)


def document(media_id: str = "", *, link: str = "", filename: str = "", caption: str = "") -> dict[str, Any]:
    """`filename` is what the customer sees; its ending chooses the icon."""
    check_length("file name", filename, FILENAME, needed=False)
    return _media("document", media_id, link, filename=filename, caption=caption)


def sticker(media_id: str = "", *, link: str = "") -> dict[str, Any]:
    return _media("sticker", media_id, link)


def with_file(body: dict[str, Any], kind: str, media_id: str, *, filename: str = "") -> dict[str, Any]:
    """A text or buttons with an uploaded `kind` (image, video or document) above the words: one message. Raises
    InvalidMessage where WhatsApp has none such: a list takes no file, and a caption is shorter than a text.
    """
    named = {"filename": filename} if kind == "document" else {}
    check_length("file name", filename, FILENAME, needed=False)
    if body["type"] == "text":
        return _media(kind, media_id, "", **named, caption=body["text"]["body"])
    interactive = body.get("interactive", {})
    if interactive.get("type") != "button" or "header" in interactive:
        raise InvalidMessage("This message has no place for a file.", field="header")
    header = {"type": kind, **_media(kind, media_id, "", **named)}
    return {"type": "interactive", "interactive": {**interactive, "header": header}}


def without_file(body: dict[str, Any]) -> dict[str, Any] | None:
    """The words of such a message without its file; None for one that has no file, or no words beside it."""
    kind = body["type"]
    if not media_id_of(body):
        return None
    if kind == "interactive":
        return {**body, kind: {name: part for name, part in body[kind].items() if name != "header"}}
    caption = body[kind].get("caption", "")
    return text(caption) if caption else None


def media_id_of(body: dict[str, Any]) -> str:
    """Meta's id of the uploaded file that a message shows, itself or above its buttons; else ""."""
    shown = body.get("interactive", {}).get("header", {}) if body.get("type") == "interactive" else body
    kind = shown.get("type", "")
    return shown[kind].get("id", "") if kind in FILES else ""


def location(latitude: float, longitude: float, name: str = "", address: str = "") -> dict[str, Any]:
    """A place, in degrees. The address shows only together with a name."""
    for field, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -most <= value <= most:  # also refuses NaN
            raise InvalidMessage(f"The {field} is {value}; there are -{most} to {most} degrees.", field=field)
    place: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
    place |= {key: value for key, value in (("name", name), ("address", address)) if value}
    return {"type": "location", "location": place}


def contacts(cards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Contact cards in Meta's shape; each needs `name.formatted_name`."""
    _check_count("contacts", len(cards), MAX_CONTACTS)
    for card in cards:
        name = card.get("name")
        formatted = name.get("formatted_name") if isinstance(name, dict) else None
        _check_present("formatted name of a contact", formatted if isinstance(formatted, str) else "")
    return {"type": "contacts", "contacts": list(cards)}


def check_length(field: str, value: str, limit: int, *, needed: bool = True) -> None:
    """Raises InvalidMessage where the text is longer than `limit`, or blank although needed."""
    if len(value) > limit:
        raise InvalidMessage.of(TOO_LONG, field=field, count=len(value), limit=limit)
    if needed and not value.strip():
        raise InvalidMessage.of(BLANK, field=field, limit=limit)


def _check_present(field: str, value: str) -> None:
    if not value.strip():
        raise InvalidMessage(f"The {field} is empty.", field=field)


def _media(kind: str, media_id: str, link: str, **more: Any) -> dict[str, Any]:
    if bool(media_id) == bool(link):
        raise InvalidMessage(f"The {kind} needs a media id or a link, and not both.", field="link")
    if link and not link.startswith(("https://", "http://")):
        raise InvalidMessage(f"The link of the {kind} is no web address.", field="link")
    check_length("link", link, LINK, needed=False)
    check_length("caption", more.get("caption", ""), CAPTION, needed=False)
    where = {"id": media_id} if media_id else {"link": link}
    return {"type": kind, kind: {**where, **{key: value for key, value in more.items() if value}}}


def _interactive(kind: str, body: str, action: dict, header: str, footer: str) -> dict[str, Any]:
    check_length("header", header, HEADER, needed=False)
    check_length("footer", footer, FOOTER, needed=False)
    content: dict[str, Any] = {"type": kind, "body": {"text": body}, "action": action}
    if header:
        content["header"] = {"type": "text", "text": header}
    if footer:
        content["footer"] = {"text": footer}
    return {"type": "interactive", "interactive": content}


def _check_section(title: str, rows: Sequence[tuple[str, str, str]], title_needed: bool) -> None:
    check_length("list section title", title, SECTION_TITLE, needed=title_needed)
    _check_count(f"rows of the list section {title!r}", len(rows), MAX_ROWS)
    for row_id, row_title, description in rows:
        check_length("list row id", row_id, ROW_ID)
        check_length("list row title", row_title, ROW_TITLE)
        check_length("list row description", description, ROW_DESCRIPTION, needed=False)


def _section(title: str, rows: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    section: dict[str, Any] = {"rows": [_row(*row) for row in rows]}
    return {"title": title, **section} if title else section


def _row(row_id: str, title: str, description: str) -> dict[str, str]:
    row = {"id": row_id, "title": title}
    return {**row, "description": description} if description else row


def _check_count(what: str, count: int, limit: int) -> None:
    if not 1 <= count <= limit:
        raise InvalidMessage(f"There are {count} {what}; WhatsApp allows 1 to {limit}.", field=what)


def _check_unique(field: str, values: Iterable[str]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise InvalidMessage(
                f"The {field} {value!r} is used {count} times; WhatsApp wants each one once.", field=field
            )
