"""A household is anonymised: nothing of it is left in any table nor on the disk, and no figure changes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import localdate
from psycopg.sql import SQL, Identifier

from cases.actions.retention.anonymise import anonymise_household, forget_past_rows, redact_journal
from cases.actions.retention.archive import archive_household
from cases.models import (
    Beneficiary,
    Case,
    Document,
    ErasedRow,
    Erasure,
    Household,
    JournalEntry,
    Letter,
    Note,
    PastRow,
    Tenancy,
)
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.scene import Scene
from workflows.indicators.catalogue import COUNTED
from workflows.indicators.compute import count_indicator
from workflows.indicators.quarters import Quarter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
LATER = NOON + timedelta(days=1)


@pytest.fixture
def written() -> Scene:
    return scene.build()


def every_text() -> list[tuple[str, str]]:
    """Each row of each table as PostgreSQL writes it."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            cursor.execute(SQL("SELECT row_to_json(t)::text FROM {} t").format(Identifier(table)))
            found += [(table, text) for (text,) in cursor.fetchall()]
    return found


def known_of_people() -> set[str]:
    """What says who the people of the scene are, long enough to be found by chance nowhere."""
    words: set[str] = set()
    for person in Beneficiary.objects.all():
        words |= {
            person.usual_name,
            person.birth_name,
            person.phone,
            person.email,
            person.caf_number,
            person.safe_address,
        }
        words |= {person.birth_date} if len(person.birth_date) == 10 else set()
    for lease in Tenancy.objects.all():
        words |= {lease.reference, lease.address, lease.address_key, lease.door if len(lease.door) > 3 else ""}
    words |= {note.text for note in Note.objects.all()}
    return {word for word in words if len(word) > 4}


def figures() -> dict[str, Any]:
    today = localdate(LATER)
    quarters = [Quarter.containing(today).shifted_by(-behind) for behind in range(2)]
    return {
        f"{territory} {indicator.code}": count_indicator(
            indicator, territory=territory, quarters=quarters, as_of=today
        )
        for territory in ("grigny",)
        for indicator in COUNTED
    }


def test_nothing_of_anybody_is_left_and_no_figure_changes(written: Scene, django_capture_on_commit_callbacks):
    words, before = known_of_people(), figures()
    files = {row.file.name for row in [*Document.everything.all(), *Letter.objects.all()] if row.file}
    assert len(words) > 20
    assert files
    assert all(default_storage.exists(name) for name in files)
    for home in Household.objects.filter(cases__closed_on__isnull=False).distinct():
        archive_household(household=home, by=None, at=LATER)
    assert Household.objects.exclude(archived_on=None).exists()
    assert {code: found for code, found in figures().items() if found != before[code]} == {}
    with django_capture_on_commit_callbacks(execute=True):
        for home in Household.objects.filter(merged_into=None):
            anonymise_household(household=home, by=None, at=LATER)
    redact_journal()
    assert forget_past_rows() > 50
    by_age = {
        "workflows_reportdraft",
        "workflows_importjob",
        "workflows_importrow",
        "workflows_keptform",
        "workflows_export",
        "workflows_keptfile",
    }
    left = sorted(
        {
            (table, word)
            for table, text in every_text()
            if table not in by_age
            for word in words
            if re.search(rf"\b{re.escape(word)}\b", text)
        }
    )
    assert left == []
    assert [name for name in files if default_storage.exists(name)] == []
    assert {code: found for code, found in figures().items() if found != before[code]} == {}
    assert Erasure.objects.filter(act="anonymise").count() == Household.objects.filter(merged_into=None).count()


def test_a_line_of_the_journal_loses_words_only_once_its_household_is_anonymised():
    case = factories.reported()
    said = {"note": 1, "word": "Diallo !"}
    line = JournalEntry.objects.create(kind="note.written", case=case, happened_at=NOON, data=said)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        JournalEntry.objects.filter(pk=line.pk).update(data={"note": 1})
    Household.objects.filter(pk=case.household_id).update(archived_on=NOON.date(), anonymised_on=NOON.date())
    for change in ({"data": {"note": 2}}, {"kind": "case.opened"}, {"data": {"note": 1}, "happened_at": LATER}):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            JournalEntry.objects.filter(pk=line.pk).update(**change)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute("DELETE FROM cases_journalentry WHERE id = %s", [line.pk])
    redact_journal()
    line.refresh_from_db()
    assert line.data == {"note": 1}


def test_what_rows_said_before_is_forgotten_of_anonymised_households_alone():
    gone, stays = factories.reported(), factories.reported()
    worker = factories.member("caf-91")
    for case in (gone, stays):
        Beneficiary.objects.filter(households__cases=case).update(phone="0611223344")
        at_caf = {"case": case, "author": worker, "structure": factories.structure("caf-91"), "written_at": NOON}
        Note.objects.create(text="Là jusqu’à la fin", **at_caf)
        Note.objects.create(text="Retirée avant", **at_caf).delete()
    anonymise_household(household=gone.household, by=None, at=LATER)
    stranger = ErasedRow.objects.create(
        household=stays.household, table_name="cases_beneficiary", row=person_of(stays).pk
    )
    assert forget_past_rows() > 0
    assert forget_past_rows() == 0
    assert ErasedRow.objects.get() == stranger
    past = PastRow.objects.filter(table_name="cases_beneficiary").values_list("row", flat=True)
    assert set(past) == {person_of(stays).pk}
    (note,) = PastRow.objects.filter(table_name="cases_note")
    assert note.was["case_id"] == str(stays.pk)


def person_of(case: Case) -> Beneficiary:
    return Beneficiary.objects.get(households__cases=case)


def test_a_person_of_two_households_keeps_her_name_until_the_second_goes():
    case = factories.reported()
    holder = case.household.members.get()
    other = Household.objects.create(territory="grigny")
    other.memberships.create(beneficiary=holder, position="other")
    name = holder.usual_name
    anonymise_household(household=case.household, by=None, at=LATER)
    holder.refresh_from_db()
    assert holder.usual_name == name
    anonymise_household(household=other, by=None, at=LATER)
    holder.refresh_from_db()
    assert (holder.usual_name, holder.name_key, holder.phone) == ("(effacé)", "", "")
    assert Case.objects.filter(pk=case.pk).exists()


def test_twice_is_once_and_a_landlord_gives_the_number_of_a_lease_again():
    lease = factories.tenancy()
    case = factories.reported(lease)
    for _twice in range(2):
        archive_household(household=case.household, by=None, at=LATER)
    again = factories.tenancy(reference=lease.reference)
    assert again.landlord == lease.landlord
    for _twice in range(2):
        anonymise_household(household=case.household, by=None, at=LATER)
    assert list(Erasure.objects.values_list("act", "household")) == [
        ("archive", case.household.public_id),
        ("anonymise", case.household.public_id),
    ]
