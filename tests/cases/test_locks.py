"""Who waits for a lock: what is said to him."""

import pytest
from django.db import OperationalError, connection, transaction

from cases.locks import busy_when_locked


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_not_told_as_a_colleague_at_work():
    with pytest.raises(OperationalError), transaction.atomic(), busy_when_locked(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
