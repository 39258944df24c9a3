"""A backup is whole, encrypted, verified and told, or it is not there."""

import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from cases.models import BackupRun, Beneficiary, InstallationIdentity, User
from tests import factories
from tests.config.backup_scripts import (
    cut_in_half,
    databases,
    environment,
    here,
    rewrite_manifest,
    rewrite_sums,
    run,
    url,
)
from tests.own_reference import write_structures

pytestmark = pytest.mark.slow

SEALED = ["SHA256SUMS", "configuration.tar.gz.age", "database.dump.age", "manifest.json", "media.tar.gz.age"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def back_up(transactional_db, backups, media, identity):
    recipient = str(identity.to_public())

    def back_up(*options, recipients=recipient, **more):
        connection.close()
        return run("backup.sh", *options, str(backups), database=here(), media=media, recipients=recipients, **more)

    return back_up


def names(folder):
    return sorted(each.name for each in folder.iterdir() if each.name not in (".lock", "effacements.txt"))


def last_run():
    return BackupRun.objects.values_list("is_verified", "fault").first()


# What it is


def test_an_encrypted_backup_holds_nothing_in_clear_and_is_for_its_owner_only(sealed_backup):
    assert names(sealed_backup) == SEALED
    assert (sealed_backup / "effacements.txt").read_text() == ""  # of identifiers and days, nothing else
    for file in sealed_backup.glob("*.age"):
        assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert {oct(file.stat().st_mode & 0o777) for file in sealed_backup.iterdir()} == {"0o600"}


@pytest.mark.by_turns
def test_a_manifest_says_what_the_backup_is_of_and_nobody(sealed_backup, db):
    said = json.loads((sealed_backup / "manifest.json").read_text())

    assert said["installation"] == str(InstallationIdentity.objects.get())
    assert (said["format"], said["postgresql"], said["encrypted"], said["verified"]) == (1, 18, True, False)
    assert (said["accounts"], said["counts"]["cases_user"], said["counts"]["cases_case"]) == (1, 1, 0)
    latest = (ROOT / "notifications/migrations/max_migration.txt").read_text().strip()
    assert said["migrations"]["notifications"] == latest.split("_squashed_")[-1]
    assert said["files"].keys() == {*SEALED, "effacements.txt"} - {"SHA256SUMS", "manifest.json"}
    assert said["files"]["media.tar.gz.age"]["bytes"] == (sealed_backup / "media.tar.gz.age").stat().st_size
    for hers in ("lenoir", "ada@example.org"):  # « ada » alone is found in a sum one day
        assert hers not in json.dumps(said).lower()


def test_a_backup_in_clear_holds_no_setting(clear_backup):
    assert names(clear_backup) == ["SHA256SUMS", "database.dump", "manifest.json", "media.tar.gz"]


def test_the_settings_come_back_beside_those_of_today(back_up, backups, tmp_path, key, other_database):
    """From another checkout, whose settings are its own."""
    place = tmp_path / "relais"
    place.mkdir()
    shutil.copytree(ROOT / "scripts", place / "scripts")
    for each in ("config", "cases", "workflows", "notifications", "demo", "benchmarks", "manage.py", "pyproject.toml"):
        (place / each).symlink_to(ROOT / each)
    (place / ".env").write_text("SECRET_KEY=of-then\n")
    (place / "compose.override.yaml").write_text("services: {}\n")
    write_structures(place / "reference")
    done = back_up(scripts=place / "scripts")
    assert done.returncode == 0, done.stderr
    (folder,) = backups.glob("relais-*")
    (place / ".env").write_text("SECRET_KEY=of-today\n")

    done = run(
        "restore.sh", "--replace", "--identity", key, str(folder),
        database=other_database, media=tmp_path / "new", scripts=place / "scripts",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (place / ".env").read_text() == "SECRET_KEY=of-today\n"
    assert (place / ".env.restored").read_text() == "SECRET_KEY=of-then\n"
    assert (place / "compose.override.yaml.restored").read_text() == "services: {}\n"
    assert (place / "reference.restored" / "structures.toml").read_text().startswith("\n[territory]")
    assert [each.name for each in (place / "reference").iterdir()] == ["structures.toml"]
    for name in (".env.restored", "compose.override.yaml.restored", "reference.restored/"):
        assert name in done.stderr


def test_files_left_by_a_killed_restoration_are_not_saved_and_what_a_stopped_machine_left_is_removed(
    back_up, backups, media
):
    (media / ".restored").mkdir()
    (media / ".restored" / "old.pdf").write_bytes(b"")
    (backups / "relais-20261127T021500Z.part").mkdir(parents=True)

    assert back_up("--clear").returncode == 0
    (folder,) = backups.glob("relais-*")  # no other
    with tarfile.open(folder / "media.tar.gz") as saved:
        assert saved.getnames() == [".", "./notification d’indu.pdf"]


# What it says


def test_without_recipients_nothing_is_saved_and_the_failure_is_told(back_up, backups):
    done = back_up(recipients="")

    assert done.returncode == 1
    assert "BACKUP_RECIPIENTS n’est pas renseignée" in done.stderr
    assert not backups.exists()
    assert last_run() == (False, "encryption")


def test_a_verified_backup_is_told_and_leaves_no_scratch_database(back_up, backups):
    done = back_up("--verify")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Sauvegarde faite et vérifiée : {backups}/relais-")
    (folder,) = backups.glob("relais-*")
    assert json.loads((folder / "manifest.json").read_text())["verified"] is True
    assert last_run() == (True, "")
    assert BackupRun.objects.get().is_encrypted
    assert BackupRun.objects.get().size >= sum(file.stat().st_size for file in folder.iterdir())
    assert databases(f"{here()}_%") == []


def test_a_backup_that_does_not_restore_is_set_aside_and_told(back_up, backups):
    """A constraint that asks another table: PostgreSQL fills the one before the other, and refuses its own rows."""
    with psycopg.connect(url(here())) as server:
        server.execute("CREATE TABLE aaa_child (parent int)")
        server.execute("CREATE TABLE zzz_parent (id int)")
        server.execute(
            "CREATE FUNCTION known(int) RETURNS boolean STABLE LANGUAGE sql "
            "AS 'SELECT EXISTS (SELECT FROM public.zzz_parent WHERE id = $1)'"
        )
        server.execute("ALTER TABLE aaa_child ADD CHECK (known(parent))")
        server.execute("INSERT INTO zzz_parent VALUES (1)")
        server.execute("INSERT INTO aaa_child VALUES (1)")

    done = back_up("--verify", "--keep", "1,0,0")

    assert done.returncode == 1
    assert "Cette sauvegarde ne se rétablit pas" in done.stderr
    (folder,) = backups.glob("relais-*")
    assert folder.name.endswith("Z.suspecte")
    assert names(folder) == SEALED
    assert last_run() == (False, "verification")
    assert databases(f"{here()}_%") == []


@pytest.mark.by_turns
def test_a_database_that_breaks_an_invariant_is_not_said_to_be_verified(back_up, backups):
    kept, merged = factories.person(), factories.person()
    kept.save()
    merged.save()
    Beneficiary.objects.filter(pk=merged.pk).update(merged_into=kept)

    done = back_up("--verify")

    assert done.returncode == 1
    assert (
        f"NON  Une fiche est réunie à une autre tant que sa fusion n’est pas défaite. 1 bénéficiaires : {merged.pk}"
        in done.stderr
    )
    assert last_run() == (False, "verification")


# Rotation


def test_old_backups_of_this_installation_alone_are_removed(back_up, backups, clear_backup):
    old, other, photos = backups / "relais-20250101T021500Z", backups / "relais-20250102T021500Z", backups / "photos"
    for each in (old, other):
        shutil.copytree(clear_backup, each)
    rewrite_manifest(other, installation="22222222-2222-2222-2222-222222222222")
    photos.mkdir()
    (backups / "relais-20250103T021500Z").mkdir()

    done = back_up("--clear", "--keep", "1,0,0")

    assert done.returncode == 0, done.stderr
    assert "Supprimée, trop ancienne : relais-20250101T021500Z" in done.stdout
    (made,) = (each for each in names(backups) if each > "relais-2026")
    assert names(backups) == ["photos", "relais-20250102T021500Z", "relais-20250103T021500Z", made]


def test_another_way_to_say_what_is_kept_saves_nothing(back_up, backups):
    assert back_up("--keep", "all").returncode == 2
    assert not backups.exists()


# Failures


@pytest.fixture
def small_disk(backups):
    """As large as two files of the tests."""
    backups.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(backups)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("Un petit disque se monte par root seul.")
    yield backups
    subprocess.run(["umount", str(backups)], check=True)  # noqa: S607


def test_a_full_disk_leaves_no_half_backup_and_keeps_the_last_one(small_disk, back_up):
    (small_disk / "relais-20261127T021500Z").mkdir()

    done = back_up()

    assert done.returncode == 1
    assert "est plein : libérer de la place" in done.stderr
    assert names(small_disk) == ["relais-20261127T021500Z"]
    assert last_run() == (False, "disk_full")


def test_a_destination_that_cannot_be_made_is_told(back_up, backups):
    backups.write_text("a file")

    assert back_up("--clear").returncode == 1
    assert last_run() == (False, "destination")


def test_a_database_that_stops_answering_leaves_no_half_backup(backups, media, db):
    done = run("backup.sh", "--clear", str(backups), database="nowhere", media=media)

    assert done.returncode != 0
    assert "La sauvegarde a échoué : database" in done.stderr
    assert names(backups) == []


def test_a_backup_told_to_stop_leaves_nothing_and_says_so(back_up, backups, media):
    """It waits for a table that another holds."""
    command = [str(ROOT / "scripts" / "backup.sh"), "--clear", str(backups)]
    with (
        psycopg.connect(url(here())) as holder,
        subprocess.Popen(
            command, env=environment(database=here(), media=media), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ) as process,
    ):  # fmt: skip
        holder.execute("LOCK TABLE cases_case")
        while not list(backups.glob("*.part")):
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGTERM)
        said = process.communicate(timeout=120)[1]

    assert process.returncode == 130
    assert "La sauvegarde a échoué : interrupted" in said
    assert names(backups) == []
    assert last_run() == (False, "interrupted")


# Verified later


def verify(folder, *options, media, given=""):
    connection.close()
    return run("verify_backup.sh", *options, str(folder), database=here(), media=media, given=given)


@pytest.mark.by_turns
def test_an_encrypted_backup_is_verified_with_a_key_that_is_written_nowhere(
    sealed_backup, transactional_db, media, identity
):
    done = verify(sealed_backup, "--identity", "/dev/stdin", media=media, given=f"{identity}\n")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Sauvegarde vérifiée : {sealed_backup}\n"
    assert User.objects.count() == 0
    assert databases(f"{here()}_%") == []


def test_a_dump_cut_in_half_is_found(clear_backup, transactional_db, media):
    cut_in_half(clear_backup / "database.dump")
    rewrite_sums(clear_backup)

    done = verify(clear_backup, media=media)

    assert done.returncode == 1
    assert "Cette sauvegarde ne se rétablit pas" in done.stderr
    assert databases(f"{here()}_%") == []


def test_rows_that_are_missing_are_found(clear_backup, transactional_db, media):
    said = json.loads((clear_backup / "manifest.json").read_text())["counts"]
    rewrite_manifest(clear_backup, counts=said | {"cases_user": 2})

    done = verify(clear_backup, media=media)

    assert done.returncode == 1
    assert "cases_user : 2 dans la sauvegarde, 1 une fois rétablie" in done.stderr
