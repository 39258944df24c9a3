"""What a row said before it was changed or deleted: its table, and the function that writes it for any other table.

hstore compares two rows in a third of the time that jsonb takes. The function is of the owner: whoever may change a row
need not be able to write what it said.
"""

import django.contrib.postgres.operations
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION act_of_transaction() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE found text := current_setting('relais.act', true);
BEGIN
    IF found IS NULL OR found = '' THEN
        found := set_config('relais.act', uuidv7()::text, true);
    END IF;
    RETURN found::uuid;
END $$;

-- Its arguments are columns of which nothing is kept.
CREATE FUNCTION keep_what_was() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE was hstore; left_out text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF TG_OP = 'DELETE' THEN
        was := hstore(OLD) - left_out;
    ELSE
        was := hstore(OLD) - hstore(NEW) - left_out;
        IF was = '' THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO cases_pastrow (table_name, "row", was, is_deleted, until, act, role)
    VALUES (
        TG_TABLE_NAME, OLD.id, hstore_to_jsonb(was), TG_OP = 'DELETE', transaction_timestamp(), act_of_transaction(),
        session_user
    );
    RETURN NULL;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION keep_what_was();
DROP FUNCTION act_of_transaction();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_let_a_case_be_opened_in_emergency")]

    operations = [
        django.contrib.postgres.operations.HStoreExtension(),
        migrations.CreateModel(
            name="PastRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63, verbose_name="table")),
                ("row", models.BigIntegerField(verbose_name="ligne")),
                ("was", models.JSONField(verbose_name="ce qui était")),
                ("is_deleted", models.BooleanField(default=False, verbose_name="ligne supprimée")),
                ("until", models.DateTimeField(verbose_name="jusqu’au")),
                ("act", models.UUIDField(verbose_name="acte")),
                ("role", models.CharField(max_length=63, verbose_name="rôle de la base")),
            ],
            options={"verbose_name": "ligne passée", "verbose_name_plural": "lignes passées", "ordering": ["-pk"]},
        ),
        migrations.AddIndex(
            model_name="pastrow",
            index=models.Index(fields=["table_name", "row", "-id"], name="what_a_row_said_before"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pastrow",
            trigger=pgtrigger.compiler.Trigger(
                name="what_was_is_never_rewritten",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="44452abdad642a2170edf9529d2a6fc3301f9017",
                    operation="UPDATE",
                    pgid="pgtrigger_what_was_is_never_rewritten_ee774",
                    table="cases_pastrow",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
    ]
