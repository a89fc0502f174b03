"""The set-up of .venv and packages, in a small clone whose lists of packages are empty: it needs no network."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from whatsapp_automation.embedded import machine

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


def setup(clone: Path, *arguments: str, cwd: str = "/", **given: str) -> subprocess.CompletedProcess:
    """Run script/setup from somewhere else, as people do."""
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHON": sys.executable, **given}
    command = [str(clone / "script/setup"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)


def test_the_first_time_installs_the_second_does_nothing(clone):
    (clone / "requirements.txt").write_text("")
    (clone / "requirements-dev.txt").write_text("")
    first = setup(clone, "server")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Creating .venv ... " in first.stdout
    assert "Installing packages (first time) ... " in first.stdout
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


@pytest.fixture
def uv(clone):
    """In the place of uv a script that writes down how it was called, and ends as it is told; (the file, telling)."""
    (clone / "requirements-setup.txt").write_text("")
    asked, program = clone / "asked.json", clone / ".venv/bin/uv"

    def ends_with(code: int) -> None:
        program.write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            f"json.dump([sys.argv[1:], dict(os.environ)], open({str(asked)!r}, 'w'))\nsys.exit({code})\n"
        )
        program.chmod(0o755)

    ends_with(0)
    yield asked, ends_with
    program.unlink()
    (clone / "requirements-setup.txt").unlink()
    asked.unlink(missing_ok=True)


def test_packages_come_by_uv_from_the_index_that_pip_asks(clone, uv):
    asked, _ = uv
    (clone / "requirements.txt").write_text("# by uv\n")
    done = setup(clone, "server", PIP_INDEX_URL="https://packages.example/simple", PIP_CERT="/etc/ssl/our.pem")
    assert done.returncode == 0, done.stdout
    arguments, environment = json.loads(asked.read_text())
    assert arguments[:2] == ["pip", "install"]
    assert arguments[-2:] == ["-r", str(clone / "requirements.txt")]
    assert environment["UV_DEFAULT_INDEX"] == "https://packages.example/simple"
    assert environment["SSL_CERT_FILE"] == "/etc/ssl/our.pem"
    assert "packages.example" not in " ".join(arguments), "an index may have a password, and all may see a command"


def test_pip_gets_what_uv_does_not(clone, uv):
    asked, ends_with = uv
    ends_with(1)
    (clone / "requirements.txt").write_text("# by pip\n")
    assert setup(clone, "server").returncode == 0
    assert asked.exists()
    assert setup(clone, "server").stdout == ""


def test_uv_is_not_asked_where_it_cannot_be_told_what_pip_knows(clone, uv):
    asked, _ = uv
    (clone / "requirements.txt").write_text("# by pip alone\n")
    assert setup(clone, "server", PIP_NO_INDEX="1").returncode == 0
    assert not asked.exists()


def test_steps_at_the_same_time_have_a_line_each(capsys):
    with machine._step("Packages"):
        with machine._step("Programs"):
            pass
        machine._say("All is well.")
    assert written(capsys) == "Packages ... \nPrograms ... N s\nAll is well.\nPackages ... N s\n"
    with machine._step("Packages"):
        pass
    assert written(capsys) == "Packages ... N s\n"


def written(capsys) -> str:
    return re.sub(r"[0-9.]+ s\n", "N s\n", capsys.readouterr().out)


def test_a_broken_environment_is_made_anew(clone):
    (clone / ".venv/bin/python").unlink()
    again = setup(clone, "server")
    assert again.returncode == 0
    assert "Creating .venv anew: the old one does not work" in again.stdout
    assert setup(clone, "server").stdout == ""


@pytest.fixture
def chosen(clone, tmp_path):
    """Of Pythons that are in folders, "own" in the place of /usr/bin, which one runs the set-up; (add one, ask)."""
    script, path = tmp_path / "script/setup", []
    script.parent.mkdir()
    script.write_text((clone / "script/setup").read_text().replace("/usr/bin/", f"{tmp_path}/own/"))
    script.chmod(0o755)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/dirname").symlink_to(shutil.which("dirname"))

    def add(name: str, *, ensurepip: bool = True) -> None:
        python = tmp_path / name
        python.parent.mkdir(exist_ok=True)
        python.write_text(
            f"""#!/bin/sh\ncase "$*" in *machine.py*) echo {name};; *ensurepip*) exit {0 if ensurepip else 1};; esac\n"""
        )
        python.chmod(0o755)
        if python.parent.name != "own":
            path.append(str(python.parent))

    def ask(**given: str) -> str:
        env = {"PATH": ":".join([*path, f"{tmp_path}/tools"]), **given}
        return subprocess.run([script], capture_output=True, text=True, env=env, check=True).stdout.strip()

    return add, ask


def test_the_systems_own_python_comes_before_another_of_its_version(chosen):
    add, ask = chosen
    add("elsewhere/python3.11")
    add("own/python3.12")
    assert ask() == "elsewhere/python3.11"
    add("own/python3.11")
    assert ask() == "own/python3.11"


def test_a_python_without_ensurepip_comes_last(chosen):
    add, ask = chosen
    add("own/python3.11", ensurepip=False)
    assert ask() == "own/python3.11", "machine.py says what it lacks"
    add("elsewhere/python3.14")
    assert ask() == "elsewhere/python3.14"


def test_the_python_that_is_asked_for_is_taken(chosen, tmp_path):
    add, ask = chosen
    add("own/python3.11")
    add("elsewhere/mine", ensurepip=False)
    assert ask(PYTHON=f"{tmp_path}/elsewhere/mine") == "elsewhere/mine"
    assert ask(PYTHON=f"{tmp_path}/elsewhere/none") == "own/python3.11"


def test_unknown_arguments_are_refused(clone):
    assert setup(clone, "everything").returncode == 2
    assert setup(clone, "server", "emacs").returncode == 2
