"""The commands of the guide that change a secret or the key of the backups, typed on a real `.env`; `make deploy-test` types them
where there are containers too. Here `docker` notes what it is asked, and `ssh` is this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import find_faults
from tests.deployment.test_guide import blocks, commands

ROOT = Path(__file__).resolve().parents[2]
DOCKER = """#!/bin/sh
echo "$*" >>"$NOTED"
case "$*" in
*make-key) exec {python} {root}/config/age_files.py make-key ;;
*" psql "*) cat >>"$NOTED" ;;
esac
"""


class Desk:
    """Where an administrator types, beside the folder of Relais."""

    def __init__(self, place: Path) -> None:
        self.place, self.folder, self.noted = place, place / "relais", place / "noted"
        (self.folder / "scripts").mkdir(parents=True)
        for name in ("scripts/make_env.sh", ".env.example"):
            (self.folder / name).write_text((ROOT / name).read_text())
        for name, text in (
            ("docker", DOCKER.format(python=sys.executable, root=ROOT)),
            ("ssh", '#!/bin/sh\nshift\nexec bash -c "$*"\n'),
            ("relais/scripts/backup.sh", "#!/bin/sh\n"),
        ):
            (place / name).write_text(text)
            (place / name).chmod(0o755)
        self.run("bash scripts/make_env.sh relais.ville.fr smtp://mail", at=self.folder)

    def run(self, command: str, *, at: Path) -> None:
        environment = {"PATH": f"{self.place}:{os.environ['PATH']}", "NOTED": str(self.noted)}
        typed = command.replace("/srv/relais", str(self.folder))
        subprocess.run(["bash", "-euc", typed], cwd=at, env=environment, check=True)  # noqa: S607

    def settings(self) -> dict[str, str]:
        lines = (self.folder / ".env").read_text().splitlines()
        pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
        return {name: value.strip("'") for name, _, value in pairs}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_secret_is_changed_and_the_key_of_before_still_signs(desk: Desk):
    before = desk.settings()
    for block in blocks("Changer les secrets"):
        desk.run(block, at=desk.folder)
    after = desk.settings()
    changed = {"SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_APP_PASSWORD", "DATABASE_UPKEEP_PASSWORD"}
    assert {name for name in after if after[name] != before.get(name)} == {*changed, "SECRET_KEY_FALLBACKS"}
    assert after["SECRET_KEY_FALLBACKS"] == before["SECRET_KEY"]
    assert len({after[name] for name in changed}) == 4
    assert f"ALTER ROLE relais PASSWORD '{after['POSTGRES_PASSWORD']}'" in desk.noted.read_text()
    assert find_faults(after | {"DATABASE_URL": "postgresql://db/relais", "REDIS_URL": "redis://redis"}) == []
    (first, *_) = blocks("Changer les secrets")
    desk.run(first, at=desk.folder)
    assert desk.settings()["SECRET_KEY_FALLBACKS"] == after["SECRET_KEY"], "one, never a list that grows"


def test_the_key_of_the_backups_is_added_then_the_one_of_before_goes(desk: Desk):
    for command in commands("La clé des sauvegardes"):
        desk.run(command, at=desk.place)
    old = desk.settings()["BACKUP_RECIPIENTS"]
    *added, retired = commands("Changer de clé")
    for command in added:
        desk.run(command, at=desk.place)
    first, second = desk.settings()["BACKUP_RECIPIENTS"].split(",")
    assert first == old
    assert second.startswith("age1")
    assert second != old
    assert second in (desk.place / "cle-nouvelle.txt").read_text()
    desk.run(retired, at=desk.place)
    assert desk.settings()["BACKUP_RECIPIENTS"] == second
