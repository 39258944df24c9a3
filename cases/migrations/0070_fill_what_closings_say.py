from typing import Any

from django.db import migrations

STEP = 10_000
OF_ASSIGNMENTS = """
UPDATE cases_assignment a SET is_open = false FROM cases_case c
WHERE a.id >= %s AND a.id < %s AND c.id = a.case_id AND c.closed_on IS NOT NULL AND a.is_open
"""
OF_CASES = """
UPDATE cases_case c SET closed_by_id = j.actor_id FROM cases_case k, LATERAL (
  SELECT actor_id FROM cases_journalentry WHERE case_id = k.id AND kind = 'case.closed' ORDER BY happened_at DESC, id DESC LIMIT 1
) j
WHERE k.id >= %s AND k.id < %s AND c.id = k.id AND c.closed_on IS NOT NULL AND c.closed_by_id IS NULL AND j.actor_id IS NOT NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    for table, statement in (("cases_assignment", OF_ASSIGNMENTS), ("cases_case", OF_CASES)):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT min(id), max(id) FROM {table}")
            first, last = cursor.fetchone()
            for start in range(first or 0, (last or 0) + 1, STEP):
                cursor.execute(statement, [start, start + STEP])


class Migration(migrations.Migration):
    """Before the indexes, which are then made once."""

    atomic = False

    dependencies = [
        ('cases', '0069_say_who_closed_a_case'),
    ]

    operations = [
        # safe: in small parts, each its own transaction, of columns that the version still running does not read
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
