"""What was erased, or opposed, stays so: after the restoration of an older backup, nobody is served before it is done again."""

from pathlib import Path

import psycopg
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import case as cases
from cases.actions.restrictions import end_restriction
from cases.actions.retention.anonymise import anonymise_household
from cases.actions.retention.archive import archive_household
from cases.actions.retention.ledger import apply_waiting
from cases.models import (
    Beneficiary,
    Case,
    Household,
    JournalEntry,
    Note,
    ProcessingRestriction,
    SharingObjection,
)
from config.starting import CannotStart, refuse_unapplied_erasures
from tests import factories
from tests.config.backup_scripts import here, run, url
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.actions.test_objections import asked, oppose, shared, wrote
from workflows.actions.restrictions import restrict
from workflows.models import Export

pytestmark = pytest.mark.slow


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


@pytest.mark.by_turns
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


@pytest.mark.parametrize("ledger", ["", "\\.\nDROP TABLE cases_case;\nanonymise x 2026-11-24\n"])
def test_nothing_waits_where_nothing_was_erased_and_a_line_that_is_none_of_ours_is_never_read(
    erased: Case, tmp_path: Path, media: Path, ledger: str
):
    folder = tmp_path / "backups"
    made = back_up(folder, media)
    if ledger:
        (folder / "effacements.txt").write_text(ledger)
    restore(made, media)
    refuse_unapplied_erasures()
    assert names() == ["Okonkwo"]


@pytest.mark.by_turns
def test_what_a_person_opposed_stays_opposed_after_an_older_backup(
    transactional_db: None, tmp_path: Path, media: Path
):
    worker, helper = factories.member("caf-91"), factories.member("ccas-grigny", "manager")
    officer = factories.member("caf-91-pilotage", "dpo")
    case = shared(worker)
    wrote(case, helper, "ccas-grigny", "Madame relève peut-être de l’aide au chauffage.")
    kept = wrote(case, worker, "caf-91", "Rendez-vous tenu.")
    taken = Export(by=helper, list_code="situations", format="csv", state="done", asked_at=NOON)
    taken.file.save("liste.csv", ContentFile(b"nom;dette"), save=False)
    taken.save()
    older = back_up(tmp_path / "backups", media)
    oppose(asked(case, by=officer), by=officer)
    newer = back_up(tmp_path / "backups", media)
    line = f"oppose {case.household.public_id} 2026-11-24 SH-4"
    assert (newer / "effacements.txt").read_text().splitlines() == [line]

    restore(older, media)
    assert permissions.can_view(helper, case, at=NOON.date())
    assert Note.objects.count() == 2
    with time_machine.travel(NOON, tick=False):
        call_command("migrate", "--no-input", verbosity=0)

    assert not permissions.can_view(helper, case, at=NOON.date())
    assert list(Note.objects.all()) == [kept]
    assert not Export.objects.exists()
    assert not default_storage.exists(str(taken.file.name))
    objection = SharingObjection.objects.get()
    assert (objection.basis, objection.objected_on, objection.request) == ("SH-4", NOON.date(), None)
    told = JournalEntry.objects.get(kind="sharing.objected")
    assert (told.actor, told.data) == (None, {"basis": "SH-4", "destroyed": {"notes": 1, "exports": 1}})

    restore(newer, media)
    call_command("migrate", "--no-input", verbosity=0)
    assert JournalEntry.objects.filter(kind="sharing.objected").count() == 1
    assert SharingObjection.objects.get().request is not None


def waiting(*lines: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE erasures_to_apply (line text)")
        cursor.executemany("INSERT INTO erasures_to_apply VALUES (%s)", [[line] for line in lines])


@pytest.mark.django_db
def test_a_restriction_put_again_the_day_it_was_lifted_by_mistake_is_restored():
    worker, officer = factories.member("caf-91"), factories.member("caf-91-pilotage", "dpo")
    case, desk = shared(worker), factories.structure("caf-91-pilotage")
    first = scene.subject_request(case, by=officer, reference="DPO-2026-017", kind="restriction")
    again = scene.subject_request(case, by=officer, reference="DPO-2026-018", kind="restriction")
    put = f"{case.household.public_id} 2026-11-24 accuracy"
    # The older backup knows neither.
    waiting(f"restrict {put} {first.public_id}", f"lift {put} {first.public_id}", f"restrict {put} {again.public_id}")
    assert apply_waiting(at=NOON) == 1
    assert ProcessingRestriction.objects.get().request == again
    ProcessingRestriction.objects.all().delete()
    # It knows the one that was lifted, and not yet the other.
    restrict(request=first, ground="accuracy", structure=desk, channel="email", by=officer, at=NOON)
    end_restriction(
        restriction=ProcessingRestriction.objects.get(), case=case, reason="mistake", told_on=NOON.date(),
        structure=desk, by=officer, at=NOON,
    )  # fmt: skip
    waiting(f"lift {put} {first.public_id}", f"restrict {put} {again.public_id}")
    assert apply_waiting(at=NOON) == 1
    assert ProcessingRestriction.objects.get(ended_at=None).request == again


@pytest.mark.django_db
def test_a_restriction_lifted_once_its_request_was_forgotten_is_not_restored():
    case = shared(factories.member("caf-91"))
    put = f"{case.household.public_id} 2026-11-24 accuracy"
    waiting(f"restrict {put} 6f0ad0b4-3a0c-4b65-9b0f-1d7f2f6f0c11", f"lift {put} -")
    assert apply_waiting(at=NOON) == 0
    assert not ProcessingRestriction.objects.exists()


@pytest.mark.by_turns
def test_what_a_person_had_restricted_stays_restricted_after_an_older_backup(
    transactional_db: None, tmp_path: Path, media: Path
):
    worker, officer = factories.member("caf-91"), factories.member("caf-91-pilotage", "dpo")
    case = shared(worker)
    asked_for = scene.subject_request(case, by=officer, kind="restriction")
    older = back_up(tmp_path / "backups", media)
    desk = factories.structure("caf-91-pilotage")
    restrict(request=asked_for, ground="accuracy", structure=desk, channel="email", by=officer, at=NOON)
    newer = back_up(tmp_path / "backups", media)
    line = f"restrict {case.household.public_id} 2026-11-24 accuracy {asked_for.public_id}"
    assert (newer / "effacements.txt").read_text().splitlines() == [line]

    restore(older, media)
    assert not ProcessingRestriction.objects.exists()
    with time_machine.travel(NOON, tick=False):
        call_command("migrate", "--no-input", verbosity=0)

    kept = ProcessingRestriction.objects.get()
    assert (kept.household, kept.ground, kept.request, kept.put_by) == (case.household, "accuracy", asked_for, None)
    assert (localdate(kept.put_at), kept.ended_at) == (NOON.date(), None)
    told = JournalEntry.objects.get(kind="processing.restricted")
    assert (told.actor, told.case, told.data) == (None, case, {"subject_request": asked_for.pk, "ground": "accuracy"})

    # Ended since, it is not put again, though an older ledger says that it stood.
    restore(newer, media)
    call_command("migrate", "--no-input", verbosity=0)
    end_restriction(
        restriction=ProcessingRestriction.objects.get(), case=case, reason="checked", told_on=NOON.date(),
        structure=desk, by=officer, at=NOON,
    )  # fmt: skip
    back_up(tmp_path / "backups", media)
    restore(older, media)
    call_command("migrate", "--no-input", verbosity=0)
    assert not ProcessingRestriction.objects.exists()
