"""Tables that are made together are those that one by one would have made."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from cases.migration_operations import Together

pytestmark = pytest.mark.django_db

FLAT = migrations.CreateModel("Flat", [("id", models.BigAutoField(primary_key=True))])
KEY = migrations.CreateModel(
    "Key",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("flat", models.ForeignKey("made_up.Flat", models.PROTECT)),
    ],
)


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("made_up_")}


def test_tables_that_name_one_another_are_made_and_taken_back_together():
    both = Together([FLAT, KEY])
    before = ProjectState()
    after = before.clone()
    both.state_forwards("made_up", after)
    with connection.schema_editor(atomic=False) as editor:
        both.database_forwards("made_up", editor, before, after)
    assert tables() == {"made_up_flat", "made_up_key"}
    with connection.cursor() as cursor:
        referred = connection.introspection.get_relations(cursor, "made_up_key")
    assert [found[:2] for found in referred.values()] == [("id", "made_up_flat")]
    with connection.schema_editor(atomic=False) as editor:
        both.database_backwards("made_up", editor, after, before)
    assert tables() == set()


def test_the_classes_of_the_models_are_made_once_for_all():
    state = ProjectState()
    assert state.apps.get_models() == []
    Together([FLAT, KEY]).state_forwards("made_up", state)
    assert "apps" not in vars(state)  # nobody asked for them between the two
    assert {model.__name__ for model in state.apps.get_models()} == {"Flat", "Key"}


def test_it_says_what_it_does():
    assert Together([FLAT, KEY]).describe() == "Create model Flat; Create model Key"
