"""How a sender’s columns are read, remembered from one month to the next."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cases.models import Structure
from workflows.imports.columns import fitted_mapping, suggest_mapping
from workflows.imports.read import ReadOptions
from workflows.models import ImportMapping

USUAL = "habituelle"


class UnknownMapping(Exception):
    """No mapping of this name for this sender; the message lists those that exist."""


def read_options(structure: Structure, options: Mapping[str, Any]) -> ReadOptions:
    """The headings that the sender used before help to find those of this file."""
    used = ImportMapping.objects.filter(structure=structure).values_list("columns", flat=True)
    headings = [heading for columns in used for heading in columns]
    return ReadOptions(known_headings=headings, **{name: value for name, value in options.items() if value})


def named_mapping(structure: Structure, name: str) -> dict[str, str]:
    known = {mapping.name: mapping for mapping in ImportMapping.objects.filter(structure=structure)}
    if name not in known:
        names = ", ".join(sorted(known)) or "aucune"
        raise UnknownMapping(f"Correspondance inconnue : {name}. Correspondances de cet expéditeur : {names}.")
    return dict(known[name].columns)


def mapping_for(structure: Structure, headings: Iterable[str]) -> dict[str, str]:
    """The last one whose columns are all in this file, else what the headings suggest."""
    present = list(headings)
    for remembered in ImportMapping.objects.filter(structure=structure).order_by("-used_at"):
        fitted = fitted_mapping(remembered.columns, present)
        if set(fitted) <= set(present):
            return fitted
    return suggest_mapping(present)


def remember(structure: Structure, columns: Mapping[str, str], *, at: datetime) -> ImportMapping:
    """Keep the columns of a file that was imported; a file of another kind gets another name."""
    mine = ImportMapping.objects.filter(structure=structure)
    for known in mine:
        if known.columns == columns:
            known.used_at = at
            known.save(update_fields=["used_at"])
            return known
    number = mine.count() + 1
    return ImportMapping.objects.create(
        structure=structure,
        name=USUAL if number == 1 else f"{USUAL}-{number}",
        columns=dict(columns),
        used_at=at,
    )
