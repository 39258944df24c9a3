"""What was erased stays erased: after the restoration of an older backup, nobody is served before it is erased again."""

from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from cases.actions import case as cases
from cases.actions.retention.anonymise import anonymise_household
from cases.actions.retention.archive import archive_household
from cases.models import Beneficiary, Case, Household
from config.starting import CannotStart, refuse_unapplied_erasures
from tests import factories
from tests.config.backup_scripts import here, run, url
from tests.factories import NOON


@pytest.fixture
def erased(transactional_db: None) -> Case:
    """A case that is closed, which the first backup holds whole."""
    case = factories.reported(factories.tenancy(home=factories.household(usual_name="Okonkwo")))
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    return case


def back_up(folder: Path, media: Path) -> Path:
    connection.close()
    before = set(folder.glob("relais-*"))
    done = run("backup.sh", "--clear", str(folder), database=here(), media=media)
    assert done.returncode == 0, done.stderr
    (made,) = set(folder.glob("relais-*")) - before
    return made


def restore(folder: Path, media: Path, *, database: str = "") -> None:
    connection.close()
    done = run("restore.sh", "--replace", str(folder), database=database or here(), media=media)
    assert done.returncode == 0, done.stderr


def erase(case: Case) -> None:
    archive_household(household=case.household, by=None, at=NOON)
    anonymise_household(household=case.household, by=None, at=NOON)


def names() -> list[str]:
    return list(Beneficiary.objects.values_list("usual_name", flat=True))


def test_what_is_erased_stays_erased_after_an_older_backup(erased: Case, tmp_path: Path, media: Path, capsys):
    older = back_up(tmp_path / "backups", media)
    erase(erased)
    assert names() == ["(effacé)"]
    restore(older, media)
    assert names() == ["Okonkwo"]
    with pytest.raises(CannotStart, match="ce qui avait été effacé depuis ne l’est pas encore"):
        refuse_unapplied_erasures()
    call_command("migrate", "--no-input", verbosity=0)
    assert "Effacements repris après le rétablissement : 2." in capsys.readouterr().out
    refuse_unapplied_erasures()
    home = Household.objects.get(public_id=erased.household.public_id)
    assert (names(), bool(home.archived_on), bool(home.anonymised_on)) == (["(effacé)"], True, True)


def test_the_ledger_beside_the_backups_serves_where_the_database_is_lost(
    erased: Case, tmp_path: Path, media: Path, other_database: str
):
    folder = tmp_path / "backups"
    older = back_up(folder, media)
    erase(erased)
    newer = back_up(folder, media)
    lines = (folder / "effacements.txt").read_text().splitlines()
    assert lines == (newer / "effacements.txt").read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["anonymise", str(erased.household.public_id)],
        ["archive", str(erased.household.public_id)],
    ]
    restore(older, tmp_path / "new", database=other_database)
    with psycopg.connect(url(other_database)) as restored:
        waiting = restored.execute("SELECT line FROM erasures_to_apply ORDER BY line").fetchall()
    assert [line for (line,) in waiting] == lines


def test_nothing_waits_where_nothing_was_erased(erased: Case, tmp_path: Path, media: Path):
    restore(back_up(tmp_path / "backups", media), media)
    refuse_unapplied_erasures()
    assert names() == ["Okonkwo"]


def test_a_line_that_is_none_of_ours_is_never_read(erased: Case, tmp_path: Path, media: Path):
    folder = tmp_path / "backups"
    made = back_up(folder, media)
    (folder / "effacements.txt").write_text("\\.\nDROP TABLE cases_case;\nanonymise x 2026-11-24\n")
    restore(made, media)
    refuse_unapplied_erasures()
    assert names() == ["Okonkwo"]
