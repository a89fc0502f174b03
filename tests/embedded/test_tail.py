import json

import pytest

from whatsapp_automation.embedded import tail
from whatsapp_automation.embedded.tail import Tail, important


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("[2026-11-22 10:00:00,000: WARNING/MainProcess] lost", "[2026-11-22 10:00:00,000: WARNING/MainProcess] lost"),
        ("[INFO] Listening at: http://127.0.0.1:8000", None),
        ("no errors here", None),
        ("django.db.utils.OperationalError: refused", "django.db.utils.OperationalError: refused"),
        ('{"event": "request", "level": "info"}', None),
        (
            '{"event": "drain failed", "level": "error", "lane": 3, "timestamp": "t", "exception": "KeyError\\n  x.py:1 f"}',
            "error: drain failed lane=3 KeyError",
        ),
        ('{"event": "broker away\\nTrying again", "level": "warning"}', "warning: broker away Trying again"),
        ("{broken ERROR", "{broken ERROR"),
        ('["ERROR"]', '["ERROR"]'),
    ],
)
def test_only_warnings_and_worse_are_shown(line, seen):
    assert important(line) == seen


def test_half_a_line_waits_for_its_other_half(tmp_path):
    follow = Tail(tmp_path / "web.log")
    with follow.open_for_child() as log:
        log.write(b"ERROR: fi")
        log.flush()
        assert follow.important_lines() == []
        log.write(b"rst\nfine\n")
        log.flush()
        assert follow.important_lines() == ["ERROR: first"]
    assert follow.important_lines() == []


def test_a_flood_is_counted_not_shown(tmp_path):
    follow = Tail(tmp_path / "web.log")
    with follow.open_for_child() as log:
        log.write(b"".join(b"ERROR %d\n" % number for number in range(50)))
    lines = follow.important_lines()
    assert lines[0] == "ERROR 0"
    assert lines[-1] == "... and 45 more in web.log"


def test_a_large_log_moves_aside_and_the_child_writes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tail, "ROTATE_BYTES", 1000)
    follow = Tail(tmp_path / "web.log")
    with follow.open_for_child() as log:
        log.write(b"x" * 2000 + b"\n")
        log.flush()
        follow.important_lines()
        assert follow.path.stat().st_size == 0
        log.write(json.dumps({"level": "error", "event": "after"}).encode() + b"\n")
        log.flush()
        assert follow.important_lines() == ["error: after"]
    assert (tmp_path / "web.log.1").stat().st_size == 2001


def test_last_lines_are_those_of_this_run(tmp_path):
    (tmp_path / "web.log").write_text("of an earlier run\n")
    follow = Tail(tmp_path / "web.log")
    with follow.open_for_child() as log:
        log.write(b"one\ntwo\nthree\n")
    assert follow.last_lines(2) == "two\nthree"
    assert "earlier" not in follow.last_lines()
