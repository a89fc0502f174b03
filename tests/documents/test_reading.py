"""What a machine reads in a file. A plain text is read when it comes, in the limited child; all else is claimed first."""

import pytest

from documents import fetching, reading
from documents.models import Document


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"2 kg ghee, please\n", "2 kg ghee, please"),
        ("दो किलो घी".encode(), "दो किलो घी"),
        ("दो किलो घी".encode("utf-16"), "दो किलो घी"),
        (b"\xef\xbb\xbfghee", "ghee"),
        ("caf\u00e9 ghee".encode("latin-1"), "caf\u00e9 ghee"),
        ("gh\u200bee \u202emilk".encode(), "ghee milk"),
        (b"x" * 5000, "x" * reading.MOST),
        ("घ".encode() * 5000, "घ" * reading.MOST),
    ],
    ids=["ascii", "hindi", "utf-16", "mark", "latin", "hidden", "long", "cut within a letter"],
)
def test_the_beginning_of_a_text_is_kept(send, content, text):
    send("document", content, "text/plain", filename="order.txt")
    fetching.work()
    document = Document.objects.get()
    assert (document.state, document.text, document.read_by) == ("stored", text, reading.PLAIN)


@pytest.mark.parametrize(
    ("content", "mime", "name"),
    [
        (b"<html><script>x</script>", "text/plain", "a.txt"),
        (b"%PDF-1.4 words", "application/pdf", "a.pdf"),
        (b"rm -rf", "text/plain", "a.sh"),
    ],
)
def test_nothing_else_is_read(send, content, mime, name):
    send("document", content, mime, filename=name)
    fetching.work()
    document = Document.objects.get()
    assert (document.text, document.read_at) == ("", None)
