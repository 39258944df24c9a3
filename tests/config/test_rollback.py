"""Going back to the version of before, or staying at it when an update fails: the real scripts, git and database; the containers are a script that notes what it is asked
(`make deploy-test` has real ones)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from cases.models import User
from tests.config.backup_scripts import emails, environment, here

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DOCKER = """#!/usr/bin/env bash
cd "$CONTAINERS"
echo "$*" >>calls
case "$*" in
"image tag relais relais:newer") cp relais newer ;;
"image tag relais:newer relais") cp newer relais ;;
"image tag relais:before relais") [[ ! -e no_image ]] && echo before >relais ;;
"compose build --quiet migrate") echo built >relais ;;
"compose ps --quiet web") echo web-1 ;;
"compose ps --all --quiet web") cat web ;;
"compose ps --all --quiet migrate") echo migrate-1 ;;
"wait migrate-1") [[ -e migrate_fails ]] && echo 1 || echo 0 ;;
"compose up "*" web") echo web-2 >>web ;;
"compose up "*" --wait") [[ ! -e up_fails ]] ;;
"inspect "*) echo healthy ;;
esac
"""
FIND = """#!/usr/bin/env bash
[[ ! -e $CONTAINERS/files_fail ]] && exec /usr/bin/find "$@"
"""


class Machine:
    """A checkout that was updated, from a version to the next."""

    def __init__(self, place: Path) -> None:
        self.folder, self.containers, self.tools = place / "relais", place / "containers", place / "tools"
        for each in (self.folder, self.containers, self.tools):
            each.mkdir()
        for name, text in (("docker", DOCKER), ("find", FIND)):
            (self.tools / name).write_text(text)
            (self.tools / name).chmod(0o755)
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        (self.folder / "own" / "migrations").mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.put("requirements.lock", "one", version="before")
        self.before = self.git("rev-parse", "HEAD")
        for package in (
            "config",
            "cases",
            "workflows",
            "notifications",
            "demo",
            "benchmarks",
            "manage.py",
            "pyproject.toml",
        ):
            (self.folder / package).symlink_to(ROOT / package)
        (self.containers / "relais").write_text("now\n")
        (self.containers / "web").write_text("web-1\n")
        self.environment = {"PATH": os.environ["PATH"]}

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=Essai", "-c", "user.email=essai@example.fr")
        done = subprocess.run(["git", *who, *words], cwd=self.folder, capture_output=True, text=True, check=True)  # noqa: S607
        return done.stdout.strip()

    def put(self, name: str, text: str, *, version: str) -> None:
        (self.folder / name).write_text(text)
        self.git("add", name, "scripts")
        self.git("commit", "--quiet", "--allow-empty", "--message", version)

    def update(self, name: str, text: str, *, backup: Path | str = "/nowhere") -> None:
        """As `update.sh` left it."""
        self.put(name, text, version="now")
        self.now = self.git("rev-parse", "HEAD")
        (self.folder / ".before-update").write_text(f"commit={self.before}\nbackup={backup}\n")

    def fails(self, what: str, *, really: bool = True) -> None:
        if really:
            (self.containers / what).touch()
        else:
            (self.containers / what).unlink()

    def roll_back(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("rollback.sh", *arguments)

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / "scripts" / script), *arguments],
            env=self.environment | {
                "PATH": f"{self.tools}:{self.environment['PATH']}", "CONTAINERS": str(self.containers)
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def stands_at(self) -> tuple[str, str]:
        """The version of the code, and of the image that is run again."""
        return self.git("log", "-1", "--format=%s"), (self.containers / "relais").read_text().strip()

    @property
    def calls(self) -> str:
        file = self.containers / "calls"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_update_of_libraries_alone_is_gone_back_from_with_the_image_of_before(machine: Machine):
    machine.update("requirements.lock", "two")
    done = machine.roll_back()
    assert done.returncode == 0, done.stderr
    assert machine.stands_at == ("before", "before")
    assert "compose build" not in machine.calls
    assert "stop --time 45 web-1" in machine.calls
    assert "déjà à la version d’avant" in machine.roll_back().stderr


def test_an_image_of_before_that_is_no_longer_there_is_made_again(machine: Machine):
    machine.update("requirements.lock", "two")
    machine.fails("no_image")
    done = machine.roll_back()
    assert done.returncode == 0, done.stderr
    assert machine.stands_at == ("before", "built")


def test_libraries_that_changed_tables_are_refused_by_the_version_of_before_and_nothing_changes(machine: Machine):
    machine.update("requirements.lock", "two")
    machine.fails("migrate_fails")
    done = machine.roll_back()
    assert done.returncode == 1
    assert "ce sont les bibliothèques qui ont changé les tables : scripts/rollback.sh --with-backup" in done.stderr
    assert machine.stands_at == ("now", "now")


def test_tables_of_ours_that_changed_ask_for_the_backup(machine: Machine):
    machine.update("own/migrations/0002_newer.py", "")
    done = machine.roll_back()
    assert done.returncode == 1
    assert "Cette mise à jour a changé les tables" in done.stderr
    assert (machine.stands_at, machine.calls) == (("now", "now"), "")


def test_an_update_whose_tables_fail_leaves_the_version_of_before_as_it_was(machine: Machine):
    """From the moment on when the new version is there."""
    machine.update("own/migrations/0002_newer.py", "")
    shutil.copy(ROOT / ".env.example", machine.folder / ".env.example")
    machine.run("make_env.sh", "relais.ville.fr", "smtp://mail")
    machine.fails("migrate_fails")
    done = machine.run("update.sh", "--continue", machine.before, "/nowhere/relais-1")
    assert done.returncode == 1
    assert "La mise à jour s’est arrêtée : les tables n’ont pas pu être mises à jour." in done.stderr
    assert "La version d’avant répond toujours." in done.stderr
    assert machine.stands_at == ("before", "before")
    assert "stop" not in machine.calls


@pytest.fixture
def lived(machine: Machine, transactional_db: None, media: Path, sealed_backup: Path) -> Machine:
    """Tables changed, and somebody came since."""
    User.objects.create_user("after@example.org", first_name="Après", last_name="Coup")
    connection.close()
    machine.environment = environment(database=here(), media=media)
    machine.update("own/migrations/0002_newer.py", "", backup=sealed_backup)
    return machine


def test_what_fails_once_the_database_was_replaced_leaves_one_version_and_is_gone_on_with(lived: Machine, key: str):
    lived.fails("files_fail")
    done = lived.roll_back("--with-backup", "--identity", key)
    assert done.returncode == 1
    assert "La base est rétablie, mais pas tous les fichiers" in done.stderr
    assert "Le retour en arrière n’est pas fini : la base est celle de la sauvegarde" in done.stderr
    assert "recommencer tout de suite : scripts/rollback.sh --with-backup --identity CLÉ" in done.stderr
    assert "n’a pas eu lieu" not in done.stderr
    assert (lived.stands_at, emails(here())) == (("before", "before"), ["ada@example.org"])
    assert "Un retour en arrière n’est pas fini ici" in lived.roll_back().stderr
    lived.fails("files_fail", really=False)
    done = lived.roll_back("--with-backup", "--identity", key)
    assert done.returncode == 0, done.stderr
    assert lived.stands_at == ("before", "before")
    assert "déjà à la version d’avant" in lived.roll_back("--with-backup", "--identity", key).stderr


def test_services_that_do_not_start_on_the_database_of_before_are_told_as_such(lived: Machine, key: str):
    lived.fails("up_fails")
    done = lived.roll_back("--with-backup", "--identity", key)
    assert (done.returncode, "n’est pas fini" in done.stderr) == (1, True)
    assert (lived.stands_at, emails(here())) == (("before", "before"), ["ada@example.org"])


def test_a_backup_that_is_refused_leaves_the_new_version(lived: Machine):
    done = lived.roll_back("--with-backup")
    assert done.returncode == 1
    assert "Le retour en arrière n’a pas eu lieu" in done.stderr
    assert lived.stands_at == ("now", "now")
    assert "after@example.org" in emails(here())
