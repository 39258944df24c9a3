"""The planner is told of the demonstration, whatever PostgreSQL does meanwhile."""

import pytest
from django.db import connection, transaction

from demo import seed
from tests.holding import held_by_another


@pytest.mark.django_db(transaction=True)
def test_a_table_that_postgresql_vacuums_meanwhile_does_not_stop_the_demonstration():
    def vacuum() -> None:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE cases_case IN SHARE UPDATE EXCLUSIVE MODE")

    with held_by_another(vacuum), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '100ms', true)")
        seed.analyze()
