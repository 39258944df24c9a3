"""`make demo`: started, killed, started again, stopped."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from config import embedded
from demo import serve
from demo.accounts import ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.long, pytest.mark.turn(5)]


PUBLISHED = """
from django.utils.timezone import localdate, now
from cases.models import User
from workflows.models import CommitteeReport
CommitteeReport.objects.create(
    territory="grigny", quarter="2026-01-01", as_of=localdate(), published_at=now(), published_by=User.objects.get()
)
"""


@pytest.fixture
def environment(migrated_home):
    """That of a checkout which nobody has used. A published report makes its data pass for built."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELAIS_HOME": str(migrated_home)}
    account = ["--email", ACCOUNTS[0].email, "--first-name", "Ada", "--last-name", "Lenoir"]
    account += ["--structure", ACCOUNTS[0].structure]
    for command in (["bootstrap", *account], ["shell", "--no-imports", "--command", PUBLISHED]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=kept, check=True)
    yield kept
    for process in ours(kept):
        process.kill()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def start(environment, port):
    command = [sys.executable, "-m", "demo.serve", "--port", port]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    return demo, said_until(demo, "Ctrl-C arrête tout")


def said_until(demo, words):
    said = ""
    for line in demo.stdout:
        said += line
        if words in line:
            break
    return said


def ours(environment):
    """Every process of that demonstration, servers included."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ", "status"]):
        environ, cmdline = process.info["environ"] or {}, process.info["cmdline"] or []
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if environ.get("RELAIS_HOME") == environment["RELAIS_HOME"] or environment["RELAIS_HOME"] in " ".join(cmdline):
            found.append(process)
    return found


def are_on_one_processor(demo, environment):
    """Whoever makes the data, and a connection of its database: that one, and no other process."""
    servers = [
        child for process in ours(environment) for child in process.children() if "[local]" in child.cmdline()[0]
    ]
    (processor,) = psutil.Process(demo.pid).cpu_affinity()
    others = [len(process.cpu_affinity()) for process in ours(environment) if process.pid != demo.pid]
    return [processor] in [server.cpu_affinity() for server in servers] and 1 not in others


def answers(port, path="/sante/pret"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        return response.status == 200


def refuses(port):
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", int(port))) == errno.ECONNREFUSED


def opens_within(seconds, port):
    end = time.monotonic() + seconds
    while refuses(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def test_the_demonstration_survives_a_kill_and_leaves_nothing_when_it_is_stopped(environment, port):
    demo, said = start(environment, port)
    assert f"http://localhost:{port}/" in said
    assert "mot de passe commun" in said
    assert answers(port)

    demo.kill()
    demo.communicate(timeout=60)
    assert answers(port)

    demo, said = start(environment, port)
    assert "est prêt" in said
    assert answers(port)

    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert ours(environment) == []


def test_a_second_demonstration_in_the_same_folder_says_so(environment, port):
    demo, _ = start(environment, port)

    second, said = start(environment, port)
    second.communicate(timeout=60)
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=60)

    assert "tourne déjà dans ce dossier" in said
    assert (second.returncode, demo.returncode) == (1, 0)


WITHOUT_ORDINARY_CASES = """
import os
import sys
import time
from config import embedded
from demo import serve

def make(web):
    from demo import figures, month_files, ordinary
    ordinary.CASES = ordinary.WATCHED = ordinary.STOCK = 0
    month_files.STOCK = 3
    if "NO_FIGURES" in os.environ:
        figures.count = lambda *args, **kwargs: time.sleep(1000)
    make_as_usual(web)

make_as_usual, serve._make_data = serve._make_data, make
sys.exit(serve.main())
"""


@pytest.mark.timeout(1800)
def test_a_kill_while_the_data_are_made_leaves_nothing_and_the_next_run_makes_them(home, port):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELAIS_HOME": str(home)}
    command = [sys.executable, "-c", WITHOUT_ORDINARY_CASES, "--port", port]
    try:
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert "Données de démonstration : " in said_until(demo, "encore")
        assert refuses(port)
        assert are_on_one_processor(demo, environment)
        demo.kill()
        demo.communicate(timeout=10)

        cut_short = environment | {"NO_FIGURES": "yes"}
        demo = subprocess.Popen(command, cwd=ROOT, env=cut_short, stdout=subprocess.PIPE, text=True)
        assert opens_within(120, port), "It opens once the stories are lived, before their figures are counted."
        assert answers(port, "/connexion/")
        demo.kill()
        demo.communicate(timeout=10)

        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        said = said_until(demo, "Ctrl-C arrête tout")
        assert "Données de démonstration : 0 %" not in said
        assert "Données de démonstration : 100 %" in said
        assert "étapes faites" in said
        assert answers(port)
        everywhere = os.sched_getaffinity(0)
        assert [set(process.cpu_affinity()) for process in ours(environment)] == [everywhere] * len(ours(environment))
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)
        assert ours(environment) == []
    finally:
        for process in ours(environment):
            process.kill()


def test_whatever_fails_is_said_in_a_sentence_with_what_to_do(home, port):
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELAIS_HOME": str(home)}
    nowhere = {"DATABASE_URL": f"postgresql://nobody@localhost:{port}/nothing", "REDIS_URL": "redis://localhost:1/0"}
    command = [sys.executable, "-m", "demo.serve", "--port", port]
    done = subprocess.run(command, cwd=ROOT, env=kept | nowhere, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "relancer make demo ; si cela recommence, make demo-reset repart de zéro" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "OperationalError" in (home / "logs" / "demo.log").read_text()


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "HOME", tmp_path)
    monkeypatch.setattr(serve, "NEEDED", shutil.disk_usage(tmp_path).total + 1_000_000)
    with pytest.raises(embedded.CannotStart, match="pas assez de place sur le disque : libérer"):
        serve._refuse_full_disk()


def test_a_secret_key_that_a_kill_left_empty_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "HOME", tmp_path)
    (tmp_path / "secret_key").touch()
    made = serve._secret_key()
    assert len(made) > 50
    assert serve._secret_key() == made


def test_a_taken_port_is_named_with_another_to_try(environment, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(port)))
        other.listen()
        demo, said = start(environment, port)
        demo.communicate(timeout=60)

    assert f"Le port {port} est déjà pris : make demo PORT={int(port) + 1}" in said
    assert demo.returncode == 1
