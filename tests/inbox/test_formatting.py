"""What somebody wrote, as HTML: WhatsApp's marks, links, and nothing that a browser would run."""

import re

import pytest

from inbox.formatting import formatted, formatted_with_links

from ..growth import growth


def link(address: str) -> str:
    return f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Ghee* is _here_, ~not~ ```now```", "<strong>Ghee</strong> is <em>here</em>, <s>not</s> <code>now</code>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("see https://shop.example/o_1_/a*b*?q=1.", f"see {link('https://shop.example/o_1_/a*b*?q=1')}."),
        ("*see https://shop.example/x_y_z*", f"<strong>see {link('https://shop.example/x_y_z')}</strong>"),
        ("(HTTPS://SHOP.EXAMPLE)", f"({link('HTTPS://SHOP.EXAMPLE')})"),
        ("https://a.example/?a=1&b=2", link("https://a.example/?a=1&amp;b=2")),
        ("http://", "http://"),
        ("javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"),
        ('https://a.example/"onmouseover="x', f"{link('https://a.example/')}&quot;onmouseover=&quot;x"),
        ("<img src=x>\n\ue0000\ue001", "&lt;img src=x&gt;\n0"),
        ("नमस्ते *दूध*", "नमस्ते <strong>दूध</strong>"),
    ],
)
def test_marks_and_links(text, html):
    assert formatted_with_links(text) == html


def test_a_template_s_blanks_are_marked_and_its_links_stay_words():
    assert formatted("*{{1}}* https://a.example/{{2}}") == (
        "<strong><mark>{{1}}</mark></strong> https://a.example/<mark>{{2}}</mark>"
    )


@pytest.mark.parametrize("piece", ["*a ", "_a_a", "```x", "~~a", "https://a.example/*_", "\ue0001\ue001", "<&"])
def test_what_a_long_text_costs_grows_with_its_length(piece):
    small, large = piece * 400, piece * 6_400
    assert growth(lambda: formatted_with_links(small), lambda: formatted_with_links(large)) < 60
    assert not re.search("<(?!/?(strong|em|s|code|a)\\b)", formatted_with_links(large))
