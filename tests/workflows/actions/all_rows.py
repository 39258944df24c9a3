"""Every row of every table, said without the numbers that two copies of the same world do not share."""

from collections import Counter
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import JSONField, UUIDField
from django.db.models.functions import Now

SAID_BEFORE = "pastrow"
"""What the rows of the others said before: the database copies it from them, by numbers that no key follows."""
MODELS = {
    str(each._meta.model_name): each
    for each in apps.get_models(include_auto_created=True)
    if not each._meta.proxy and each._meta.model_name != SAID_BEFORE
}
NAMES = {model: name for name, model in MODELS.items()}
NAMED_IN_JSON = {
    "statement": "debtstatement",
    "person": "beneficiary",
    "job": "importjob",
    "task": "casetask",
    "decision": "routingdecision",
}
"""Whose id stands under a key, where that is no name of a table."""
Rows = dict[str, dict[Any, dict[str, Any]]]


def read_all() -> Rows:
    """Table → id → row. No other table of the database is left out."""
    unknown = set(connection.introspection.table_names()) - {each._meta.db_table for each in MODELS.values()}
    assert unknown == {"django_migrations", "cases_pastrow", "cases_reading"}
    return {
        name: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for name, model in MODELS.items()
    }


def changed_tables(before: Rows, now: Rows) -> set[str]:
    return {name for name in now if now[name] != before[name]}


def is_made_by_server(field: Any) -> bool:
    """Drawn at random, or read from the server’s clock."""
    return isinstance(field, UUIDField) or field.name == "created_at" or isinstance(field.db_default, Now)


class WorldInWords:
    """The rows of now, told from those of before. One that was there is known by its id; a new one by what it holds, by
    what it names, and by its place among the new ones of its case."""

    def __init__(self, before: Rows, now: Rows) -> None:
        self.before, self.now = before, now
        self.new = {name: sorted(now[name].keys() - before[name].keys(), key=str) for name in now}

    def every_row(self) -> Counter[str]:
        return Counter(
            f"{self.say(name, pk)}: {self.say_values(name, pk)}" for name in self.now for pk in self.now[name]
        )

    def say(self, name: str, pk: Any) -> str:
        if pk in self.before[name] or pk not in self.now[name]:
            return f"{name} {pk}"
        return f"new {name}: {self.count_earlier(name, pk)}, {self.say_values(name, pk)}"

    def count_earlier(self, name: str, pk: Any) -> int:
        """New rows of the same case that were written before this one."""
        rows, case = self.now[name], self.now[name][pk].get("case_id")
        return 0 if case is None else sum(rows[other]["case_id"] == case for other in self.new[name] if other < pk)

    def say_values(self, name: str, pk: Any) -> str:
        row, fields = self.now[name][pk], [each for each in MODELS[name]._meta.concrete_fields if not each.primary_key]
        told = [field for field in fields if pk in self.before[name] or not is_made_by_server(field)]
        return ", ".join(f"{field.name}={self.say_value(field, row[field.attname])}" for field in told)

    def say_value(self, field: Any, value: Any) -> Any:
        if field.name == "written" and isinstance(value, dict):
            return self.say_trace(value)
        if isinstance(field, JSONField) and isinstance(value, dict):
            return {key: self.say_named(key, each) for key, each in value.items()}
        if field.related_model and value is not None:
            return self.say(NAMES[field.related_model], value)
        return value

    def say_named(self, key: str, value: Any) -> Any:
        name = NAMED_IN_JSON.get(key, key)
        return self.say(name, value) if name in MODELS and isinstance(value, int) else value

    def say_trace(self, written: dict[str, Any]) -> dict[str, Any]:
        """What the line of a file wrote (`workflows.imports.trace`)."""
        made = {
            table: [self.say(table.split(".")[1], pk) for pk in rows]
            for table, rows in written.get("made", {}).items()
        }
        changed = [
            [table, self.say(table.split(".")[1], pk), *said] for table, pk, *said in written.get("changed", [])
        ]
        entries = [self.say("journalentry", pk) for pk in written.get("entries", [])]
        return written | {"made": made, "changed": changed, "entries": entries}
