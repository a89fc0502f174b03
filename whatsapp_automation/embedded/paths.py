"""Where things are."""

import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def local_dir() -> Path:
    """The folder of everything that this machine generates: ``<repo>/.local``, or where ``LOCAL_DIR`` says."""
    return Path(os.environ.get("LOCAL_DIR") or REPO / ".local").absolute()


def make_private(folder: Path) -> Path:
    """Create a folder that only its owner may read (0700). An existing one is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def shown(path: Path) -> str:
    """A path as people read it: relative to the repository where it lies inside."""
    return str(path.relative_to(REPO)) if path.is_relative_to(REPO) else str(path)


def log_file(local: Path, name: str) -> Path:
    """``.local/log/<name>.log``; the folder exists afterwards."""
    return make_private(local / "log") / f"{name}.log"
