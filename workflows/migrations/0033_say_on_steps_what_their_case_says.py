"""Who answers for a case and its residence, copied on its steps by the database: backlogs read one index, not the cases."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

COPY = """
UPDATE workflows_casetask s SET answering_id = c.responsible_structure_id, residence = coalesce(t.residence, '')
FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id WHERE c.id = s.case_id;
SET CONSTRAINTS ALL IMMEDIATE
"""
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
OPEN = Q(status__in=["NEW", "STARTED"], is_human=True)
IN_BACKLOG = OPEN & ~Q(node="wait_turn")


def answering(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        editable=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="cases.structure",
        verbose_name="répond du dossier",
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0056_find_the_acts_of_a_structure"), ("workflows", "0032_hold_commissions")]

    operations = [
        migrations.AddField("casetask", "answering", answering(null=True)),
        migrations.AddField(
            "casetask",
            "residence",
            models.CharField(blank=True, default="", editable=False, max_length=80, verbose_name="résidence"),
            preserve_default=False,
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.AlterField("casetask", "answering", answering(null=False)),
        migrations.RunSQL(FOLLOW, LEAVE),
        migrations.AddIndex(
            "casetask",
            models.Index(
                fields=["answering", "-comes_first", "due_on", "id"],
                condition=IN_BACKLOG & ~Q(structure=F("answering")),
                name="steps_held_by_another",
            ),
        ),
        migrations.AddIndex(
            "casetask",
            models.Index(
                fields=["structure", "-comes_first", "due_on", "id"],
                condition=IN_BACKLOG & Q(set_aside_until__isnull=False),
                name="steps_set_aside",
            ),
        ),
        migrations.RemoveIndex("casetask", "backlog_of_a_structure"),
        migrations.AddIndex(
            "casetask",
            models.Index(
                fields=["structure", "node", "owner"],
                include=["id", "created", "due_on", "flow_task", "set_aside_until", "comes_first", "case", "residence"],
                condition=IN_BACKLOG,
                name="backlog_of_a_structure",
            ),
        ),
    ]
