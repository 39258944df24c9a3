"""The processes of an installation, as one starts and kills them; and a manager in front of their pages."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_SETTLE = 150


class System:
    """The processes of an installation, in a folder of their own."""

    def __init__(self, home: Path, *, mail_port: int, web_port: int) -> None:
        self.home, self.web_port = home, web_port
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "RELAIS_HOME": str(home),
            "RELAIS_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "BIND": f"127.0.0.1:{web_port}",
            "WEB_WORKERS": "1",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def command(self, name: str) -> list[str]:
        celery = [sys.executable, "-m", "celery", "--app", "config"]
        return {
            "servers": [sys.executable, "-c", "import time; from config import embedded; embedded.start_servers(); time.sleep(9999)"],
            "queue": [sys.executable, "-c", "from config import embedded; embedded.start_servers()"],
            "database": [sys.executable, "-c", "from config import embedded; embedded.start_servers()"],
            "web": [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.gunicorn_conf"],
            "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "error"],
            "beat": [*celery, "beat", "--loglevel", "error", "--pidfile=", "--schedule", str(self.home / "beat")],
            "other beat": [*celery, "beat", "--loglevel", "error", "--pidfile=", "--schedule", str(self.home / "beat2")],
        }[name]  # fmt: skip

    def start(self, name: str) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(name), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self, name: str) -> None:
        """At once, with its children: nobody is asked."""
        killed = self.processes(name)
        assert killed, f"{name} does not run"
        for process in killed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.kills += 1
        if name in self.running:
            self.running.pop(name).wait(60)

    def processes(self, name: str) -> list[psutil.Process]:
        if name == "queue":
            address = str(self.home / "run" / "valkey.sock")
            return [
                each for each in psutil.process_iter(["cmdline"]) if address in " ".join(each.info["cmdline"] or [])
            ]
        is_database = name == "database"
        pid = (
            (self.home / "postgresql" / "postmaster.pid").read_text().split()[0]
            if is_database
            else self.running[name].pid
        )
        root = psutil.Process(int(pid))
        return [root, *root.children(recursive=True)]

    def end(self) -> None:
        for each in psutil.process_iter(["environ", "cmdline"]):
            environ, command = each.info["environ"] or {}, " ".join(each.info["cmdline"] or [])
            if environ.get("RELAIS_HOME") == str(self.home) or str(self.home) in command:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        for process in self.running.values():
            process.wait(60)

    def settle(self) -> None:
        """Wait until all is told and sent."""
        until(lambda: self.waiting() == 0, "something is not told", seconds=SECONDS_TO_SETTLE)

    def waiting(self, *, email: str = "%") -> int:
        """Lines not told, and mails not sent to such addresses. What quiet hours or a refusal hold is due from now on."""
        with self.database() as database:
            database.execute(
                "UPDATE notifications_delivery SET next_try_at = now() WHERE state = 'waiting' AND next_try_at > now()"
            )
            row = database.execute(
                "SELECT (SELECT count(*) FROM cases_outbox) + (SELECT count(*) FROM notifications_delivery delivery"
                " JOIN cases_user person ON person.id = delivery.user_id"
                " WHERE delivery.state = 'waiting' AND person.email LIKE %s)",
                [email],
            ).fetchone()
        return int(row[0]) if row else 0

    def database(self) -> psycopg.Connection[Any]:
        folder = str(self.home / "run").replace("/", "%2F")
        return psycopg.connect(f"postgresql://postgres@{folder}/{embedded.DATABASE}", autocommit=True)


def until(condition: Any, refusal: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, refusal
        time.sleep(0.2)


class Hidden(HTMLParser):
    """The hidden fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


class Manager:
    """Accepts cases in a browser; when the page does not come, asks for it again."""

    def __init__(self, port: int, *, session: str, worker: int) -> None:
        self.port, self.worker = port, worker
        self.cookies = {"relais_session": session}

    def accept(self, path: str) -> None:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                page = self.ask(path)
                if 'name="accept"' not in page:
                    return  # it is answered
                self.ask(
                    path, {**Hidden(page).fields, "accept": "yes", "professional": str(self.worker), "reason": ""}
                )
            except (OSError, HTTPException):
                time.sleep(0.2)

    def ask(self, path: str, typed: dict[str, str] | None = None) -> str:
        """The page; empty when the answer is another one (already answered, or on to the next page)."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if typed:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST" if typed else "GET", path, urlencode(typed or {}), headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        if answer.status >= 500:
            raise HTTPException(answer.status)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return page if answer.status == 200 else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path) -> Iterator[System]:
    """The two servers alone."""
    system = System(home, mail_port=1, web_port=free_port())
    try:
        system.start("servers")
        until((home / "run" / "valkey.sock").exists, "the servers do not start")
        yield system
    finally:
        system.end()
