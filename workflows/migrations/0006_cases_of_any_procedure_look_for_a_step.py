"""Whatever procedure a case follows, somebody has something to do; but for the kinds that need no next step.

`tests/workflows/test_procedures.py` asks that these are the kinds of which their procedure says so.
"""

from django.db import migrations

LOOK = """
CREATE OR REPLACE FUNCTION workflows_look_for_step(looked_at bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_case c WHERE c.id = looked_at AND c.closed_on IS NULL AND {needs}
    ) AND NOT EXISTS (
        SELECT FROM workflows_casetask s WHERE s.case_id = looked_at AND s.is_human AND s.status IN ('NEW', 'STARTED')
    ) THEN
        INSERT INTO workflows_casewithoutstep (case_id) VALUES (looked_at) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM workflows_casewithoutstep WHERE case_id = looked_at;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0005_follow_one_procedure_at_a_time")]

    operations = [
        migrations.RunSQL(
            LOOK.format(needs="c.kind NOT IN ('coordination')"),
            LOOK.format(needs="c.kind IN ('arrears', 'overpayment')"),
        )
    ]
