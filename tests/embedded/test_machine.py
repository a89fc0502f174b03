"""The set-up of .venv and packages, in a small clone whose lists of packages are empty: it needs no network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # environments are made; script/test itself begins with script/setup
REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    root = tmp_path_factory.mktemp("clones") / "a clone"
    (root / "whatsapp_automation/embedded").mkdir(parents=True)
    (root / "script").mkdir()
    shutil.copy(REPO / "whatsapp_automation/embedded/machine.py", root / "whatsapp_automation/embedded")
    shutil.copy(REPO / "script/setup", root / "script")
    return root


def setup(clone: Path, *arguments: str, cwd: str = "/") -> subprocess.CompletedProcess:
    """Run script/setup from somewhere else, as people do."""
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHON": sys.executable}
    command = [str(clone / "script/setup"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)


def test_the_first_time_installs_the_second_does_nothing(clone):
    (clone / "requirements.txt").write_text("")
    (clone / "requirements-dev.txt").write_text("")
    first = setup(clone, "server")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Creating .venv ... " in first.stdout
    assert "Installing packages (first time, about a minute) ... " in first.stdout
    second = setup(clone, "server")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_the_tools_include_what_the_product_needs(clone):
    assert "Installing packages (they have changed)" in setup(clone, "dev").stdout
    assert setup(clone, "server").stdout == ""
    (clone / "requirements.txt").write_text("# a new version\n")
    assert "Installing packages" in setup(clone, "dev").stdout
    assert setup(clone, "server").stdout == ""


def test_a_failed_installation_is_said_and_tried_again(clone):
    (clone / "requirements.txt").write_text("nothing @ file:///nowhere/nothing-1.0-py3-none-any.whl\n")
    for _ in range(2):
        failed = setup(clone, "server")
        assert failed.returncode == 1
        assert "could not be installed" in failed.stdout
    (clone / "requirements.txt").write_text("")
    assert setup(clone, "server").returncode == 0


def test_what_answers_by_meaning_is_optional(clone):
    wanted = clone / "requirements-meaning.txt"
    wanted.write_text("nothing==1.0 --hash=sha256:" + "0" * 64 + "\n--no-index\n")
    failed = setup(clone, "server")
    assert failed.returncode == 0
    assert "answers are found by their letters until it is" in failed.stdout
    assert setup(clone, "server").stdout == "", "there is none for this machine: that is not asked again"
    wanted.write_text("# a new version\n")
    assert "Installing the model" in setup(clone, "server").stdout
    assert setup(clone, "server").stdout == ""
    wanted.unlink()


def test_a_broken_environment_is_made_anew(clone):
    (clone / ".venv/bin/python").unlink()
    again = setup(clone, "server")
    assert again.returncode == 0
    assert "Creating .venv anew: the old one does not work" in again.stdout
    assert setup(clone, "server").stdout == ""


def test_unknown_arguments_are_refused(clone):
    assert setup(clone, "everything").returncode == 2
    assert setup(clone, "server", "emacs").returncode == 2
