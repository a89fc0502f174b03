"""``script/words``: bring locale/hi/LC_MESSAGES/django.po up to what code and templates say, and compile it.

The compiled django.mo is committed beside it: a machine that runs the product needs neither gettext nor another step.
A new text of ours is added without a translation, one that nobody says any more is dropped, and what still lacks Hindi
is printed. Texts of unfold, Django and its REST framework that people get to read, and that their own Hindi does not have or
has wrongly, stand in the same catalogue, under FOREIGN.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from django.utils.translation.template import templatize

REPO = Path(__file__).resolve().parents[2]
PO = REPO / "locale/hi/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
APPS = ("accounts", "aibot", "conversations", "documents", "inbox", "leads", "webhooks", "whatsapp_automation")
FOREIGN = "unfold or Django"  # the comment that keeps a text in the catalogue though it is not ours
NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts give the same bytes
_NAMES = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy")
_QUOTED = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(rf"\b(p?)(n?)(?:gettext|_)\(\s*{_QUOTED}(?:\s*,\s*{_QUOTED})?(?:\s*,\s*{_QUOTED})?")


class Text(NamedTuple):
    """What a catalogue is asked for."""

    one: str
    many: str = ""
    context: str = ""


def main() -> int:
    catalogue = read()
    missing = update(catalogue, found())
    write(catalogue)
    for text in missing:
        sys.stdout.write(f"no Hindi yet: {text.one!r}\n")
    return 1 if missing else 0


def found() -> dict[Text, str]:
    """Every text of ours and the file that says it first."""
    texts: dict[Text, str] = {}
    for path in _files():
        read_in = in_python if path.suffix == ".py" else in_template
        for text in read_in(path.read_text("utf-8")):
            texts.setdefault(text, str(path.relative_to(REPO)))
    return texts


def _files() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in sorted((REPO / app).rglob("*.py")) if "migrations" not in path.parts)
    yield from sorted((REPO / "templates").rglob("*.html"))


def in_python(source: str) -> Iterator[Text]:
    """The constant texts of calls of gettext and its kin."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if name in _NAMES and given:
                yield _text(given, context=name.startswith("p"), plural=name.startswith("ngettext"))


def in_template(source: str) -> Iterator[Text]:
    """The texts of a template's translate and blocktranslate tags, and of its filters' _("...")."""
    for match in _IN_TEMPLATE.finditer(templatize(source)):
        given = [ast.literal_eval(quoted) for quoted in match.groups()[2:] if quoted]
        yield _text(given, context=bool(match[1]), plural=bool(match[2]))


def _text(given: list[str], *, context: bool, plural: bool) -> Text:
    named = given.pop(0) if context else ""
    return Text(given[0], given[1] if plural else "", named)


def text_of(message: Message) -> Text:
    one, many = message.id if message.pluralizable else (message.id, "")
    return Text(one, many, message.context or "")


def read() -> Catalog:
    with PO.open("rb") as file:
        catalogue = pofile.read_po(file, locale="hi")
    catalogue.creation_date = catalogue.revision_date = NO_TIME
    return catalogue


def update(catalogue: Catalog, texts: dict[Text, str]) -> list[Text]:
    """Add what is new, drop what nobody says. Returns what has no Hindi."""
    known = {text_of(message): message for message in catalogue if message.id}
    for text, message in known.items():
        if text not in texts and FOREIGN not in message.user_comments:
            catalogue.delete(message.id, context=message.context)
    for text, path in texts.items():
        message = known.get(text) or catalogue.add(
            (text.one, text.many) if text.many else text.one, context=text.context or None
        )
        message.locations = [(path, None)]
        if FOREIGN in message.user_comments:
            message.user_comments.remove(FOREIGN)
    return [text_of(message) for message in catalogue if message.id and not _is_translated(message)]


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def write(catalogue: Catalog) -> None:
    PO.write_bytes(as_po(catalogue))
    MO.write_bytes(compiled(catalogue))


def as_po(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    pofile.write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    mofile.write_mo(file, catalogue)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
