"""The log as files: one a day, written by several processes, fourteen kept."""

import json
import logging
import subprocess
import sys

import pytest
import structlog

from whatsapp_automation import logfile
from whatsapp_automation.env import ConfigError
from whatsapp_automation.logfile import KEPT, DailyFile
from whatsapp_automation.settings import BASE_DIR

from .test_settings import start  # noqa: F401 - a fixture


@pytest.fixture
def handler(tmp_path):
    handler = DailyFile(str(tmp_path / "app.log"))
    yield handler
    handler.close()


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, __file__, 1, text, None, None)


def test_each_day_has_its_file_and_the_oldest_go(tmp_path, handler, monkeypatch):
    (tmp_path / "other-2026-01-01.log").touch()
    (tmp_path / "app-notes.log").touch()
    for day in range(1, 21):
        monkeypatch.setattr(logfile, "_today", lambda day=day: f"2025-12-{day:02d}")
        handler.emit(record(f"of day {day}"))
    logs = sorted(file.name for file in tmp_path.glob("app-20*.log"))
    assert len(logs) == KEPT
    assert logs[-1] > "app-2025-12-20.log"  # the one of the real day, opened first
    assert (tmp_path / "app-2025-12-20.log").read_text() == "of day 20\n"
    assert {"other-2026-01-01.log", "app-notes.log"} < {file.name for file in tmp_path.iterdir()}


def test_only_its_owner_reads_it(tmp_path, handler):
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


WRITER = """
import logging, sys
from whatsapp_automation.logfile import DailyFile
handler = DailyFile(sys.argv[1])
for place in range(2000):
    handler.emit(logging.LogRecord("w", 20, "", 1, sys.argv[2] * 300, None, None))
"""


def test_lines_of_several_processes_do_not_mix(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "app.log")]
    writers = [subprocess.Popen([*command, letter], cwd=BASE_DIR) for letter in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    [file] = tmp_path.iterdir()
    lines = file.read_text().splitlines()
    assert len(lines) == 6000
    assert set(lines) == {letter * 300 for letter in "abc"}


@pytest.fixture
def own_logging():
    """The root logger's handlers as they were, afterwards."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for one in root.handlers:
        if isinstance(one, DailyFile):
            one.close()
    root.handlers = before


def test_with_log_file_the_same_lines_go_there(start, own_logging, tmp_path):  # noqa: F811
    start(LOG_FILE=str(tmp_path / "app.log"))
    structlog.get_logger("test").info("something_done", ms=3)
    [file] = tmp_path.iterdir()
    line = json.loads(file.read_text())
    assert (line["event"], line["ms"], line["level"]) == ("something_done", 3, "info")


def test_a_file_that_cannot_be_written_refuses_to_start(start, own_logging):  # noqa: F811
    with pytest.raises(ConfigError, match=r"LOG_FILE must name a file in a folder that can be written: .*No such file"):
        start(LOG_FILE="/nowhere/at/all/app.log")


TOLD = """
import logging, os, sys
sys.argv = sys.argv[1:]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsapp_automation.settings")
from django.conf import settings
settings.LOG_LEVEL
logging.getLogger("test").warning("told")
"""


@pytest.mark.parametrize(("program", "stream"), [("manage.py", "stderr"), ("granian", "stdout")])
def test_a_commands_output_is_its_answer_and_a_servers_is_its_log(program, stream):
    command = [sys.executable, "-c", TOLD, program, "check"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=60)
    printed = {"stdout": done.stdout, "stderr": done.stderr}
    assert '"told"' in printed.pop(stream)
    assert list(printed.values()) == [""]
