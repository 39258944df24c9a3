"""The nearest last day of a right in a case, kept on its steps by the database: inboxes are in the order of what expires.

In SQL, not on the models: one of these triggers is on a table of `cases`, which knows no step.
"""

from django.db import migrations

SAY = """
CREATE FUNCTION workflows_last_day_of(looked_at bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT min(d.legal_date) FROM cases_deadline d JOIN cases_deadlinerule r ON r.id = d.rule_id
    WHERE d.case_id = looked_at AND d.state = 'running' AND r.condition -> 'last_day' = 'true'
$$;

CREATE OR REPLACE FUNCTION workflows_casetask_take_from_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.responsible_structure_id, coalesce(t.residence, '') INTO NEW.answering_id, NEW.residence
    FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id WHERE c.id = NEW.case_id;
    NEW.legal_on := CASE WHEN NEW.is_human AND NEW.status IN ('NEW', 'STARTED') AND NOT EXISTS (
        SELECT FROM cases_structure s WHERE s.id = NEW.structure_id AND s.kind IN ('landlord', 'rent_manager')
    ) THEN workflows_last_day_of(NEW.case_id) END;
    RETURN NEW;
END $$;

CREATE FUNCTION workflows_casetask_follow_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Each row takes what its case says: the value written here does not matter.
    UPDATE workflows_casetask SET legal_on = NULL
    WHERE case_id IN (OLD.case_id, NEW.case_id) AND is_human AND status IN ('NEW', 'STARTED')
      AND EXISTS (SELECT FROM cases_deadlinerule WHERE id IN (OLD.rule_id, NEW.rule_id) AND condition -> 'last_day' = 'true');
    RETURN NULL;
END $$;
CREATE TRIGGER begins_on_steps AFTER INSERT ON cases_deadline FOR EACH ROW
    WHEN (NEW.state = 'running') EXECUTE FUNCTION workflows_casetask_follow_deadline();
CREATE TRIGGER followed_by_steps AFTER UPDATE OF case_id, rule_id, state, legal_date ON cases_deadline FOR EACH ROW
    WHEN ((OLD.case_id, OLD.rule_id, OLD.state, OLD.legal_date) IS DISTINCT FROM (NEW.case_id, NEW.rule_id, NEW.state, NEW.legal_date))
    EXECUTE FUNCTION workflows_casetask_follow_deadline();
CREATE TRIGGER leaves_steps AFTER DELETE ON cases_deadline FOR EACH ROW
    WHEN (OLD.state = 'running') EXECUTE FUNCTION workflows_casetask_follow_deadline();
"""
HIDE = """
DROP TRIGGER leaves_steps ON cases_deadline;
DROP TRIGGER followed_by_steps ON cases_deadline;
DROP TRIGGER begins_on_steps ON cases_deadline;
DROP FUNCTION workflows_casetask_follow_deadline();
CREATE OR REPLACE FUNCTION workflows_casetask_take_from_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.responsible_structure_id, coalesce(t.residence, '') INTO NEW.answering_id, NEW.residence
    FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id WHERE c.id = NEW.case_id;
    RETURN NEW;
END $$;
DROP FUNCTION workflows_last_day_of(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_first_tables"), ("workflows", "0003_tell_cases_without_step")]

    operations = [migrations.RunSQL(SAY, HIDE)]
