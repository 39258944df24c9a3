"""A claimant takes no part in the cases that he reported, nor in those that others reported of his leases: to a page of
reports the second barrier shows these too. « user day reports » says that such a page reads; for whom he works is read here.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION cases_reader_claimants() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(m.structure_id) FROM cases_membership m JOIN cases_structure s ON s.id = m.structure_id
    WHERE split_part(current_setting('relais.reader', true), ' ', 3) = 'reports'
    AND m.structure_id = ANY (cases_reader_structures()) AND m.user_id = cases_reader() AND s.kind IN ('landlord', 'rent_manager')
$$;
"""
TAKES_PART = """
    EXISTS (
        SELECT FROM cases_participation p
        WHERE p.case_id = cases_case.id AND p.structure_id = ANY ((SELECT cases_reader_structures())::bigint[])
    )
    OR EXISTS (
        SELECT FROM cases_assignment a WHERE a.case_id = cases_case.id AND a.user_id = (SELECT cases_reader())
    )
"""
CLAIMS = """
    (SELECT cases_reader_claimants()) IS NOT NULL AND EXISTS (
        SELECT FROM cases_report r WHERE r.case_id = cases_case.id AND (
            r.structure_id = ANY ((SELECT cases_reader_claimants())::bigint[])
            OR EXISTS (
                SELECT FROM cases_tenancy t WHERE t.id = r.tenancy_id
                AND ARRAY [t.manager_id, t.landlord_id] && (SELECT cases_reader_claimants())::bigint[]
            )
        )
    )
"""
"""Asked first: who works for a claimant alone would be asked for parts in vain."""
SHOWN = "ALTER POLICY second_barrier ON cases_case USING ((SELECT cases_reader()) IS NULL OR {});"


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_keep_what_a_person_opposed")]

    operations = [
        migrations.RunSQL(
            FUNCTION + SHOWN.format(f"{CLAIMS} OR {TAKES_PART}"),
            SHOWN.format(TAKES_PART) + "DROP FUNCTION cases_reader_claimants();",
        )
    ]
