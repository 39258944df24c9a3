"""Whatever changes a business row, by an act or by hand, what it said is kept; and a new table cannot be forgotten."""
# ruff: noqa: S608 - the names of our own tables and columns

import re
import uuid
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction

from cases.actions import people
from cases.models import Beneficiary, Case, JournalEntry, Participation, PastRow, User
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def person_of(case: Case) -> Beneficiary:
    return Beneficiary.objects.get(households__cases=case)


KEPT_OTHERWISE = {
    "cases_journalentry": "a trigger refuses that it be changed or deleted",
    "cases_accessentry": "the application may neither change nor delete it; its months go when their time is over",
    "cases_traceseal": "a trigger refuses that it be changed or deleted",
    "cases_erasedrow": "the number of a row, until the night",
    "cases_erasure": "what was erased, said once",
    "cases_familycode": "made, then ended, each with its line in the journal; its words go when it ends",
    "cases_emergencyaccess": "opened, then ended, each with its line in the journal",
    "cases_personfile": "what an officer reviews; deleted with its household, or when its time is over",
    "cases_retentionitem": "how far a run is; what it did are acts",
    "cases_retentionlimit": "never changed: the next row says what follows",
    "cases_retentionrun": "how far a run is; what it did are acts",
    "cases_legalhold": "put, then lifted, each with its line in the journal",
    "config_attestation": "said, then withdrawn, each with its line in the journal; the next row says what follows",
    "config_openinganswer": "what the watch found last; the next one replaces it",
    "cases_lawcheck": "said once, with its line in the journal; the next row says what follows",
    "config_sealcheck": "written once, and deleted when its time is over",
    "cases_accessrequest": "answered once, with its line in the journal",
    "cases_establishment": "admitted, then withdrawn, each with its line in the journal",
    "cases_proconnectidentity": "bound once, with its line in the journal",
    "cases_processingrestriction": "put, then ended, each with its line in the journal",
    "cases_sharingobjection": "said once; goes with its household",
    "cases_sharingbasis": "never changed: the next row says what follows",
    "config_codegenerator": "a secret",
    "config_passkey": "a key; added and removed, each with its event",
    "config_recoverycode": "a secret, good once",
    "config_confirmedmembership": "that somebody was still there on a day; the next row says what follows",
    "config_signinevent": "a trigger refuses that it be changed; deleted when its time is over",
    "config_triedcount": "what was tried; a day",
    "config_askedpassword": "until the worker has sent it; hours",
    "config_accountsession": "as long as a session lasts",
    "cases_pastrow": "what was, itself",
    "cases_outbox": "what remains to be told; deleted once it is",
    "cases_backuprun": "how the installation does",
    "cases_installationidentity": "how the installation does",
    "config_alert": "how the installation does",
    "config_jobrun": "how the installation does",
    "config_unexpectederror": "how the installation does",
    "notifications_calendarfeed": "a secret that is made again, and never reads of anybody",
    "notifications_delivery": "how a notice is on its way",
    "notifications_notice": "a journal line, told to somebody; read or not",
    "notifications_preference": "how somebody likes to be written to",
    "notifications_reminder": "that a rule was run",
    "workflows_casewithoutstep": "counted again by the database",
    "workflows_export": "a list as it was read, and how far it is",
    "workflows_handover": "how far a long job is; what it did are acts",
    "workflows_earlierissue": "never changed: it is what was published before",
    "workflows_importjob": "how far a file is; what was corrected of it are rows of their own",
    "workflows_importrow": "a line as its file says it",
    "workflows_indicatorfigures": "counted again every morning",
    "workflows_indicatortarget": "never changed: the next row says what follows",
    "workflows_keptfile": "typed, and not sent yet; a day",
    "workflows_keptform": "typed, and not sent yet; a day",
    "workflows_lease": "who does a long job now",
    "workflows_proposedcompletion": "typed, and not applied yet; erased once it is answered, each with its line",
    "workflows_replay": "how far a long job is; what it did are acts",
    "workflows_replayedcase": "how far a long job is; what it did are acts",
    "workflows_reportdraft": "typed, and not sent yet",
    "workflows_savedview": "how somebody likes to look at a list",
    "workflows_simulation": "what a draft would do, counted",
}
"""Table → why what its rows said is not kept."""
LEFT_OUT = {
    "cases_user": {"password", "last_login"},
    "cases_participation": {"is_open", "next_due_on"},
    "cases_assignment": {"is_open"},
    "cases_case": {"closed_by_id"},
    "workflows_casetask": {"answering_id", "residence", "legal_on", "nearest_on", "remind_on"},
}
"""Secrets, and what the database or an act copies from elsewhere."""


def tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {each._meta.db_table for each in models if each._meta.app_label in settings.FIRST_PARTY_APPS}


def query(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


KEEPING = """
SELECT t.tgrelid::regclass::text, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
WHERE t.tgfoid = 'keep_what_was'::regproc AND t.tgenabled = 'O'
"""


def kept_tables() -> dict[str, set[str]]:
    """Table → columns of which nothing is kept. Each has both triggers, for the same columns."""
    found: dict[str, dict[str, set[str]]] = {}
    for table, name, definition in query(KEEPING):
        found.setdefault(table, {})[name] = set(re.findall(r"'(\w+)'", definition.rpartition("keep_what_was(")[2]))
    for triggers in found.values():
        assert set(triggers) == {"keep_what_was_changed", "keep_what_was_deleted"}
        assert triggers["keep_what_was_changed"] == triggers["keep_what_was_deleted"]
    return {table: triggers["keep_what_was_changed"] for table, triggers in found.items()}


def test_each_table_keeps_what_its_rows_said_or_says_why_not():
    kept = kept_tables()
    assert {table: columns for table, columns in kept.items() if columns} == LEFT_OUT
    assert not set(kept) & set(KEPT_OTHERWISE)
    assert set(kept) | set(KEPT_OTHERWISE) == tables()


COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'id' AND a.attgenerated = ''
"""
TWO = {
    "bigint": ("1", "2"),
    "integer": ("1", "2"),
    "smallint": ("1", "2"),
    "boolean": ("false", "true"),
    "date": ("2026-01-02", "2026-01-03"),
    "timestamp with time zone": ("2026-01-02 10:00+00", "2026-01-03 10:00+00"),
    "time without time zone": ("09:00", "10:00"),
    "uuid": (str(uuid.UUID(int=1)), str(uuid.UUID(int=2))),
    "jsonb": ('{"a": 1}', '{"a": 2}'),
    "text": ("a", "b"),
    "inet": ("10.0.0.1", "10.0.0.2"),
    "daterange": ("[2026-01-02,2026-01-03)", "[2026-01-02,2026-01-04)"),
}
"""Type → two values of it."""


def two_values(kind: str) -> tuple[str, str]:
    if kind.endswith("[]"):
        one, other = two_values(kind[:-2])
        return f"{{{one}}}", f"{{{other}}}"
    return TWO["text" if kind.startswith("character") else "bigint" if kind.startswith("numeric") else kind]


def test_any_change_of_any_business_column_leaves_what_was():
    """On a copy of each table that has its triggers, and none of what else it must obey."""
    tried = 0
    for table, left_out in sorted(kept_tables().items()):
        columns = query(COLUMNS, table)
        first = {name: two_values(kind)[0] for name, kind in columns}
        query(f"CREATE TEMPORARY TABLE copied_{table} (LIKE {table})")
        for _, name, definition in [row for row in query(KEEPING) if row[0] == table]:
            query(definition.replace(f"ON public.{table} ", f"ON copied_{table} "))
            assert name in definition
        names = ", ".join(f'"{name}"' for name in first)
        row = [*first.values()]
        query(f"INSERT INTO copied_{table} (id, {names}) VALUES (7, {', '.join(['%s'] * len(row))})", *row)
        before = whole_row(table)
        for name, kind in columns:
            PastRow.objects.all().delete()
            query(f'UPDATE copied_{table} SET "{name}" = %s', two_values(kind)[1])
            if name in left_out:
                assert not PastRow.objects.exists(), (table, name)
            else:
                past = PastRow.objects.get(table_name=f"copied_{table}", row=7)
                assert set(past.was) == {name}, (table, name)
                query(f'UPDATE copied_{table} SET "{name}" = %s', past.was[name])
                assert whole_row(table) == before, (table, name)
                tried += 1
                continue
            query(f'UPDATE copied_{table} SET "{name}" = %s', first[name])
        PastRow.objects.all().delete()
        query(f"DELETE FROM copied_{table}")
        assert set(PastRow.objects.get().was) == {"id", *query_names(table)} - left_out, table
        query(f"DROP TABLE copied_{table}")
    assert tried > 500


def whole_row(table: str) -> str:
    return query(f"SELECT to_jsonb(t)::text FROM copied_{table} t")[0][0]


def query_names(table: str) -> set[str]:
    every = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    return {name for (name,) in query(every, table)}


def test_what_was_cannot_be_rewritten():
    case = factories.reported()
    Beneficiary.objects.filter(households__cases=case).update(phone="0611223344")
    past = PastRow.objects.get(table_name="cases_beneficiary")
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        PastRow.objects.filter(pk=past.pk).update(row=1)


def test_a_change_that_is_undone_by_its_transaction_leaves_nothing():
    person = person_of(factories.reported())
    count = PastRow.objects.count()
    with suppress(IntegrityError), transaction.atomic():
        Beneficiary.objects.filter(pk=person.pk).update(phone="0611223344")
        assert PastRow.objects.count() == count + 1
        Beneficiary.objects.filter(pk=person.pk).update(birth_date="hier")
    assert PastRow.objects.count() == count


def test_a_password_is_never_kept():
    worker = factories.member("caf-91")
    worker.set_password("un autre mot de passe")
    worker.phone = "0169000000"
    worker.save()
    said = PastRow.objects.filter(table_name="cases_user", row=worker.pk).values_list("was", flat=True)
    assert [sorted(was) for was in said] == [["phone"]]
    User.objects.filter(pk=worker.pk).update(password="x")
    assert len(said.all()) == 1


def test_what_only_repeats_the_case_is_not_kept():
    case = factories.reported()
    count = PastRow.objects.count()
    Participation.objects.filter(case=case).update(next_due_on="2030-01-01")
    assert PastRow.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_what_was_leads_to_the_act_that_changed_it():
    case, worker = factories.reported(), factories.member("caf-91")
    person = person_of(case)
    before = person.phone
    with transaction.atomic():
        people.correct_person(person=person, changes={"phone": "0611223344"}, by=worker, case=case, at=NOON)

    past = PastRow.objects.get(table_name="cases_beneficiary", row=person.pk, was__has_key="phone")
    assert past.was == {"phone": before}
    line = JournalEntry.objects.get(act=past.act)
    assert (line.kind, line.actor) == ("person.corrected", worker)
    assert past.role == "postgres"
    query("UPDATE cases_beneficiary SET phone = '' WHERE id = %s", person.pk)
    by_hand = PastRow.objects.get(table_name="cases_beneficiary", was={"phone": "0611223344"})
    assert by_hand.row == person.pk
    assert not JournalEntry.objects.filter(act=by_hand.act).exists()
