"""The planner is told of the demonstration, whatever PostgreSQL does meanwhile."""

import threading

import pytest
from django.db import connection, connections, transaction

from demo import seed


@pytest.mark.django_db(transaction=True)
def test_a_table_that_postgresql_vacuums_meanwhile_does_not_stop_the_demonstration():
    held, let_go = threading.Event(), threading.Event()

    def vacuum() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE cases_case IN SHARE UPDATE EXCLUSIVE MODE")
            held.set()
            let_go.wait(timeout=60)
        connections.close_all()

    holder = threading.Thread(target=vacuum)
    holder.start()
    held.wait(timeout=60)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', '100ms', true)")
            seed.analyze()
    finally:
        let_go.set()
        holder.join()
