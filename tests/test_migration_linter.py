"""`make check` refuses a migration that a running installation could not live with, unless it says why it may be done."""

import importlib.util
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tests.databases import ROOT

LINTER = runpy.run_path(str(ROOT / "scripts" / "lint_migrations.py"))
pytestmark = pytest.mark.django_db
HEAD = """
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = {atomic}
    operations = [
        {operations}
    ]
"""
LIVABLE = [
    'migrations.CreateModel("Place", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField(db_index=True))])',
    'migrations.AddField("home", "note", models.TextField(null=True))',
    'migrations.AddField("home", "floor", models.IntegerField(db_default=0))',
    'migrations.AlterField("home", "name", models.TextField("nom"))',
    'migrations.AlterField("home", "name", models.TextField(null=True))',
    pytest.param(
        'AddIndexConcurrently("home", models.Index(fields=["name"], name="by_name"))',
        marks=pytest.mark.django_db(transaction=True),
    ),
    'AddConstraintNotValid("home", models.CheckConstraint(condition=Q(rooms__gt=0), name="has_rooms"))',
    'migrations.AlterModelOptions("home", {"verbose_name": "logement"})',
    'migrations.RunSQL("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE t SET a = 1; END$$", "")',
    (
        'pgtrigger.migrations.AddTrigger("home", pgtrigger.compiler.Trigger(name="kept", sql='
        'pgtrigger.compiler.UpsertTriggerSql(func="RETURN NULL;", hash="h", operation="DELETE", pgid="kept_1",'
        ' table="cases_home", when="BEFORE")))'
    ),
]
UNLIVABLE = {
    'migrations.RemoveField("home", "name")': "drops a column",
    'migrations.RenameField("home", "name", "title")': "renames a column",
    'migrations.DeleteModel("Home")': "drops a table",
    'migrations.AlterModelTable("home", "homes")': "renames a table",
    'migrations.AddField("home", "floor", models.IntegerField(default=0))': "give the column a db_default",
    'migrations.AlterField("home", "rooms", models.BigIntegerField())': "changes the type of a column",
    'migrations.AlterField("home", "extra", models.TextField(default=""))': "asks for a value",
    'migrations.AlterField("home", "name", models.TextField(unique=True))': "makes a unique index",
    'migrations.AlterField("home", "name", models.TextField(db_index=True))': "AddIndexConcurrently",
    'migrations.AddIndex("home", models.Index(fields=["name"], name="by_name"))': "AddIndexConcurrently",
    'migrations.AddConstraint("home", models.CheckConstraint(condition=Q(rooms__gt=0), name="has_rooms"))': "AddConstraintNotValid",
    'migrations.AddConstraint("home", models.UniqueConstraint(fields=["name"], name="one_name"))': "makes a unique index",
    'migrations.RunSQL("UPDATE cases_home SET rooms = 1", "")': "writes to many rows at once",
    'migrations.RunSQL("ALTER TABLE cases_home ALTER COLUMN extra SET NOT NULL", "")': "asks for a value of every version",
    'migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)': "runs Python",
}  # fmt: skip


def faults_of(folder: Path, operations: str, *, atomic: bool = True) -> list[str]:
    file = folder / "0099_later.py"
    file.write_text(HEAD.format(operations=operations, atomic=atomic))
    spec = importlib.util.spec_from_file_location("later_migration", file)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules["later_migration"] = module
    spec.loader.exec_module(module)
    state = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.TextField()),
        ("rooms", models.IntegerField()),
        ("extra", models.TextField(null=True)),
    ]
    state.add_model(ModelState("cases", "Home", fields))
    migration: migrations.Migration = module.Migration("0099_later", "cases")
    return list(LINTER["judge"](migration, before=state))


@pytest.mark.parametrize("operation", LIVABLE)
def test_what_a_running_installation_lives_with_passes(operation, tmp_path):
    assert faults_of(tmp_path, operation) == []


@pytest.mark.parametrize(("operation", "words"), UNLIVABLE.items())
def test_what_locks_rewrites_or_takes_away_is_refused_and_says_what_to_do(operation, words, tmp_path):
    found = faults_of(tmp_path, operation)
    assert found
    assert found[0].startswith("cases/migrations/0099_later.py:12: ")
    assert words in " ".join(found)


@pytest.mark.parametrize(
    "marked",
    [
        '# safe: nobody reads it since 0.3.0\n        migrations.RemoveField("home", "name")',
        'migrations.RemoveField(\n            # safe: nobody reads it since 0.3.0\n            "home", "name")',
    ],
)
def test_what_says_beside_it_why_it_may_be_done_passes(marked, tmp_path):
    assert faults_of(tmp_path, marked) == []


def test_operations_that_one_line_writes_have_one_mark(tmp_path):
    several = '*(migrations.RemoveField("home", name) for name in ("name", "rooms")),\n        '
    last = 'migrations.DeleteModel("Home")'
    found = faults_of(tmp_path, several + last)
    assert [fault.split(": ")[0].rpartition(":")[2] for fault in found] == ["12", "12", "13"]
    marked = faults_of(tmp_path, f"# safe: nobody reads them since 0.3.0\n        {several}{last}")
    assert [fault.split(": ")[2] for fault in marked] == [
        "drops a table, which the version still running still asks for"
    ]


def test_a_mark_is_of_one_operation_and_says_why(tmp_path):
    first = '# safe: nobody reads it since 0.3.0\n        migrations.RemoveField("home", "name"),\n        '
    assert "drops a column" in faults_of(tmp_path, f'{first}migrations.RemoveField("home", "rooms")')[0]
    assert faults_of(tmp_path, '# safe:\n        migrations.RemoveField("home", "name")')


def test_an_index_of_a_table_that_is_made_beside_it_passes(tmp_path):
    place = 'migrations.CreateModel("Place", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])'
    index = 'migrations.AddIndex("place", models.Index(fields=["name"], name="places_by_name"))'
    unique = 'migrations.AddConstraint("place", models.UniqueConstraint(fields=["name"], name="one_place"))'
    assert faults_of(tmp_path, f"{place}, {index}, {unique}") == []


TRIGGER = "CREATE OR REPLACE TRIGGER kept AFTER UPDATE OF name ON cases_{0} FOR EACH ROW EXECUTE FUNCTION f();"
POLICY = "DROP POLICY IF EXISTS p ON cases_{0}; CREATE POLICY p ON cases_{0} USING (true); ALTER TABLE cases_{0} ENABLE ROW LEVEL SECURITY;"
SEVERAL = "locks several tables until the end of its transaction"


def run_sql(*statements: str) -> str:
    return ",\n        ".join(f"migrations.RunSQL({each!r}, '')" for each in statements)


@pytest.mark.parametrize("made", [TRIGGER, POLICY, "ALTER TABLE cases_{0} ENABLE ROW LEVEL SECURITY"])
def test_what_is_made_of_several_tables_in_one_transaction_is_refused(made, tmp_path):
    two = run_sql(made.format("home"), made.format("flat"))
    assert [SEVERAL in fault for fault in faults_of(tmp_path, two)] == [True]
    assert faults_of(tmp_path, two, atomic=False) == []
    assert faults_of(tmp_path, run_sql(made.format("home"), made.format("home"))) == []
    # One message is one transaction.
    together = run_sql(made.format("home") + "; " + made.format("flat"))
    assert [SEVERAL in fault for fault in faults_of(tmp_path, together, atomic=False)] == [True]


def test_tables_that_the_migration_makes_wait_for_nobody(tmp_path):
    place = 'migrations.CreateModel("Place", [("id", models.BigAutoField(primary_key=True))])'
    assert faults_of(tmp_path, f"{place}, {run_sql(TRIGGER.format('place'), TRIGGER.format('home'))}") == []


@pytest.mark.parametrize(
    "made", [TRIGGER.replace(" OR REPLACE", ""), POLICY.replace("DROP POLICY IF EXISTS p ON cases_{0};", "")]
)
def test_what_may_stop_half_way_must_be_able_to_run_again(made, tmp_path):
    [fault] = faults_of(tmp_path, run_sql(made.format("home")), atomic=False)
    assert "cannot be run again" in fault
    assert faults_of(tmp_path, run_sql(made.format("home"))) == []
    dropped = run_sql("DROP TRIGGER IF EXISTS kept ON cases_home;" + TRIGGER.replace(" OR REPLACE", "").format("home"))
    assert faults_of(tmp_path, dropped, atomic=False) == []
