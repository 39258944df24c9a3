"""What can be known of the containers without running them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.settings import NEEDED

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def variables(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def test_the_example_file_and_compose_give_all_that_production_needs():
    given = variables((ROOT / ".env.example").read_text()) | set(SERVICES["web"]["environment"])

    assert given >= set(NEEDED)


def test_the_example_file_holds_no_secret():
    text = (ROOT / ".env.example").read_text()

    assert "\nSECRET_KEY=\n" in text
    assert "\nPOSTGRES_PASSWORD=\n" in text


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate", "tls"}))
def test_every_lasting_service_has_a_health_check_and_restarts(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate", "redis"])
def test_our_containers_hold_no_right_that_they_do_not_use(name):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_reachable_from_outside():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"],
        "tls": ["80:80", "443:443"],
    }
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_nothing_of_ours_starts_before_the_tables_are_up_to_date():
    for name in ["web", "worker", "beat"]:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_one_service_builds_the_image_that_the_others_run():
    assert [name for name, service in SERVICES.items() if "build" in service] == ["migrate"]
    ours = ["web", "worker", "beat", "migrate"]
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
    words = shlex.split(line.replace("$(python -c 'import secrets; print(secrets.token_hex(40))')", "k" * 80))
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
