"""Files in messages that a person writes on a phone: given as base64, or made here."""

import base64
import binascii

from .files import MAX_INBOUND, TYPES, File, base_type
from .samples import sample

KINDS = ("image", "video", "audio", "document", "sticker")


def attach(world, number, kind: str, spec: dict) -> tuple[dict, dict]:
    """(the webhook's object of this kind, what the bubble shows). spec: data? (base64), mime_type?, filename?,
    caption?, voice?, animated?. Raises ValueError where it is wrong."""
    file = _file(world, number, kind, spec)
    caption = _text(spec, "caption")
    media = {**file.webhook()}
    if url := world.file_url(file):
        media["url"] = url
    if caption and kind not in ("audio", "sticker"):
        media = {"caption": caption, **media}
    if kind == "document" and file.name:
        media = {"filename": file.name, **media}
    if kind == "audio":
        media["voice"] = bool(spec.get("voice", file.base_type == "audio/ogg"))
    if kind == "sticker":
        media["animated"] = bool(spec.get("animated", False))
    return media, bubble(file, media)


def bubble(file: File, media: dict) -> dict:
    shown = {"text": media.get("caption", ""), "media": file.view()}
    return {**shown, "voice": True} if media.get("voice") else shown


def edited(world, message, text: str) -> dict:
    """{"type": .., ..} of the message with its new text or caption. Raises ValueError for what has neither."""
    if message.kind == "text":
        return {"type": "text", "text": {"body": text}}
    if message.kind not in ("image", "video", "document"):
        raise ValueError("only texts and captions can be edited")
    file = world.files.get(message.content["media"]["id"])
    media = file.webhook() if file else {"id": message.content["media"]["id"]}
    if file and (url := world.file_url(file)):
        media["url"] = url
    return {"type": message.kind, message.kind: {"caption": text, **media}}


def _file(world, number, kind: str, spec: dict) -> File:
    given = _text(spec, "data")
    data, mime_type, name = (_decoded(given), "", "") if given else sample(kind)
    mime_type = _text(spec, "mime_type") or mime_type
    types, _ = TYPES[kind]
    if not mime_type:
        raise ValueError(f"mime_type must say what data is, {types[0]} for instance")
    if kind != "document" and base_type(mime_type) not in types:
        raise ValueError(f"mime_type of {kind} must be one of {', '.join(types)}")
    return world.files.add(number, data, mime_type, _text(spec, "filename") or name)


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("data must be base64") from None
    if not 0 < len(data) <= MAX_INBOUND:
        raise ValueError(f"data must have 1 to {MAX_INBOUND} bytes")
    return data


def _text(spec: dict, key: str) -> str:
    value = spec.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value
