"""How a sender’s files are read, remembered from one month to the next."""

import itertools
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from cases import journal
from cases.models import Structure, User
from cases.refusals import Refusal
from workflows.imports.columns import fitted_mapping, heading_key, suggest_mapping
from workflows.imports.read import CannotRead, FileTable, ReadOptions, read_table
from workflows.models import ImportMapping

USUAL = "habituelle"
SURE = ("utf-8", "utf-16", "cp1252")
"""Encodings that are recognised, or taken when none is."""


class UnknownMapping(Exception):
    """No mapping of this name for this sender; the message lists those that exist."""


def read_options(structure: Structure, options: Mapping[str, Any]) -> ReadOptions:
    """The headings that the sender used before help to find those of this file."""
    used = list(ImportMapping.objects.filter(structure=structure).order_by("-used_at"))
    encoding = used[0].options.get("encoding") if used else None
    return ReadOptions(
        known_headings=[heading for mapping in used for heading in mapping.columns],
        usual_encoding=None if encoding in SURE else encoding,
        **{name: value for name, value in options.items() if value not in (None, "")},
    )


def read_as_usual(path: Path, *, name: str, structure: Structure) -> FileTable:
    """As the file looks, unless the sender’s usual columns are found only as his last file was read."""
    last = last_mapping(structure)
    try:
        table = read_table(path, name=name, options=read_options(structure, {}))
    except CannotRead:
        if last is None or not last.options:
            raise
        return read_table(path, name=name, options=read_options(structure, last.options))
    if last is None or not last.options or not missing_headings(last.columns, table.headings):
        return table
    try:
        other = read_table(path, name=name, options=read_options(structure, last.options))
    except CannotRead:
        return table
    return table if missing_headings(last.columns, other.headings) else other


def named_mapping(structure: Structure, name: str) -> dict[str, str]:
    known = {mapping.name: mapping for mapping in ImportMapping.objects.filter(structure=structure)}
    if name not in known:
        names = ", ".join(sorted(known)) or "aucune"
        raise UnknownMapping(f"Correspondance inconnue : {name}. Correspondances de cet expéditeur : {names}.")
    return dict(known[name].columns)


def mapping_for(structure: Structure, headings: Iterable[str], *, dated: Collection[str] = ()) -> dict[str, str]:
    """The last one whose columns are all in this file; else what the last one and the headings say together."""
    present = list(headings)
    mappings = list(ImportMapping.objects.filter(structure=structure).order_by("-used_at"))
    for remembered in mappings:
        if not missing_headings(remembered.columns, present):
            return fitted_mapping(remembered.columns, present)
    found = suggest_mapping(present, dated=dated)
    if mappings:
        usual = {h: name for h, name in fitted_mapping(mappings[0].columns, present).items() if h in present}
        others = {heading: name for heading, name in found.items() if name not in usual.values()}
        found = {heading: name for heading, name in (others | usual).items() if heading in present}
    return found


def absent_columns(structure: Structure, headings: Iterable[str]) -> list[str]:
    """The columns of the sender’s last file that this one has not; none if it is a file of another kind."""
    last = last_mapping(structure)
    lost = missing_headings(last.columns, headings) if last else []
    return lost if last and len(lost) < len(last.columns) / 2 else []


def last_mapping(structure: Structure) -> ImportMapping | None:
    return ImportMapping.objects.filter(structure=structure).order_by("-used_at").first()


def missing_headings(columns: Mapping[str, str], headings: Iterable[str]) -> list[str]:
    present = list(headings)
    keys = {heading_key(heading) for heading in present}
    return [heading for heading in columns if heading not in present and heading_key(heading) not in keys]


class CannotKeepMapping(Refusal):
    """The columns of a sender are not kept so."""


@transaction.atomic
def change(
    mapping: ImportMapping,
    *,
    name: str,
    columns: Mapping[str, str],
    options: Mapping[str, object],
    by: User,
    at: datetime,
) -> None:
    """Say otherwise how the sender’s next files are read. Refuses (`CannotKeepMapping`) a name that another one has."""
    others = ImportMapping.objects.filter(structure=mapping.structure).exclude(pk=mapping.pk)
    if others.filter(name__iexact=name).exists():
        raise CannotKeepMapping(f"Une autre correspondance s’appelle déjà « {name} » : choisir un autre nom.")
    before = (mapping.name, mapping.columns, mapping.options)
    if before == (name, dict(columns), dict(options)):
        return
    mapping.name, mapping.columns, mapping.options = name, dict(columns), dict(options)
    mapping.save(update_fields=["name", "columns", "options"])
    journal.record("mapping.changed", at=at, by=by, structure=mapping.structure, mapping=mapping.pk)


@transaction.atomic
def forget(mapping: ImportMapping, *, by: User, at: datetime) -> None:
    """The sender’s next file is read without it. What was imported with it stays."""
    journal.record("mapping.forgotten", at=at, by=by, structure=mapping.structure, mapping=mapping.pk)
    mapping.delete()


def remember(
    structure: Structure, columns: Mapping[str, str], *, options: Mapping[str, object], at: datetime
) -> ImportMapping:
    """Keep how a file that was imported was read; a file of another kind gets another name."""
    mine = ImportMapping.objects.filter(structure=structure)
    for known in mine:
        if known.columns == columns:
            known.used_at, known.options = at, dict(options) or known.options
            known.save(update_fields=["used_at", "options"])
            return known
    return ImportMapping.objects.create(
        structure=structure,
        name=_free_name({known.name for known in mine}),
        columns=dict(columns),
        options=dict(options),
        used_at=at,
    )


def _free_name(taken: Collection[str]) -> str:
    """Some may have been renamed or forgotten meanwhile."""
    numbered = (f"{USUAL}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([USUAL], numbered) if name not in taken)
