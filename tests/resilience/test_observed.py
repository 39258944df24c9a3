"""What is seen of an installation from outside, while real processes serve a household whose words are rare."""

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.context import VERSION
from tests import sink as mail
from tests.resilience import canary, reports_sink
from tests.resilience.canary import words_seen
from tests.resilience.reports_sink import ReportsSink
from tests.resilience.system import ROOT, Manager, System, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
TOKEN = "jeton-des-essais-0123456789-abcdefghij"
OURS = ("web", "worker", "beat")


class Observed(System):
    """The worker and beat start by the words of docker-compose.yml."""

    def command(self, name: str) -> list[str]:
        if name not in ("worker", "beat"):
            return super().command(name)
        words = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][name]["command"]
        folder = "/tmp"  # noqa: S108 - of the container
        return [sys.executable, "-m", *(word.replace(f"{folder}/", f"{self.home}/") for word in words)]

    def lines(self, name: str) -> list[str]:
        return (self.home / f"{name}.log").read_text().splitlines()

    def told(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines(name)]

    def ask(self, path: str, *, method: str = "GET", token: str = "", cookie: str = "", host: str = "") -> Any:
        """The answer, read: its status, its headers and its words."""
        connection = HTTPConnection("127.0.0.1", self.web_port, timeout=60)
        headers = {"Authorization": f"Bearer {token}" if token else "", "Cookie": cookie, "Host": host}
        connection.request(method, path, headers={name: value for name, value in headers.items() if value})
        answer = connection.getresponse()
        answer.words = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer


@dataclass
class Scene:
    system: Observed
    reports: ReportsSink
    reported: list[dict[str, Any]]
    """The errors of what happened, not of what a test does later, as the one that kills a process."""
    work: dict[str, Any]
    request_id: str


@pytest.fixture(scope="module")
def scene(_migrated_home: Path) -> Iterator[Scene]:
    """Everything that could say a word of the household has happened, and was told."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    subprocess.run([shutil.which("cp") or "cp", "--archive", str(_migrated_home), str(folder)], check=True)
    with mail.listening() as mails, reports_sink.listening() as reports, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        system = Observed(folder / "relais", mail_port=mails.port, web_port=port)
        system.environment |= {
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO",
            "WEB_WORKERS": "2",
            "METRICS_TOKEN": TOKEN,
            "SENTRY_DSN": reports.dsn,
        }
        try:
            system.start("servers")
            until((system.home / "run" / "valkey.sock").exists, "the servers do not start")
            for name in OURS:
                system.start(name)
            yield live(system, reports)
        finally:
            system.end()
            shutil.rmtree(folder)


def live(system: Observed, reports: ReportsSink) -> Scene:
    work = json.loads(system.run("-m", "tests.resilience.canary"))
    manager = Manager(system.web_port, session=work["session"], worker=work["worker"])
    manager.accept(work["page"])
    cookie = f"relais_session={work['session']}"
    seen = system.ask(f"/situations/{work['case']}/?q={canary.NAME}", cookie=cookie)
    assert canary.NAME in seen.words
    mistype_a_password(system)
    with pytest.raises(HTTPException, match="500"):
        report(manager)
    system.ask(f"/{canary.NAME}/{canary.PHONE}?q={canary.EMAIL}")
    system.ask(f"/mot-de-passe/nouveau/{canary.NAME}/{canary.PHONE}/")
    system.ask("/connexion/", host=f"{canary.NAME}.example.org")
    send_nonsense(system)
    until(lambda: {"django.request", "celery.app.trace"} <= reports.loggers, "not all is reported")
    return Scene(system, reports, list(reports.events), work, seen.headers["X-Request-ID"])


def mistype_a_password(system: Observed) -> None:
    visitor = Manager(system.web_port, session="", worker=0)
    page = visitor.ask("/connexion/")
    assert "csrfmiddlewaretoken" in page
    again = visitor.ask("/connexion/", {**hidden(page), "username": canary.EMAIL, "password": canary.NAME})
    assert canary.EMAIL in again


def report(manager: Manager) -> None:
    page = manager.ask("/signalements/nouveau/")
    typed = {"usual_name": canary.NAME, "first_names": "Alice", "birth_date": "12/03/1984"}
    manager.ask("/signalements/nouveau/", {**hidden(page), **typed})


def hidden(page: str) -> dict[str, str]:
    from tests.resilience.system import Hidden

    return Hidden(page).fields


def send_nonsense(system: Observed) -> None:
    for line in (f"GET /?q={canary.NAME} {canary.EMAIL} HTTP/1.1", f"ZYXQUANDRE /{canary.NAME} HTTP/1.1"):
        with socket.create_connection(("127.0.0.1", system.web_port), timeout=60) as connection:
            connection.sendall(f"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            while connection.recv(4096):
                pass


def test_every_line_of_every_process_is_json(scene: Scene):
    for name in OURS:
        for line in scene.system.lines(name):
            told = json.loads(line)
            assert {"time", "level", "logger", "message"} <= told.keys()
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["time"]), line
    assert {told["logger"] for told in scene.system.told("web")} >= {
        "gunicorn.access",
        "gunicorn.error",
        "django.request",
    }
    assert {told["logger"] for told in scene.system.told("worker")} >= {"celery.worker.strategy", "celery.app.trace"}
    assert {told["logger"] for told in scene.system.told("beat")} >= {"celery.beat"}


def test_no_line_says_a_word_of_the_household(scene: Scene):
    for name in OURS:
        lines = scene.system.lines(name)
        assert lines
        assert [line for line in lines if words_seen(line)] == []


def test_the_log_of_the_database_tells_that_a_statement_failed_without_a_word_of_it(scene: Scene):
    lines = (scene.system.home / "postgresql" / "server.log").read_text().splitlines()
    assert sum(line.endswith("ERROR:  refused") for line in lines) > 1
    assert [line for line in lines if words_seen(line) or "STATEMENT" in line or "DETAIL" in line] == []


def test_a_request_is_told_by_its_route_its_reader_and_its_own_id(scene: Scene):
    (line,) = [told for told in scene.system.told("web") if told.get("request_id") == scene.request_id]
    assert line.pop("time")
    assert isinstance(line.pop("ms"), int)
    assert line.pop("message").startswith("GET /situations/<uuid:case>/ 200 ")
    assert line == {
        "level": "INFO",
        "logger": "gunicorn.access",
        "method": "GET",
        "route": "/situations/<uuid:case>/",
        "status": 200,
        "user": scene.work["manager"],
        "ids": {"case": scene.work["case"]},
        "request_id": scene.request_id,
    }


def test_an_error_of_a_page_is_told_by_its_kind_with_the_id_of_its_request(scene: Scene):
    (error,) = [told for told in scene.system.told("web") if told["message"].startswith("Internal Server Error")]
    (line,) = [told for told in scene.system.told("web") if told.get("status") == 500]
    assert error["message"] == "Internal Server Error: /signalements/nouveau/"
    assert error["error"] == "django.db.utils.ProgrammingError"
    assert "psycopg.errors.RaiseException (P0001)" in error["traceback"]
    assert error["request_id"] == line["request_id"]


def test_an_error_of_the_worker_is_told_by_its_kind(scene: Scene):
    errors = [told for told in scene.system.told("worker") if told["level"] == "ERROR"]
    assert errors
    assert {told["error"] for told in errors} == {"django.db.utils.ProgrammingError"}
    assert re.fullmatch(
        r"Task (workflows\.run_imports|relais\.tick)\[[0-9a-f-]+\] raised unexpected: django\.db\.utils\.ProgrammingError",
        errors[0]["message"],
    )


def test_both_errors_are_reported_and_nothing_else(scene: Scene):
    assert scene.reports.kinds == {"event"}
    told = [(event["logger"], event["logentry"]["message"]) for event in scene.reported]
    assert [logger for logger, _ in told].count("django.request") == 1
    assert "celery.app.trace" in {logger for logger, _ in told}
    assert [each for each in told if each[0] not in ("django.request", "celery.app.trace")] == []


def test_a_report_says_where_and_what_kind_of_error_it_was(scene: Scene):
    (event,) = [event for event in scene.reports.events if event["logger"] == "django.request"]
    assert event["release"] == f"relais@{VERSION}"
    assert event["environment"] == "demo"
    assert event["user"] == {"id": str(scene.work["manager"])}
    assert event["transaction"] == "/signalements/nouveau/"
    assert event["logentry"] == {"message": "Internal Server Error: /signalements/nouveau/"}
    cause, error = event["exception"]["values"]
    assert (cause["module"], cause["type"], cause["value"]) == ("psycopg.errors", "RaiseException", "(P0001)")
    assert (error["module"], error["type"], error["value"]) == ("django.db.utils", "ProgrammingError", "")
    frames = error["stacktrace"]["frames"]
    assert any(frame["module"].startswith("workflows.") and frame["lineno"] > 0 for frame in frames)


def test_a_report_holds_no_word_of_the_household_and_no_more_than_was_said(scene: Scene):
    assert [said for said in scene.reports.said if words_seen(said)] == []
    for event in scene.reports.events:
        assert event.keys() <= {
            "event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk",
            "logentry", "exception", "tags", "transaction", "user",
        }  # fmt: skip
        assert "cookie" not in json.dumps(event).lower().replace("cookies.py", "")
        for error in event["exception"]["values"]:
            assert all("vars" not in frame for frame in error["stacktrace"]["frames"])


def counted(system: Observed, view: str) -> float:
    """By whichever process answers."""
    words = system.ask("/metriques", token=TOKEN).words
    found = re.findall(rf'^relais_request_seconds_count{{.*view="{view}"}} (\S+)$', words, re.MULTILINE)
    return sum(map(float, found))


def test_the_figures_of_all_the_processes_are_added_up_and_survive_one_that_is_killed(scene: Scene):
    before = counted(scene.system, "live")
    for _ in range(40):
        scene.system.ask("/sante/vivant")
    assert {counted(scene.system, "live") for _ in range(10)} == {before + 40}
    files = set(Path(scene_folder(scene)).iterdir())

    workers = scene.system.processes("web")[1:]
    assert len(workers) == 2
    workers[0].kill()
    until(lambda: len(scene.system.processes("web")) == 3 and not workers[0].is_running(), "nobody takes its place")
    for _ in range(10):
        scene.system.ask("/sante/vivant")
    assert {counted(scene.system, "live") for _ in range(10)} == {before + 50}
    assert set(Path(scene_folder(scene)).iterdir()) == files


def scene_folder(scene: Scene) -> str:
    (worker, *_) = scene.system.processes("web")[1:]
    (file, *_) = [each.path for each in worker.memory_maps() if "relais-metrics-" in each.path]
    return str(Path(file).parent)


def test_the_figures_name_pages_and_nobody(scene: Scene):
    words = scene.system.ask("/metriques", token=TOKEN).words
    assert 'relais_request_seconds_count{method="GET",status="200",view="case"}' in words
    assert 'relais_request_seconds_count{method="POST",status="500",view="report"} 1.0' in words
    assert 'method="other"' in words
    assert words_seen(words) == []
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", words)


def test_the_figures_say_how_the_services_do(scene: Scene):
    words = scene.system.ask("/metriques", token=TOKEN).words
    for service in ("tick", "queue", "outbox", "mail", "deadlines", "backup", "disk"):
        assert f'relais_service_level{{service="{service}"}} ' in words
    assert 'relais_service_age_seconds{service="tick"} ' in words
    assert 'relais_service_waiting{service="outbox"} ' in words


def test_the_figures_are_for_whoever_holds_the_token(scene: Scene):
    assert scene.system.ask("/metriques").status == 401
    assert scene.system.ask("/metriques", token=TOKEN[:-1]).status == 401
    answer = scene.system.ask("/metriques", token=TOKEN, host="172.18.0.5:8000")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
