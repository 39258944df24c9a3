"""Who answers for a case, copied on its steps by the database: a list of another’s steps reads one index, not the cases."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

FOLLOW = """
CREATE FUNCTION workflows_casetask_take_answering() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT responsible_structure_id INTO NEW.answering_id FROM cases_case WHERE id = NEW.case_id;
    RETURN NEW;
END $$;
CREATE TRIGGER take_answering BEFORE INSERT OR UPDATE ON workflows_casetask
    FOR EACH ROW EXECUTE FUNCTION workflows_casetask_take_answering();
CREATE FUNCTION workflows_casetask_follow_answering() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE workflows_casetask SET answering_id = NEW.responsible_structure_id WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER follow_answering AFTER UPDATE OF responsible_structure_id ON cases_case FOR EACH ROW
    WHEN (OLD.responsible_structure_id <> NEW.responsible_structure_id)
    EXECUTE FUNCTION workflows_casetask_follow_answering();
"""
LEAVE = """
DROP TRIGGER follow_answering ON cases_case;
DROP FUNCTION workflows_casetask_follow_answering();
DROP TRIGGER take_answering ON workflows_casetask;
DROP FUNCTION workflows_casetask_take_answering();
"""
COPY = """
UPDATE workflows_casetask t SET answering_id = c.responsible_structure_id FROM cases_case c WHERE c.id = t.case_id;
SET CONSTRAINTS ALL IMMEDIATE
"""
NOTHING = migrations.RunSQL.noop
OPEN = Q(status__in=["NEW", "STARTED"], is_human=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0056_find_the_acts_of_a_structure"), ("workflows", "0032_hold_commissions")]

    operations = [
        migrations.AddField(
            "casetask",
            "answering",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.structure",
                verbose_name="répond du dossier",
            ),
        ),
        migrations.RunSQL(COPY, NOTHING),
        migrations.AlterField(
            "casetask",
            "answering",
            models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.structure",
                verbose_name="répond du dossier",
            ),
        ),
        migrations.RunSQL(FOLLOW, LEAVE),
        migrations.AddIndex(
            "casetask", models.Index(fields=["answering", "case"], condition=OPEN, name="steps_of_who_answers")
        ),
        migrations.AddIndex(
            "casetask",
            models.Index(
                fields=["answering", "-comes_first", "due_on", "id"],
                condition=OPEN & ~Q(node="wait_turn") & ~Q(structure=F("answering")),
                name="steps_held_by_another",
            ),
        ),
    ]
