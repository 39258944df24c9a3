"""`make demo`: the whole product in the foreground, from nothing, until Ctrl-C.

1. One demonstration per checkout; what a killed one left running is stopped first.
2. Embedded servers, migrations, demonstration data when there is none.
3. Web, worker and beat, each with its log; if one ends, all end.
"""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, Any, cast

import psutil

from config import embedded

MB = 1_000_000
NEEDED = 700 * MB
"""What a demonstration writes, and what PostgreSQL writes meanwhile."""
LEAST_TO_GO_ON = 50 * MB
FULL = "Il n’y a pas assez de place sur le disque : libérer {needed} Mo, puis relancer make demo."
LEFT_RUNNING = embedded.HOME / "demo.json"
LOGS = embedded.HOME / "logs"
SECONDS_TO_ANSWER = 300
"""On a machine that does much else. What ends meanwhile is seen at once."""
SECONDS_TO_STOP = 20


class Stopped(Exception):
    """Somebody asked the demonstration to end."""


def main() -> int:
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    embedded.HOME.mkdir(exist_ok=True)
    try:
        with _only_one():
            _stop_what_was_left()
            if options.reset:
                embedded.delete_servers_data()
            _refuse_taken_port(options.port)
            _refuse_full_disk()
            _set_environment(options.port)
            embedded.start_servers()
            return _run(options.port)
    except embedded.CannotStart as refusal:
        _say(str(refusal))
        return 1
    except Stopped:
        return 0
    except Exception:  # noqa: BLE001 - whoever tries Relais is told what to do, whatever happened
        _say(_what_failed(traceback.format_exc()))
        return 1
    finally:
        embedded.leave_servers()


def _what_failed(details: str) -> str:
    """In a sentence; the details go to a file, if one can still be written."""
    if _free() < LEAST_TO_GO_ON:
        return FULL.format(needed=NEEDED // MB)
    with contextlib.suppress(OSError):
        LOGS.mkdir(exist_ok=True)
        (LOGS / "demo.log").write_text(details)
    return (
        f"La démonstration n’a pas pu être préparée ; le détail est dans {LOGS / 'demo.log'}. Rien n’a été gardé à moitié :"
        " relancer make demo ; si cela recommence, make demo-reset repart de zéro."
    )


def _free() -> int:
    return shutil.disk_usage(embedded.HOME).free


def _refuse_full_disk() -> None:
    if _free() < NEEDED:
        raise embedded.CannotStart(FULL.format(needed=NEEDED // MB))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reset", action="store_true", help="repartir de zéro")
    return parser.parse_args()


def _stop(number: int, frame: FrameType | None) -> None:
    # One is enough: what follows must not be interrupted halfway.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    with (embedded.HOME / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise embedded.CannotStart("La démonstration tourne déjà dans ce dossier : l’arrêter d’abord.") from error
        yield


def _stop_what_was_left() -> None:
    if not LEFT_RUNNING.exists():
        return
    for pid, created in json.loads(LEFT_RUNNING.read_text()):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            # The same number may belong to another program by now.
            if process.create_time() == created:
                _end_trees([process])
    LEFT_RUNNING.unlink()


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise embedded.CannotStart(f"Le port {port} est déjà pris : make demo PORT={port + 1}") from error


def _set_environment(port: int) -> None:
    os.environ.update(
        RELAIS_MODE="demo",
        SECRET_KEY=_secret_key(),
        BASE_URL=f"http://localhost:{port}",
        BIND=f"127.0.0.1:{port}",
        DJANGO_SETTINGS_MODULE="config.settings",
    )
    os.environ.setdefault("WEB_WORKERS", "2")


def _secret_key() -> str:
    path = embedded.HOME / "secret_key"
    path.touch(mode=0o600)
    if not path.read_text():
        _write(path, secrets.token_urlsafe(50))
    return path.read_text()


def _write(path: Path, text: str) -> None:
    """Whole or not at all, whenever we are killed."""
    begun = path.with_suffix(".begun")
    begun.touch(mode=0o600)
    begun.write_text(text)
    begun.replace(path)


def _make_tables() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from config.garbage import spare_loaded_code

    spare_loaded_code()
    _say("Tables et données de référence…")
    with _on_one_processor():
        call_command("migrate", interactive=False, verbosity=0)


def _make_data(web: subprocess.Popen[bytes]) -> None:
    """The port opens once there is something to sign in to: the figures and the e-mails come behind it."""
    from django.core.management import CommandError, call_command

    from demo.seed import is_whole

    try:
        with _on_one_processor():
            if is_whole():
                _open_port(web)
            else:
                call_command("seed_demo", when_lived=partial(_open_port, web))
    except CommandError as refusal:
        raise embedded.CannotStart(str(refusal)) from refusal


@contextlib.contextmanager
def _on_one_processor() -> Iterator[None]:
    """What makes the data and its database connection, which never work at once: forty thousand times, waking the other on
    another processor takes longer than waiting for it here (tried: a seventh of the time)."""
    from django.db import connections
    from django.db.backends.signals import connection_created

    if not hasattr(os, "sched_setaffinity") or os.environ["DATABASE_URL"] != embedded.database_url():
        yield  # not Linux, or PostgreSQL is of another machine
        connections.close_all()
        return
    ours = os.sched_getaffinity(0)
    one = {max(ours)}

    def join(sender: object, connection: Any, **kwargs: object) -> None:
        os.sched_setaffinity(connection.connection.info.backend_pid, one)

    connection_created.connect(join)
    os.sched_setaffinity(0, one)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)
        connection_created.disconnect(join)
        connections.close_all()


def _run(port: int) -> int:
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _make_tables()
        _launch("web", processes)  # it loads its pages while the data are made
        _make_data(processes["web"])
        _launch("worker", processes)
        _launch("beat", processes)
        _wait_until_it_answers(port, processes)
        _welcome(port)
        return _watch(processes)
    finally:
        _end_trees([psutil.Process(each.pid) for each in processes.values() if each.poll() is None])
        LEFT_RUNNING.unlink(missing_ok=True)


CELERY = ("celery", "--app", "config")
MODULES = {
    "web": ("gunicorn", "config.wsgi", "--config", "python:demo.gunicorn_conf"),
    "worker": (*CELERY, "worker", "--concurrency", "1", "--loglevel", "warning"),
    "beat": (*CELERY, "beat", "--loglevel", "warning", "--pidfile=", "--schedule", str(embedded.HOME / "beat")),
}


def _launch(name: str, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    LOGS.mkdir(exist_ok=True)
    command = (sys.executable, "-m", *MODULES[name])
    with (LOGS / f"{name}.log").open("wb") as log:
        # A session of its own: Ctrl-C reaches us, and we stop the others in order.
        processes[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    known = [(each.pid, psutil.Process(each.pid).create_time()) for each in processes.values()]
    _write(LEFT_RUNNING, json.dumps(known))


def _open_port(web: subprocess.Popen[bytes]) -> None:
    with (
        contextlib.suppress(BrokenPipeError),
        cast("IO[bytes]", web.stdin) as told,
    ):  # ended: whoever waits for it says so
        told.write(b"ready\n")


def _wait_until_it_answers(port: int, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + SECONDS_TO_ANSWER
    while not _answers(port):
        if ended := _ended(processes):
            raise embedded.CannotStart(f"« {ended} » s’est arrêté ; voir {LOGS / ended}.log.")
        if time.monotonic() > end:
            raise embedded.CannotStart(f"Le site ne répond pas ; voir {LOGS / 'web.log'}.")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/pret", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _watch(processes: dict[str, subprocess.Popen[bytes]]) -> int:
    while True:
        if ended := _ended(processes):
            _say(f"« {ended} » s’est arrêté ; voir {LOGS / ended}.log.")
            return 1
        time.sleep(0.5)


def _ended(processes: dict[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, process in processes.items() if process.poll() is not None), None)


def _end_trees(roots: list[psutil.Process]) -> None:
    """Asks politely, then kills what is still there."""
    everyone: list[psutil.Process] = []
    for root in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            everyone += [root, *root.children(recursive=True)]
    for root in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            root.terminate()
    for survivor in psutil.wait_procs(everyone, timeout=SECONDS_TO_STOP)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()


def _welcome(port: int) -> None:
    from demo.accounts import ACCOUNTS, PASSWORD

    width = max(len(account.email) for account in ACCOUNTS)
    lines = [f"  {account.email:{width}}  {account.what}" for account in ACCOUNTS]
    _say(
        f"\nRelais est prêt : http://localhost:{port}/\n\nComptes de démonstration (mot de passe commun : {PASSWORD})\n"
        + "\n".join(lines)
        + f"\n\nCourriels envoyés : {embedded.HOME / 'mail'}\nCtrl-C arrête tout ; les données restent.\n"
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
