"""A Docker engine of the tests’ own, and stand-ins of the images that Relais rests on."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

HERE = Path(__file__).parent
TOOLS = ("dockerd", "docker", "debootstrap", "iptables-save", "iptables-restore", "age")
PATIENCE = 60
"""Seconds for the engine to answer."""


EMPTY_TABLES = """*filter
:INPUT ACCEPT
:FORWARD ACCEPT
:OUTPUT ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT
:INPUT ACCEPT
:OUTPUT ACCEPT
:POSTROUTING ACCEPT
COMMIT
"""


def run_tool(name: str, *arguments: Any, **more: Any) -> subprocess.CompletedProcess[Any]:
    return subprocess.run([shutil.which(name) or name, *arguments], check=more.pop("check", False), **more)


def cannot_run(reason: str) -> NoReturn:
    """A proof that was asked for by name fails where it cannot run; beside others, it is skipped."""
    if os.environ.get("RELAIS_DEPLOY_MUST_RUN"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _missing() -> str:
    if not os.environ.get("RELAIS_ENGINE"):
        return "dire où garder ses images, par RELAIS_ENGINE=dossier (elles se font en plusieurs minutes)"
    if os.geteuid() != 0:
        return "il faut être root"
    if lacking := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"il manque {', '.join(lacking)} (paquets docker.io, docker-cli, docker-compose, docker-buildx, debootstrap, iptables, age)"
    return ""


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """The environment in which `docker` speaks to it. `RELAIS_ENGINE` names the folder that keeps its images."""
    if reason := _missing():
        cannot_run(f"Aucun moteur de conteneurs ne peut démarrer ici : {reason}.")
    folder = Path(os.environ["RELAIS_ENGINE"]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    rules = run_tool("iptables-save", capture_output=True, check=True).stdout
    links = _bridges()
    # The path of a socket has 104 bytes at most: those of the engine stand in a short folder, wherever the checkout is.
    sockets = Path(tempfile.mkdtemp(prefix="relais-"))
    places = [f"--data-root={folder / 'data-root'}", f"--exec-root={sockets}", f"--pidfile={sockets / 'pid'}"]
    address = f"unix://{sockets / 'socket'}"
    with (folder / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(
            [shutil.which("dockerd") or "", *places, f"--host={address}"], stdout=log, stderr=log
        )
    # As in the shell of an operator: the addresses of the tests’ own servers are not his.
    outside = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment = outside | {"DOCKER_HOST": address}
    try:
        if not _answers(environment, daemon):
            cannot_run(f"Aucun moteur de conteneurs ne peut démarrer ici : {_last_line(folder / 'dockerd.log')}")
        if reason := _images_lack(folder, environment):
            cannot_run(f"Aucune image ne peut être faite ici : {reason}")
        yield environment
    finally:
        daemon.terminate()
        daemon.wait(timeout=PATIENCE)
        shutil.rmtree(sockets, ignore_errors=True)
        # The tables that it made too: to restore none of them leaves its own.
        run_tool("iptables-restore", input=EMPTY_TABLES, text=True)
        run_tool("iptables-restore", input=rules)
        for link in _bridges() - links:
            run_tool("ip", "link", "delete", link)


def _images_lack(folder: Path, environment: dict[str, str]) -> str:
    """What keeps this machine from making them, or the containers from the packages that they install; else nothing."""
    made = run_tool(
        str(HERE / "make_base_images.sh"),
        folder / "images",
        sys.executable,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    if made.returncode:
        return f"{made.stderr[-300:]} {_last_line(folder / 'images' / 'debootstrap.log')}"
    asked = ("python3", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "asked", "gunicorn")
    found = run_tool(
        "docker", "run", "--rm", "python:3.13-slim-trixie", *asked, env=environment, capture_output=True, text=True
    )
    return f"pip n’atteint pas ses paquets depuis un conteneur. {found.stderr[-300:]}" if found.returncode else ""


def _last_line(log: Path) -> str:
    return log.read_text().splitlines()[-1] if log.exists() else ""


def _answers(environment: dict[str, str], daemon: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while daemon.poll() is None and time.monotonic() < until:
        if run_tool("docker", "info", env=environment, capture_output=True).returncode == 0:
            return True
        time.sleep(1)
    return False


def _bridges() -> set[str]:
    return {path.name for path in Path("/sys/class/net").iterdir() if (path / "bridge").exists()}
