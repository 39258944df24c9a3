"""What migrations do besides Django’s own operations."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Operations of one kind that do not build on one another: all the first tables, say.

    After each operation Django makes the class of each model of the state again, and here nearly all are related to one
    another: half a minute for the first tables. These are made once for all of them.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # a cached property: its models are made again when somebody asks for them
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


KEEPING = {
    "keep_what_was_changed": ("AFTER UPDATE", "WHEN (OLD.* IS DISTINCT FROM NEW.*)"),
    "keep_what_was_deleted": ("AFTER DELETE", ""),
}


def keep_what_was(table: str, *, but: Sequence[str] = ()) -> RunSQL:
    """From now on, what a row of this table said is kept when it is changed or deleted. `but`: columns that are not.

    In a migration that is not atomic, the table is locked for this alone; done twice, it is the same.
    """
    columns = ", ".join(f"'{column}'" for column in but)
    made = "".join(
        f"CREATE OR REPLACE TRIGGER {name} {when} ON {table} FOR EACH ROW {which} EXECUTE FUNCTION keep_what_was({columns});"
        for name, (when, which) in KEEPING.items()
    )
    undone = "".join(f"DROP TRIGGER IF EXISTS {name} ON {table};" for name in KEEPING)
    return RunSQL(made, undone)
