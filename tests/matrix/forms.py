"""A page's form as a browser would send it back."""

from html.parser import HTMLParser


def filled(html: str, form_id: str = "") -> dict[str, list[str]]:
    """The names and values of the form with this id (or of the page's last form): what is typed, chosen and ticked."""
    parser = _Form(form_id)
    parser.feed(html)
    return parser.values


class _Form(HTMLParser):
    def __init__(self, form_id: str):
        super().__init__()
        self.form_id, self.values = form_id, {}
        self._inside = False
        self._select = self._text = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._inside = not self.form_id or given.get("id") == self.form_id
            if self._inside:
                self.values = {}
        if not self._inside:
            return
        name = given.get("name")
        if tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            if kind not in ("submit", "button", "file", "image"):
                self._add(name, given.get("value", "on" if kind == "checkbox" else "") or "")
        elif tag == "select":
            self._select = (name, "multiple" in given, [])
        elif tag == "option" and self._select:
            self._select[2].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea" and name:
            self._text = (name, [])

    def handle_data(self, data):
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            name, several, options = self._select
            chosen = [value for value, selected in options if selected]
            if not chosen and options and not several:
                chosen = [options[0][0]]
            for value in chosen if name else ():
                self._add(name, value)
            self._select = None
        elif tag == "textarea" and self._text:
            name, parts = self._text
            self._add(name, "".join(parts).removeprefix("\n"))
            self._text = None

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)
