"""Row-level security on what a case says. It holds the application alone, and only in a query that says for whom it reads.

`relais.reader` is « user day », of the transaction; without it nothing is held back. No condition may be pushed below a
policy unless it is leakproof: those of the journal, of dated facts and of deadlines cost seconds, and have none.
"""

from django.db import migrations

OF_A_CASE = (
    "cases_appointment",
    "cases_caselabel",
    "cases_contactattempt",
    "cases_coordination",
    "cases_diagnostic",
    "cases_document",
    "cases_informationgiven",
    "cases_legalreferent",
    "cases_letter",
    "cases_measure",
    "cases_note",
    "cases_overpaymentnotice",
    "cases_repaymentplan",
    "cases_vacancy",
    "cases_wish",
)
FUNCTIONS = """
CREATE OR REPLACE FUNCTION cases_reader() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(split_part(current_setting('relais.reader', true), ' ', 1), '')::bigint
$$;
CREATE OR REPLACE FUNCTION cases_reader_structures() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(m.structure_id), '{}') FROM cases_membership m
    WHERE m.user_id = cases_reader() AND daterange(m.since, m.until, '[]') @> split_part(current_setting('relais.reader'), ' ', 2)::date
$$;
DROP POLICY IF EXISTS second_barrier ON cases_case;
CREATE POLICY second_barrier ON cases_case USING (
    (SELECT cases_reader()) IS NULL
    OR EXISTS (
        SELECT FROM cases_participation p
        WHERE p.case_id = cases_case.id AND p.structure_id = ANY ((SELECT cases_reader_structures())::bigint[])
    )
    OR EXISTS (
        SELECT FROM cases_assignment a WHERE a.case_id = cases_case.id AND a.user_id = (SELECT cases_reader())
    )
);
ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY;
"""
NO_FUNCTIONS = """
ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS second_barrier ON cases_case;
DROP FUNCTION IF EXISTS cases_reader_structures();
DROP FUNCTION IF EXISTS cases_reader();
"""


def hold(table: str) -> migrations.RunSQL:
    """What is of a case is seen with it."""
    return migrations.RunSQL(
        f"DROP POLICY IF EXISTS second_barrier ON {table};"
        f"CREATE POLICY second_barrier ON {table} USING ((SELECT cases_reader()) IS NULL"
        f" OR EXISTS (SELECT FROM cases_case c WHERE c.id = {table}.case_id));"
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS second_barrier ON {table};",
    )


class Migration(migrations.Migration):
    atomic = False  # one table is locked at a time; stopped, it is run again
    dependencies = [("cases", "0022_say_when_an_account_was_closed")]

    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS), *(hold(table) for table in OF_A_CASE)]
