"""Open cases in which nobody has anything to do, kept by the database: there should be none, and that costs nothing to say.

In SQL, not on the models: some of these triggers are on a table of `cases`, which knows no step.
"""

from django.db import migrations

LOOK = """
CREATE FUNCTION workflows_look_for_step(looked_at bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_case c WHERE c.id = looked_at AND c.closed_on IS NULL AND c.kind IN ('arrears', 'overpayment')
    ) AND NOT EXISTS (
        SELECT FROM workflows_casetask s WHERE s.case_id = looked_at AND s.is_human AND s.status IN ('NEW', 'STARTED')
    ) THEN
        INSERT INTO workflows_casewithoutstep (case_id) VALUES (looked_at) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM workflows_casewithoutstep WHERE case_id = looked_at;
    END IF;
END $$;

CREATE FUNCTION workflows_case_looks_for_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM workflows_look_for_step(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER begins_without_step AFTER INSERT ON cases_case FOR EACH ROW
    EXECUTE FUNCTION workflows_case_looks_for_step();
CREATE TRIGGER looks_for_step AFTER UPDATE OF closed_on, kind ON cases_case FOR EACH ROW
    WHEN ((OLD.closed_on, OLD.kind) IS DISTINCT FROM (NEW.closed_on, NEW.kind))
    EXECUTE FUNCTION workflows_case_looks_for_step();

CREATE FUNCTION workflows_step_is_looked_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM workflows_look_for_step(OLD.case_id);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.case_id <> OLD.case_id THEN
        PERFORM workflows_look_for_step(NEW.case_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER step_begins AFTER INSERT ON workflows_casetask FOR EACH ROW WHEN (NEW.is_human)
    EXECUTE FUNCTION workflows_step_is_looked_for();
CREATE TRIGGER step_changes AFTER UPDATE OF status, is_human, case_id ON workflows_casetask FOR EACH ROW
    WHEN ((OLD.status, OLD.is_human, OLD.case_id) IS DISTINCT FROM (NEW.status, NEW.is_human, NEW.case_id))
    EXECUTE FUNCTION workflows_step_is_looked_for();
CREATE TRIGGER step_goes AFTER DELETE ON workflows_casetask FOR EACH ROW WHEN (OLD.is_human)
    EXECUTE FUNCTION workflows_step_is_looked_for();
"""
STOP = """
DROP TRIGGER step_goes ON workflows_casetask;
DROP TRIGGER step_changes ON workflows_casetask;
DROP TRIGGER step_begins ON workflows_casetask;
DROP FUNCTION workflows_step_is_looked_for();
DROP TRIGGER looks_for_step ON cases_case;
DROP TRIGGER begins_without_step ON cases_case;
DROP FUNCTION workflows_case_looks_for_step();
DROP FUNCTION workflows_look_for_step(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_first_tables"), ("workflows", "0002_say_on_steps_what_their_case_says")]

    operations = [migrations.RunSQL(LOOK, STOP)]
