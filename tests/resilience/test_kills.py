"""Whatever is killed, and whenever: what a person has done is kept, is told, and is told once."""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from config import embedded
from tests.resilience.mail_sink import MailSink, mail_sink

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 64
VICTIMS = ("worker", "beat", "queue", "web")
SECONDS_TO_SETTLE = 150
pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


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
            "servers": [sys.executable, "-c", "import time; from config import embedded; embedded.start(); time.sleep(9999)"],
            "queue": [sys.executable, "-c", "from config import embedded; embedded.start()"],
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
        for process in self.processes(name):
            try:
                process.kill()
                self.kills += 1
            except psutil.NoSuchProcess:
                pass
        if name in self.running:
            self.running.pop(name).wait(10)

    def processes(self, name: str) -> list[psutil.Process]:
        if name == "queue":
            socket_of_queue = str(self.home / "run" / "valkey.sock")
            return [
                each for each in psutil.process_iter(["cmdline"]) if socket_of_queue in (each.info["cmdline"] or [])
            ]
        root = psutil.Process(self.running[name].pid)
        return [root, *root.children(recursive=True)]

    def end(self) -> None:
        for name in [*self.running, "queue"]:
            self.kill(name)
        for process in psutil.process_iter(["environ"]):
            if (process.info["environ"] or {}).get("RELAIS_HOME") == str(self.home):
                process.kill()

    def database(self) -> psycopg.Connection[Any]:
        folder = str(self.home / "run").replace("/", "%2F")
        return psycopg.connect(f"postgresql://postgres@{folder}/{embedded.DATABASE}", autocommit=True)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with mail_sink() as found:
        yield found


@pytest.fixture
def system(home: Path, sink: MailSink) -> Iterator[System]:
    home.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    system = System(home, mail_port=sink.port, web_port=port)
    try:
        system.start("servers")
        until((home / "run" / "valkey.sock").exists, "the servers do not start")
        system.run("manage.py", "migrate", "--no-input", "-v", "0")
        for name in ("web", "worker", "beat", "other beat"):
            system.start(name)
        yield system
    finally:
        system.end()


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
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("POST" if typed else "GET", path, urlencode(typed or {}), headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        if answer.status >= 500:
            raise HTTPException(answer.status)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return page if answer.status == 200 else ""


def test_sixty_kills_lose_nothing_and_tell_nobody_twice(system: System, sink: MailSink):
    work = json.loads(system.run("-m", "tests.resilience.work", "prepare", str(ROUNDS)))
    manager = Manager(system.web_port, session=work["session"], worker=work["worker"])
    chance = random.Random(20261125)  # noqa: S311 - not a secret
    kills_of_workers = 0
    for number, path in enumerate(work["pages"]):
        acting = threading.Thread(target=manager.accept, args=(path,))
        acting.start()
        time.sleep(chance.uniform(0, 1.5))
        victim = VICTIMS[number % len(VICTIMS)]
        system.kill(victim)
        kills_of_workers += victim == "worker"
        time.sleep(chance.uniform(0, 0.5))
        system.start(victim)
        acting.join(100)
        assert not acting.is_alive(), f"case {number} is not accepted"
    assert system.kills >= 60

    with system.database() as database:
        # A mail that quiet hours hold until the morning is due now.
        due = "UPDATE notifications_delivery SET next_try_at = now() WHERE state = 'waiting' AND next_try_at > now()"
        left = "SELECT (SELECT count(*) FROM cases_outbox) + (SELECT count(*) FROM notifications_delivery WHERE state <> 'sent')"

        def is_told() -> bool:
            database.execute(due)
            row = database.execute(left).fetchone()
            return row is not None and row[0] == 0

        until(is_told, "something is not told", seconds=SECONDS_TO_SETTLE)

    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == len(set(told["accepted"])) == ROUNDS
    assert told["assigned"] == ROUNDS
    assert told["told of it"] == [work["worker"]] * ROUNDS
    assert (told["lines not told"], told["not sent"]) == (0, 0)
    received = {name.strip("<>").partition("@")[0]: times for name, times in sink.times.items()}
    assert received.keys() == set(told["mails"])
    assert sum(received.values()) - len(received) <= kills_of_workers
    system.run("manage.py", "check_invariants")
