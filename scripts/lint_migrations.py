"""Refuses migrations that a running installation could not live with: what locks or rewrites a table, or takes away what
the version still running reads.

RELAIS_MODE=test .venv/bin/python scripts/lint_migrations.py

Every table is taken for a large one, but those that the migration makes itself. An operation that may be done all the same
says why, on a line before it or inside it:

    # safe: a structure has some thirty rows
    migrations.AlterField(…)

The SQL of each operation is read by django-migration-linter; here stand the marks, the baseline, and what it does not know.
"""

import ast
import inspect
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASELINE = {
    "cases": "0010_say_the_territories",
    "config": "0003_keep_alerts",
    "notifications": "0001_first_tables",
    "workflows": "0008_count_figures_by_territory",
}
"""The last of each application in 0.2.0, before which nothing was installed: those up to it are taken as they are."""
MARK = re.compile(r"#\s*safe:\s*\S")
WORDS = {
    "RENAME_TABLE": "renames a table, which the version still running asks for by its former name",
    "RENAME_COLUMN": "renames a column, which the version still running asks for by its former name",
    "DROP_COLUMN": "drops a column, which the version still running still asks for",
    "DROP_TABLE": "drops a table, which the version still running still asks for",
    "NOT_NULL": "asks for a value that the version still running does not write: give the column a db_default",
    "ALTER_COLUMN": "changes the type of a column, which rewrites its table",
    "ADD_UNIQUE": "makes a unique index while its table is locked: AddIndexConcurrently first",
    "CREATE_INDEX": "makes an index while its table is locked: AddIndexConcurrently, in a migration that is not atomic",
    "CREATE_INDEX_EXCLUSIVE": "makes an index in a transaction that already locks its table",
    "DROP_INDEX": "drops an index while its table is locked: RemoveIndexConcurrently",
    "REINDEX": "makes an index anew while its table is locked",
}
OURS = (
    (r"\bADD (CONSTRAINT \S+ )?(CHECK|FOREIGN KEY)\b(?!.*\bNOT VALID\b)",
     "checks all rows of a table that is locked: AddConstraintNotValid, then ValidateConstraint in a later migration"),
    (r"\bADD (CONSTRAINT \S+ )?EXCLUDE\b", "checks all rows of a table that is locked"),
    (r"^\s*(UPDATE|DELETE FROM|TRUNCATE)\b", "writes to many rows at once: a command does it in small parts"),
    (r"\bALTER COLUMN \S+ SET NOT NULL\b", "reads all rows of a table that is locked, and asks for a value of every version"),
    (r"\bADD COLUMN \S+ .*\bGENERATED\b.*\bSTORED\b", "rewrites its table"),
    (r"\bDISABLE TRIGGER\b|\bLOCK TABLE\b", "locks its table"),
)  # fmt: skip
LOCKED = re.compile(
    r"\b(?:CREATE|CREATE OR REPLACE|DROP) (?:CONSTRAINT )?TRIGGER\b.*?\bON\s+([\w.\"]+)"
    r"|\b(?:CREATE|ALTER|DROP) POLICY\b.*?\bON\s+([\w.\"]+)"
    r"|\bALTER TABLE (?:ONLY )?([\w.\"]+) (?:ENABLE|DISABLE|FORCE|NO FORCE) ROW LEVEL SECURITY\b",
    re.IGNORECASE | re.DOTALL,
)
"""Each waits for whoever writes to its table, or reads it, and makes all others wait meanwhile."""
SEVERAL = "locks several tables until the end of its transaction: atomic = False, and one table an operation, which may be done twice"
ONCE = (
    (r"\bCREATE (?:CONSTRAINT )?TRIGGER (\S+)", r"\bDROP TRIGGER IF EXISTS {0}\b"),
    (r"\bCREATE POLICY (\S+)", r"\bDROP POLICY IF EXISTS {0}\b"),
)
"""What cannot be done twice, but after the other."""
RUN_AGAIN = "cannot be run again when its migration, which is not atomic, stops after it: OR REPLACE, or DROP … IF EXISTS before"


def find_faults() -> list[str]:
    """Of the migrations after the baseline, each operation that is refused and does not say why it may be."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, replace_migrations=False)
    ours = {each.label for each in apps.get_app_configs() if Path(each.path).parent == ROOT}
    later = sorted((app, name) for app, name in loader.disk_migrations if app in ours and name > BASELINE.get(app, ""))
    return [
        fault
        for key in later
        for fault in judge(loader.disk_migrations[key], before=loader.project_state(key, at_end=False))
    ]


def judge(migration: Any, *, before: Any) -> Iterator[str]:
    """Each operation with its SQL; tables that the migration makes itself are empty, and free."""
    source, made, locked = Source(migration), set[str](), set[str]()
    state = before
    for place, operation in enumerate(migration.operations):
        after = state.clone()
        operation.state_forwards(migration.app_label, after)
        found = [*_judge_operation(operation, migration, state, after, made, locked)]
        if found and not source.says_why(place):
            where = f"{migration.app_label}/migrations/{migration.name}.py:{source.line(place)}"
            yield from (f"{where}: {operation.describe()}: {words}" for words in dict.fromkeys(found))
        state = after


def _judge_operation(
    operation: Any, migration: Any, before: Any, after: Any, made: set[str], locked: set[str]
) -> Iterator[str]:
    from django.db.migrations.operations import RunPython, SeparateDatabaseAndState

    if isinstance(operation, RunPython):
        yield "runs Python, of which no tool knows what it locks"
        return
    statements = _sql_of(operation, migration, before, after)
    if isinstance(operation, SeparateDatabaseAndState) and not statements:
        return
    made.update(re.findall(r'^CREATE TABLE ("?[\w.]+"?)', "\n".join(statements), re.MULTILINE))
    yield from judge_sql([each for each in statements if not _is_about(each, made)])
    yield from _judge_locks(statements, made=made, locked=locked if migration.atomic else None)


def _judge_locks(statements: Sequence[str], *, made: set[str], locked: set[str] | None) -> Iterator[str]:
    """`locked`: by the transaction until now; without one, each statement is a transaction."""
    for statement in statements:
        here = set[str]() if locked is None else locked
        here |= _tables_locked(statement) - {_bare(table) for table in made}
        if len(here) > 1:
            yield SEVERAL
        if locked is None and not _may_be_run_again(statement):
            yield RUN_AGAIN


def _tables_locked(statement: str) -> set[str]:
    return {_bare(next(filter(None, found.groups()))) for found in LOCKED.finditer(statement)}


def _bare(table: str) -> str:
    return table.replace('"', "").removeprefix("public.")


def _may_be_run_again(statement: str) -> bool:
    return all(
        re.search(drops.format(re.escape(found[1])), statement[: found.start()], re.IGNORECASE)
        for makes, drops in ONCE
        for found in re.finditer(makes, statement, re.IGNORECASE)
    )


def _sql_of(operation: Any, migration: Any, before: Any, after: Any) -> list[str]:
    from django.db import connection

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        operation.database_forwards(migration.app_label, editor, before, after)
    return [each for each in editor.collected_sql if not each.startswith("--")]


def _is_about(statement: str, tables: set[str]) -> bool:
    about = re.search(r'(?:ALTER TABLE(?: ONLY)?|\bON|CREATE TABLE) ("?[\w.]+"?)', statement)
    return bool(about and about[1] in tables)


def judge_sql(statements: Sequence[str]) -> Iterator[str]:
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    errors, _, warnings = analyse_sql_statements(PostgresqlAnalyser, list(statements))
    yield from (WORDS.get(issue.code, issue.message) for issue in [*errors, *warnings])
    for statement in statements:
        yield from (words for pattern, words in OURS if re.search(pattern, statement, re.IGNORECASE))


class Source:
    """A migration as it is written: where each operation stands, and what is said beside it."""

    def __init__(self, migration: Any) -> None:
        self.lines = Path(inspect.getfile(type(migration))).read_text(encoding="utf-8").splitlines()
        self.written = self._find_list()
        self.count = len(migration.operations)

    def _find_list(self) -> list[ast.expr]:
        """Empty when the operations are not written as a list."""
        for node in ast.walk(ast.parse("\n".join(self.lines))):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.List)
                and any(isinstance(target, ast.Name) and target.id == "operations" for target in node.targets)
            ):
                return node.value.elts
        return []

    @cached_property
    def elements(self) -> list[int]:
        """For each operation, the place of the element that writes it: one with a star writes several."""
        several = self.count - len(self.written) + 1
        return [
            place
            for place, element in enumerate(self.written)
            for _ in range(several if isinstance(element, ast.Starred) else 1)
        ]

    def line(self, operation: int) -> int:
        return self.written[self.elements[operation]].lineno if len(self.elements) == self.count else 1

    def says_why(self, operation: int) -> bool:
        """On the lines of comment just before it, or inside it."""
        if len(self.elements) != self.count:
            return False
        element = self.written[self.elements[operation]]
        first = element.lineno - 1
        while self.lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return any(MARK.search(line) for line in self.lines[first : element.end_lineno])


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    embedded.start_servers()
    import django

    django.setup()
    faults = find_faults()
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    if faults:
        sys.stdout.write("How to do it in two releases, or to say why it may be done: CONVENTIONS.md, « Data ».\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
