"""Which backups are kept, and what forbids to put one back."""

from argparse import ArgumentTypeError
from typing import Any

import pytest

from config.backups import CannotRestore, Keep, check_restorable, compare_counts, find_expired, write_manifest

HERE = "11111111-1111-1111-1111-111111111111"
ELSEWHERE = "22222222-2222-2222-2222-222222222222"
KNOWN = {("cases", "0001_accounts"), ("cases", "0002_first_tables"), ("workflows", "0001_first_tables")}
ONE_DISK = [
    "/dev/vda1 1000000 400000 600000 40% /var/lib/postgresql",
    "/dev/vda1 1000000 400000 600000 40% /data/media",
]
SERVER = {"postgresql": 18, "installation": HERE, "accounts": 3, "locks_of_a_connection": 512, "connections": 100}
MANIFEST: dict[str, Any] = {
    "format": 1,
    "relais": "0.2.0",
    "installation": HERE,
    "postgresql": 18,
    "migrations": {"cases": "0002_first_tables", "workflows": "0001_first_tables"},
    "counts": {"cases_case": 12, "cases_user": 3},
    "database_bytes": 100_000_000,
    "media_bytes": 50_000_000,
}


def check(*, manifest: Any = None, server: Any = None, disks: Any = None, **said: Any) -> None:
    check_restorable(
        MANIFEST | (manifest or {}), SERVER | (server or {}), known_migrations=KNOWN, disks=disks or ONE_DISK, **said
    )


def test_a_manifest_holds_what_was_read_and_each_file():
    said = write_manifest(
        {"postgresql": 18}, ["ab12 2048 database.dump.age", "cd34 7 media.tar.gz.age"], relais="0.2.0"
    )

    assert said == {
        "format": 1,
        "relais": "0.2.0",
        "postgresql": 18,
        "files": {
            "database.dump.age": {"bytes": 2048, "sha256": "ab12"},
            "media.tar.gz.age": {"bytes": 7, "sha256": "cd34"},
        },
    }


# Rotation


@pytest.mark.parametrize(
    ("keep", "kept", "expired"),
    [
        (
            Keep(2, 0, 0),
            ["20261127T140000Z", "20261128T021500Z"],
            ["20261125T021500Z", "20261126T021500Z", "20261127T021500Z"],
        ),
        (
            Keep(1, 2, 3),
            [
                "20260930T021500Z",  # the newest of September
                "20261031T021500Z",  # the newest of October
                "20261122T021500Z",  # a Sunday: the newest of its week
                "20261128T021500Z",
            ],
            ["20260831T021500Z", "20261121T021500Z", "20261127T021500Z"],
        ),
        (Keep(1, 2, 0), ["20270103T021500Z", "20270104T021500Z"], ["20261231T021500Z"]),
        # When backups stop the last ones stay: days that have one are counted, whatever day it is.
        (Keep(2, 0, 0), ["20240102T021500Z", "20240103T021500Z"], []),
    ],
    ids=["days", "weeks and months too", "a week in two years", "backups that stopped"],
)
def test_the_newest_of_each_last_day_week_and_month_is_kept(keep, kept, expired):
    names = [f"relais-{moment}" for moment in sorted(kept + expired)]
    assert find_expired(names, keep) == [f"relais-{moment}" for moment in expired]


@pytest.mark.parametrize(
    "name",
    [
        "photos",
        "relais-20261101T021500Z.suspecte",
        "relais-20261101T021500Z.part",
        "relais-20261101",
        "avant-la-mise-à-jour",
    ],
)
def test_a_name_that_is_not_ours_is_never_removed(name):
    assert find_expired([name, "relais-20261128T021500Z"], Keep(1, 0, 0)) == []


@pytest.mark.parametrize("text", ["", "14", "14,8", "0,8,12", "-1,8,12", "14j,8,12", "14,8,12,1"])
def test_another_way_to_say_what_is_kept_is_refused(text):
    with pytest.raises(ArgumentTypeError, match="jours,semaines,mois"):
        Keep.read(text)


# Restoration


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"manifest": {"migrations": {"cases": "0001_accounts"}}},
        {"manifest": {"postgresql": 17}},
        {"manifest": {"migrations": {"cases": "0002_first_tables", "gone": "0003_last"}}},
        {"manifest": {"installation": ELSEWHERE}, "from_another": True},
        {"server": {"installation": ELSEWHERE, "accounts": 0}},
        {"manifest": {"database_bytes": 10**15}, "disks": ["", ONE_DISK[1]]},
    ],
    ids=[
        "of here and of this version",
        "older",
        "of an older server",
        "of an application that the code no longer has",
        "of another installation, and that is said",
        "where no account has anything to lose",
        "whose database is on the disk of another",
    ],
)
def test_a_backup_goes_back(said):
    check(**said)


@pytest.mark.parametrize(
    ("manifest", "server", "words"),
    [
        ({"format": 2}, {}, "format inconnu .2. : la rétablir avec la version de Relais qui l’a faite .0.2.0."),
        ({"postgresql": 19}, {}, "vient de PostgreSQL 19, la base tourne sous PostgreSQL 18"),
        ({"postgresql": 19}, {}, "la rétablir sous PostgreSQL 19"),
        (
            {"migrations": {"cases": "0003_newer"}},
            {},
            "plus récente que ce code .0.2.0 ; inconnu ici : cases.0003_newer.",
        ),
        ({"installation": ELSEWHERE}, {}, "d’une autre installation .*--from-another-installation"),
        ({}, {"installation": None}, "d’une autre installation"),
        ({}, {"locks_of_a_connection": 64}, "ne tient que 6400 verrous à la fois.*max_locks_per_transaction à 240"),
        (
            {},
            {"locks_of_a_connection": 256, "connections": 40},
            "ne tient que 10240 verrous à la fois.*max_locks_per_transaction à 600",
        ),
    ],
)
def test_a_refusal_says_what_to_do(manifest, server, words):
    with pytest.raises(CannotRestore, match=words):
        check(manifest=manifest, server=server)


def test_one_disk_must_hold_both_the_database_and_the_files():
    """600 000 blocks of 1 024 bytes are free."""
    check(manifest={"database_bytes": 600_000_000, "media_bytes": 14_400_000})
    with pytest.raises(CannotRestore, match="de la base et des fichiers n’a pas la place : 615 Mo à écrire, 615 Mo"):
        check(manifest={"database_bytes": 600_000_000, "media_bytes": 14_400_001})


def test_two_disks_hold_each_its_own():
    disks = ["/dev/vda1 1000000 400000 600000 40% /var/lib/postgresql", "/dev/vdb1 100 50 50 50% /data/media"]
    check(manifest={"media_bytes": 51_200}, disks=disks)
    with pytest.raises(CannotRestore, match="des fichiers n’a pas la place"):
        check(manifest={"media_bytes": 51_201}, disks=disks)


def test_a_restored_table_that_lacks_rows_is_named():
    compare_counts(MANIFEST, {"counts": {"cases_case": 12, "cases_user": 3}})
    with pytest.raises(CannotRestore, match="cases_case : 12 dans la sauvegarde, 11 une fois rétablie"):
        compare_counts(MANIFEST, {"counts": {"cases_case": 11, "cases_user": 3}})
