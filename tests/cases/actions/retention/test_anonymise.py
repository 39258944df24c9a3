"""A household is anonymised: nothing of it is left in any table nor on the disk, and no figure changes."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from psycopg.sql import SQL, Identifier

from cases.actions import case as cases, diagnosis, people, subject_requests
from cases.actions.merging.merge import merge_people
from cases.actions.merging.unmerge import CannotUnmerge, unmerge
from cases.actions.retention import ages, ledger
from cases.actions.retention.anonymise import anonymise_household, forget_past_rows, redact_journal
from cases.actions.retention.archive import archive_household
from cases.actions.retention.register import ERASED, ErasedTable
from cases.invariants import INVARIANTS
from cases.models import (
    Beneficiary,
    Case,
    DistinctPeople,
    Document,
    ErasedRow,
    Erasure,
    Household,
    JournalEntry,
    Letter,
    Merge,
    Note,
    Participation,
    PastRow,
    Tenancy,
)
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.scene import Scene
from workflows.indicators.catalogue import COUNTED
from workflows.indicators.compute import count_indicators
from workflows.indicators.quarters import Quarter
from workflows.invariants import INVARIANTS as OF_WORKFLOWS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
LATER = NOON + timedelta(days=1)
NAMING = {"person", "absorbed", "merge"}


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
        words |= {person.usual_name, person.birth_name, person.phone, person.email}
        words |= {person.caf_number, person.safe_address}
        words |= {person.birth_date} if len(person.birth_date) == 10 else set()
    for lease in Tenancy.objects.all():
        words |= {lease.reference, lease.address, lease.address_key, lease.door if len(lease.door) > 3 else ""}
    words |= {note.text for note in Note.objects.all()}
    return {word for word in words if len(word) > 4}


def figures() -> dict[str, Any]:
    """Rows in one order: the database gives them in any."""
    today = localdate(LATER)
    quarters = [Quarter.containing(today).shifted_by(-behind) for behind in range(2)]
    return {
        f"{territory} {indicator.code}": {
            table: sorted(rows, key=repr)
            for table, rows in count_indicators([indicator], territory=territory, quarters=quarters, as_of=today)[
                indicator.code
            ].items()
        }
        for territory in ("grigny",)
        for indicator in COUNTED
    }


@pytest.mark.by_turns
@pytest.mark.timeout(600)
def test_nothing_of_anybody_is_left_and_no_figure_changes(written: Scene, django_capture_on_commit_callbacks):
    closed = list(Household.objects.filter(cases__closed_on__isnull=False).distinct())
    for case in Case.objects.filter(closed_on=None):  # nobody is erased before
        cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    words, before = known_of_people(), figures()
    files = {row.file.name for row in [*Document.everything.all(), *Letter.objects.all()] if row.file}
    assert len(words) > 20
    assert files
    assert all(default_storage.exists(name) for name in files)
    for home in closed:
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
    assert Erasure.objects.filter(act="anonymise").count() == Household.objects.count()


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


def columns_of_people() -> list[tuple[ErasedTable, str]]:
    """Every column of a row about a household that names a person."""
    return [
        (table, field.name)
        for table in ERASED.values()
        if table.paths
        for field in table.table._meta.concrete_fields
        if field.related_model is Beneficiary and not any(path.startswith(f"{field.name}__") for path in table.paths)
    ]


@pytest.mark.by_turns
@pytest.mark.timeout(600)
def test_nothing_leads_from_somebody_who_lives_elsewhere_to_a_household_that_is_anonymised(written: Scene):
    """What was written of her there is of a record of nobody; her own record, and the figures, are as they were."""
    home = max(Household.objects.filter(merged_into=None), key=lambda each: (rows_that_name(each), -each.pk))
    holder = home.memberships.get(position="holder", until=None).beneficiary
    known_by = Case.objects.filter(household=home).first()
    people.correct_person(person=holder, changes={"phone": "0611223344"}, case=known_by, at=NOON)
    for case in Case.objects.filter(household=home, closed_on=None):
        cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    living = Household.objects.create(territory="grigny")
    living.memberships.create(beneficiary=holder, position="holder")
    before = figures()
    said = {field: getattr(holder, field) for field in ("usual_name", "phone", "birth_date", "name_key")}
    differs = DistinctPeople.objects.create(
        one=holder, other=factories.household().members.get(), decided_by=factories.member("caf-91"), decided_at=NOON
    )
    assert rows_that_name(home, holder) > 3
    lines = JournalEntry.objects.filter(Q(case__household=home) | Q(case=None, data__household=home.pk))
    assert any(NAMING & set(line.data) for line in lines)
    wrong = broken()

    anonymise_household(household=home, by=None, at=LATER)
    redact_journal()
    forget_past_rows()

    assert rows_that_name(home, holder) == 0
    assert list(Household.objects.filter(members=holder)) == [living]
    assert not Case.objects.filter(beneficiary=holder).exists()
    assert {line.pk for line in lines.all() if NAMING & set(line.data)} == set()
    was = PastRow.objects.exclude(table_name="cases_beneficiary").filter(was__beneficiary_id=str(holder.pk))
    assert not was.exists()
    holder.refresh_from_db()
    assert {field: getattr(holder, field) for field in said} == said
    assert DistinctPeople.objects.filter(pk=differs.pk).exists()
    stand_in = home.memberships.get(position="holder", until=None).beneficiary
    assert (stand_in.usual_name, stand_in.name_key, stand_in.phone) == ("(effacé)", "", "")
    assert stand_in.birth_date != said["birth_date"]
    assert {code: found for code, found in figures().items() if found != before[code]} == {}
    # The scene's référent is in place still: his case was closed at once.
    assert broken() - wrong <= {"referent_has_his_rights"}

    anonymise_household(household=living, by=None, at=LATER)
    holder.refresh_from_db()
    assert holder.usual_name == "(effacé)"


def broken() -> set[str]:
    """What the scene, in which a case was closed at once, does not respect."""
    return {each.code for each in [*INVARIANTS, *OF_WORKFLOWS] if each.broken(LATER.date())}


def rows_that_name(home: Household, person: Beneficiary | None = None) -> int:
    found = [(table.find_rows([home.pk]), name) for table, name in columns_of_people()]
    return sum(rows.filter(**{name: person} if person else {f"{name}__isnull": False}).count() for rows, name in found)


def merged(kept: Beneficiary, absorbed: Beneficiary, **more: Any) -> Merge:
    told: dict[str, Any] = {"by": factories.user(), "structure": factories.structure("mds-grigny"), "choices": {}}
    return merge_people(kept=kept, absorbed=absorbed, at=NOON, **told | more)[0]


def told_by_merges() -> str:
    return "\n".join(text for table, text in every_text() if table == "cases_mergechange")


def test_a_merge_that_was_undone_says_nothing_of_the_household_that_goes():
    kept = factories.household(usual_name="Restée")
    gone = factories.household(usual_name="Partie", phone="+33611000099")
    holders = [home.memberships.get().beneficiary for home in (kept, gone)]
    Beneficiary.objects.filter(pk=holders[0].pk).update(phone="")
    holders[0].refresh_from_db()
    merge = merged(*holders, households=(kept, gone), choices={"phone": "absorbed"})
    assert "+33611000099" in told_by_merges()
    unmerge(merge=merge, at=LATER, by=merge.by, structure=factories.structure("mds-grigny"))
    anonymise_household(household=gone, by=None, at=LATER)
    assert "+33611000099" not in told_by_merges()


def test_the_first_of_two_merges_of_one_person_goes_with_her():
    home = factories.household(usual_name="Dernière", phone="+33611000001")
    first, second = (
        factories.person(usual_name=name, phone=f"+3361100000{n}") for n, name in ((8, "Une"), (9, "Deux"))
    )
    for each in (first, second):
        each.save()
    merged(second, first, choices={"phone": "absorbed"}, households=None)
    merged(home.memberships.get().beneficiary, second, households=None)
    assert "+33611000008" in told_by_merges()
    anonymise_household(household=home, by=None, at=LATER)
    assert told_by_merges() == ""


def test_a_merge_that_brought_no_household_together_leads_to_none_that_is_gone_and_stays_done():
    stays, gone = factories.household(usual_name="Vivante"), factories.household(usual_name="Ancienne")
    holder, was = (home.memberships.get().beneficiary for home in (stays, gone))
    merge = merged(holder, was, households=None)
    anonymise_household(household=gone, by=None, at=LATER)
    merge.refresh_from_db()
    assert told_by_merges() == ""
    with pytest.raises(CannotUnmerge, match="anonymisé"):
        unmerge(merge=merge, at=LATER, by=merge.by, structure=factories.structure("mds-grigny"))


def test_a_merge_of_two_records_stays_hers_without_the_household_that_goes():
    case = factories.reported()
    holder, other = case.household.members.get(), factories.household().members.get()
    living = Household.objects.create(territory="grigny")
    living.memberships.create(beneficiary=holder, position="holder")
    gone = Household.objects.create(territory="grigny", merged_into=case.household)
    merge = Merge.objects.create(
        kind="person",
        kept_person=holder,
        absorbed_person=other,
        kept_household=case.household,
        absorbed_household=gone,
        by=factories.member("caf-91"),
        structure=factories.structure("caf-91"),
        at=NOON,
    )
    merge.changes.create(table="cases_tenancy", row=1, field="household", old=gone.pk, new=case.household_id)
    anonymise_household(household=case.household, by=None, at=LATER)
    merge.refresh_from_db()
    assert (merge.kept_person, merge.kept_household, merge.absorbed_household) == (holder, None, None)
    assert not merge.changes.exists()


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


def test_whoever_is_erased_on_request_is_seen_and_rented_to_by_nobody():
    case = factories.reported()
    assert case.tenancy
    parts = Participation.objects.filter(case=case, until=None)
    assert parts.exists()
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    anonymise_household(household=case.household, by=None, at=LATER)
    assert not parts.exists()
    assert Tenancy.objects.get(pk=case.tenancy.pk).ended_on == LATER.date()


def test_the_ledger_names_each_household_that_became_one_and_keeps_its_day():
    kept, absorbed = factories.household(), factories.household()
    Household.objects.filter(pk=absorbed.pk).update(merged_into=kept)
    for act in ("archive", "anonymise"):
        ledger._apply(f"{act} {kept.public_id} 2026-10-01", at=LATER)
    assert set(Erasure.objects.values_list("household", "act", "on")) == {
        (each.public_id, act, date(2026, 10, 1)) for each in (kept, absorbed) for act in ("archive", "anonymise")
    }
    assert set(Household.objects.values_list("archived_on", "anonymised_on")) == {(date(2026, 10, 1),) * 2}


def test_what_goes_at_its_age_goes_with_what_it_said_before():
    case, officer = factories.reported(), factories.member("caf-91-pilotage", "dpo")
    desk = officer.memberships.get().structure
    said: dict[str, Any] = {"structure": desk, "by": officer, "at": NOON}
    asked = subject_requests.record(
        organisation=desk.organisation, reference="RGPD-2026-7", kind="access", channel="post",
        received_on=date(2026, 11, 20), case=case, **said,
    )  # fmt: skip
    subject_requests.withdraw(request=asked, reason="mistake", **said)
    assert ages.forget_subject_requests(at=LATER + timedelta(days=5000)) == 1
    past = PastRow.objects.filter(table_name="cases_subjectrequest", row=asked.pk)
    assert past.filter(is_deleted=True).exists()
    forget_past_rows()
    assert not past.exists()


def test_a_diagnosis_that_was_dropped_is_forgotten_with_its_household():
    case, worker = factories.reported(), factories.member("caf-91")
    desk = factories.structure("caf-91")
    draft = diagnosis.begin(case=case, structure=desk, by=worker, at=NOON)
    draft.expense_lines.create(kind="rent", amount=450)
    draft.expense_lines.all().delete()
    draft.expense_lines.create(kind="rent", amount=460)
    diagnosis.drop_draft(case=case, structure=desk, by=worker, at=NOON)
    assert forget_past_rows() == 0
    past = PastRow.objects.filter(table_name__startswith="cases_diagnos")
    assert past.filter(table_name="cases_diagnosticexpense").count() == 2
    anonymise_household(household=case.household, by=None, at=LATER)
    forget_past_rows()
    assert not past.exists()
