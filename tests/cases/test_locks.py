"""Who waits for a lock: what is said to him."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from cases import journal
from cases.locks import busy_when_locked, lock_case
from tests.factories import NOON, reported, tenancy


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_not_told_as_a_colleague_at_work():
    with pytest.raises(OperationalError), transaction.atomic(), busy_when_locked(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
def test_a_line_that_names_a_case_waits_for_nobody_who_acts_on_it():
    case = reported(tenancy())

    def remind() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            line = journal.record("reminder.due", at=NOON, case=case, structure=case.responsible_structure)
        connection.close()
        return line.pk

    with transaction.atomic():
        lock_case(case.pk)
        with ThreadPoolExecutor() as other:
            assert other.submit(remind).result()
