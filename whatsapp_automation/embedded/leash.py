"""Run a command that ends when its parent ends. Started by path, with nothing but the standard library:

    python -I -S leash.py PARENT_PID DEATH_SIGNAL UID GID COMMAND...

A small program instead of ``preexec_fn``, which is unsafe beside threads. UID 0 keeps the user. On Linux the kernel
sends DEATH_SIGNAL when the thread that started us ends, so start programs from the main thread. Elsewhere nothing is
sent, and ``orphans`` does the work at the next start.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def leashed(command: list[str], death_signal: signal.Signals, user: tuple[int, int] | None = None) -> list[str]:
    """The command line that runs ``command`` on a leash of this process, as ``user`` (uid, gid) where one is given."""
    uid, gid = user or (0, 0)
    numbers = (os.getpid(), int(death_signal), uid, gid)
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), *map(str, numbers), *command]


def main() -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in sys.argv[1:5])
    command = sys.argv[5:]
    if uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        hold(parent, death_signal)  # after the change of user, which takes the parent-death signal away (prctl(2))
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


def hold(parent: int, death_signal: int) -> None:
    """Linux: the kernel sends this process the signal when ``parent``, which it must be a child of, ends."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the parent has ended already")


if __name__ == "__main__":
    main()
