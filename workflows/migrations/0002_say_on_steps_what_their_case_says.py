"""Who answers for a case and its residence, copied on its steps by the database: backlogs read one index, not the cases.

In SQL, not on the models: half of these triggers are on tables of `cases`, which knows no step.
"""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION workflows_casetask_take_from_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.responsible_structure_id, coalesce(t.residence, '') INTO NEW.answering_id, NEW.residence
    FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id WHERE c.id = NEW.case_id;
    RETURN NEW;
END $$;
CREATE TRIGGER take_from_case BEFORE INSERT OR UPDATE ON workflows_casetask
    FOR EACH ROW EXECUTE FUNCTION workflows_casetask_take_from_case();

CREATE FUNCTION workflows_casetask_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Each row takes what its case says: the values written here do not matter.
    UPDATE workflows_casetask SET answering_id = NEW.responsible_structure_id WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER followed_by_steps AFTER UPDATE OF responsible_structure_id, tenancy_id ON cases_case FOR EACH ROW
    WHEN ((OLD.responsible_structure_id, OLD.tenancy_id) IS DISTINCT FROM (NEW.responsible_structure_id, NEW.tenancy_id))
    EXECUTE FUNCTION workflows_casetask_follow_case();

CREATE FUNCTION workflows_casetask_follow_tenancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE workflows_casetask SET residence = NEW.residence
    WHERE case_id IN (SELECT id FROM cases_case WHERE tenancy_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER followed_by_steps AFTER UPDATE OF residence ON cases_tenancy FOR EACH ROW
    WHEN (OLD.residence <> NEW.residence) EXECUTE FUNCTION workflows_casetask_follow_tenancy();
"""
LEAVE = """
DROP TRIGGER followed_by_steps ON cases_tenancy;
DROP FUNCTION workflows_casetask_follow_tenancy();
DROP TRIGGER followed_by_steps ON cases_case;
DROP FUNCTION workflows_casetask_follow_case();
DROP TRIGGER take_from_case ON workflows_casetask;
DROP FUNCTION workflows_casetask_take_from_case();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_first_tables"), ("workflows", "0001_first_tables")]

    operations = [migrations.RunSQL(FOLLOW, LEAVE)]
