"""What the version before wrote of readings goes to the access log: what it had, and what it writes until it stops.

Its table is read and written by nobody else any more; upkeep empties it each night. 0.2.0 writes it while this version comes up
beside it: the release after this one drops it (`tests/releases/test_removals.py`).
"""

from django.db import migrations

CARRY = """
CREATE FUNCTION access_log.carry_readings() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH moved AS (
        DELETE FROM public.cases_reading
        RETURNING id, user_id, case_id, structure_id, pages, read_on, first_at, is_assigned
    ), kept AS (
        INSERT INTO public.cases_accessentry
            (user_id, case_id, structure_id, kind, page, "right", reason, criteria, day, at)
        SELECT user_id, case_id, structure_id, pages, '', CASE WHEN is_assigned THEN 'assignment' ELSE '' END,
            '', '', read_on, first_at
        FROM moved ORDER BY id
        RETURNING 1
    )
    SELECT count(*) FROM kept
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_keep_an_access_log_by_month'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='Reading')],
            database_operations=[
                migrations.RunSQL(CARRY, 'DROP FUNCTION access_log.carry_readings()'),
                migrations.RunSQL('SELECT access_log.carry_readings()', migrations.RunSQL.noop),
            ],
        ),
    ]
