"""What can be known of the containers without running them."""

import gc
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.signals import worker_process_init

from config import gunicorn_conf
from config.embedded import POSTGRES_SETTINGS
from config.environment import NEEDED

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def test_the_example_file_and_compose_give_all_that_production_needs_and_no_secret():
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) | set(SERVICES["web"]["environment"]) >= set(NEEDED)
    for name in ["SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_APP_PASSWORD", "DATABASE_UPKEEP_PASSWORD"]:
        assert f"\n{name}=\n" in text


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate", "proxy"}))
def test_every_lasting_service_has_a_health_check_and_restarts(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat", "watch", "upkeep", "migrate", "redis", "proxy"])
def test_our_containers_hold_no_right_that_they_do_not_use(name):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_reachable_from_outside():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["${HTTP_PORT:-80}:80", "${HTTPS_PORT:-443}:443"],
    }
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_database_is_set_as_the_one_on_which_restorations_are_tried_and_logs_no_statement_and_no_row():
    """Its log is read in tests/resilience/test_observed.py."""
    assert POSTGRES_SETTINGS["max_locks_per_transaction"] == "512"
    for name in ("log_min_error_statement", "log_error_verbosity", "max_locks_per_transaction"):
        assert f"{name}={POSTGRES_SETTINGS[name]}" in SERVICES["db"]["command"]


def test_nothing_of_ours_starts_before_the_tables_and_the_rights_are_up_to_date():
    for name in ["web", "worker", "beat", "watch", "upkeep"]:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["command"][-1] == (
        "python manage.py migrate --no-input && python manage.py grant_database_roles"
    )


@pytest.mark.parametrize(
    ("name", "role", "given"),
    [
        ("web", "relais_app", set()),
        ("worker", "relais_app", set()),
        ("beat", "relais_app", set()),
        ("watch", "relais_app", set()),
        ("upkeep", "relais_upkeep", set()),
        ("migrate", "relais", {"DATABASE_APP_PASSWORD", "DATABASE_UPKEEP_PASSWORD"}),
    ],
)
def test_a_service_enters_the_database_in_its_role_and_knows_no_other_password(name: str, role: str, given: set[str]):
    environment = SERVICES[name]["environment"]

    assert environment["DATABASE_URL"].startswith(f"postgresql://{role}:${{")
    passwords = {"POSTGRES_PASSWORD", "DATABASE_APP_PASSWORD", "DATABASE_UPKEEP_PASSWORD"}
    assert {key for key in passwords if environment[key]} == given


def test_administrators_are_alerted_whatever_happens_to_the_queue():
    assert "alert_administrators" in SERVICES["watch"]["command"][-1]
    assert set(SERVICES["watch"]["depends_on"]) == {"migrate"}


@pytest.mark.parametrize(("code", "is_well"), [(0, True), (1, False)])
def test_the_watch_is_well_only_while_its_rounds_succeed(code: int, is_well: bool, tmp_path: Path):
    """Its own line, with a round each tenth of a second, and a command that succeeds or fails."""
    looked, rounds = tmp_path / "looked", tmp_path / "rounds"
    line = SERVICES["watch"]["command"][-1].replace("sleep 300", "sleep 0.1").replace("/tmp", str(tmp_path))  # noqa: S108
    (tmp_path / "python").write_text(f"#!/bin/sh\necho >>{rounds}\nexit {code}\n")
    (tmp_path / "python").chmod(0o755)

    def count_rounds() -> int:
        return len(rounds.read_text()) if rounds.exists() else 0

    with subprocess.Popen(["/bin/sh", "-c", line], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}) as watch:
        while not looked.exists():
            time.sleep(0.01)
        done, first = count_rounds(), looked.stat().st_mtime_ns
        while count_rounds() < done + 3:
            time.sleep(0.01)
        watch.terminate()
    assert (looked.stat().st_mtime_ns > first) is is_well


def test_what_stops_has_the_time_to_end_what_it_began():
    """Longer than gunicorn gives its requests."""
    assert {name: SERVICES[name].get("stop_grace_period") for name in ("web", "worker", "beat")} == {
        "web": "45s",
        "worker": "2m",
        "beat": "30s",
    }
    assert gunicorn_conf.graceful_timeout < 45


def test_a_process_that_serves_or_works_does_not_look_for_garbage_in_its_code(monkeypatch):
    told: list[object] = []
    monkeypatch.setattr(gc, "freeze", lambda: told.append("frozen"))
    monkeypatch.setattr(gc, "set_threshold", lambda *limits: told.append(limits))

    gunicorn_conf.when_ready(None)
    worker_process_init.send(None)

    assert told == ["frozen", (50_000, 20, 20)] * 2


def test_one_service_builds_the_image_that_the_others_run():
    assert [name for name, service in SERVICES.items() if "build" in service] == ["migrate"]
    ours = ["web", "worker", "beat", "watch", "upkeep", "migrate"]
    assert {name for name, service in SERVICES.items() if service["image"] == "relais"} == set(ours)


def test_the_image_is_not_run_by_root_and_copies_every_application():
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["relais"]
    for package in ["config", "cases", "workflows", "notifications", "templates", "static"]:
        assert f"COPY {package} {package}" in dockerfile
    for package in ["benchmarks", "demo", "scripts", "tests"]:
        assert f"COPY {package}" not in dockerfile
    assert SERVICES["web"]["healthcheck"]["test"] == ["CMD", "python", "config/health_probe.py"]
    assert (ROOT / "config" / "health_probe.py").exists()


def test_the_static_files_of_the_image_can_be_collected(tmp_path):
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"&&\s+(SECRET_KEY=.*collectstatic.*)$", dockerfile, re.MULTILINE)
    words = shlex.split(
        line.replace("$(python -c 'import secrets; print(secrets.token_hex(40))')", "0123456789abcdef" * 5)
    )
    environment = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    command = words[words.index("python") + 1 :]

    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**environment, "PATH": os.environ["PATH"], "RELAIS_MODE": "production", "STATIC_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()
    # Root collects them, and the user of the image reads them.
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in tmp_path.rglob("*")}
    assert modes == {(True, 0o755), (False, 0o644)}
    assert list(tmp_path.glob("bootstrap/css/bootstrap.min.*.css.gz"))


COMPOSER = shutil.which("docker-compose")
OWN = {"POSTGRES_PASSWORD": "owner", "DATABASE_APP_PASSWORD": "app", "DATABASE_UPKEEP_PASSWORD": "upkeep"}
MORE = {
    "DATABASE_REPLICATION_PASSWORD": "copy",
    "S3_BUCKET": "pieces",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
}
CLUSTER = yaml.safe_load((ROOT / "compose.cluster.yml").read_text().replace("!override ", ""))


@pytest.mark.skipif(COMPOSER is None, reason="docker-compose manque (Debian : apt-get install docker-compose).")
def test_a_cluster_is_the_same_services_several_times_behind_a_pooler_and_a_store(tmp_path):
    for name in ("compose.cluster.yml", "compose.machines.yml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in (OWN | MORE).items()))

    def read(*files: str) -> dict[str, Any]:
        words = [word for name in files for word in ("--file", name)]
        done = subprocess.run(
            [str(COMPOSER), *words, "config"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return dict(yaml.safe_load(done.stdout))

    found = read("compose.cluster.yml")["services"]
    on_several = read("compose.cluster.yml", "compose.machines.yml")

    assert found.keys() - SERVICES.keys() == {"replica", "pooler", "store"}
    assert SERVICES.keys() <= found.keys()
    assert {name for name in found if found[name].get("deploy") == {"replicas": 2}} == {"web", "worker", "beat"}
    assert [name for name in found if "ports" in found[name]] == ["proxy"]
    for name in ("web", "worker", "beat", "watch"):
        given = found[name]["environment"]
        assert given["DATABASE_URL"] == "postgresql://relais_app:app@pooler:6432/relais"
        assert (given["CONN_MAX_AGE"], given["S3_BUCKET"]) == ("0", "pieces")
    for name, role in (("migrate", "relais:owner"), ("upkeep", "relais_upkeep:upkeep")):
        given = found[name]["environment"]
        assert (given["DATABASE_URL"], given["S3_BUCKET"]) == (f"postgresql://{role}@db:5432/relais", "pieces")
    for name in SERVICES.keys() - {"db", "redis", "proxy"}:
        assert found[name]["environment"]["DATABASE_REPLICATION_PASSWORD"] == ""
    # The backup reads it in .env, to say what it does not hold: no name that is given elsewhere.
    assert CLUSTER["x-files"]["S3_BUCKET"].startswith("${S3_BUCKET:?")
    assert found["store"]["environment"]["S3_BUCKET"] == "pieces"
    assert on_several["services"] == found
    assert on_several["networks"] == {
        name: {"name": f"relais-{name}", "external": True} for name in ("inside", "outside")
    }


def test_what_a_lasting_container_is_told_makes_it_again_when_it_changes():
    """compose does not look into the files that it carries: what a server reads once, when it is made, may be one of them."""
    carried = {name for name, service in CLUSTER["services"].items() if "configs" in service}
    assert carried == {"db"}
    assert {each["target"] for each in CLUSTER["services"]["db"]["configs"]} == {
        "/docker-entrypoint-initdb.d/allow_replica.sh"
    }
    # The server keeps what a replica that is away will ask for.
    assert "ALTER SYSTEM SET wal_keep_size = '2GB'" in CLUSTER["configs"]["allow_replica"]["content"]


COMMANDS = {
    "install": 'mkdir -p "${!#}"',
    "gosu": 'while [[ $1 != --pgdata ]]; do shift; done; echo 18 >"$2/PG_VERSION"; [[ ! -e cut ]] || exit 1',
    "docker-entrypoint.sh": 'echo "$PGDATA: $(cat "$PGDATA/PG_VERSION"), $*"; echo "$PGPASSWORD"',
}
"""What stands for those of the image: the copy is cut while a file named « cut » is there."""


def test_the_first_copy_of_a_replica_that_is_cut_is_made_again(tmp_path: Path):
    *shell, script, zero = CLUSTER["services"]["replica"]["entrypoint"]
    for name, line in COMMANDS.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{line}\n")
        (tmp_path / name).chmod(0o755)
    data = tmp_path / "18" / "docker"

    def start() -> subprocess.CompletedProcess[str]:
        given = {"PGDATA": str(data), "REPLICATION_PASSWORD": "copy", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        words = [*shell, script.replace("$$", "$"), zero, "postgres", "-c", "jit=off"]
        return subprocess.run(words, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)

    (tmp_path / "cut").touch()
    assert start().returncode == 1
    assert not data.exists()

    (tmp_path / "cut").unlink()
    assert start().stdout == f"{data}: 18, postgres -c jit=off\ncopy\n"
    assert [each.name for each in data.parent.iterdir()] == ["docker"]
    # The next start copies nothing.
    (tmp_path / "cut").touch()
    assert start().stdout == f"{data}: 18, postgres -c jit=off\n\n"


OF_SESSION = re.compile(
    r"pg_(try_)?advisory_lock|\bLISTEN\b|WITH HOLD|CREATE TEMP|SET SESSION|set_config\([^)]*, false\)"
)
"""What a pooler in transaction mode would leave on another connection than the one that goes on."""


def test_nothing_lasts_longer_than_its_transaction_but_in_migrate_which_goes_straight_to_the_server():
    files = [
        path for part in ("cases", "config", "notifications", "workflows") for path in (ROOT / part).rglob("*.py")
    ]
    found = {path.name for path in files if "migrations" not in path.parts and OF_SESSION.search(path.read_text())}
    assert found == {"migrate.py"}
