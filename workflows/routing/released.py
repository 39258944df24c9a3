"""The rows of the routing tables that a release, or the installation in files of its own, gives to a territory."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from cases.actions.reference_files import find_file, own_file
from cases.models import Structure
from cases.reference_data import packaged_structures
from cases.rules.reading import read_toml

Content = Mapping[str, Any]


def rows_for(territory: str, rows: Iterable[Content], *, is_own: bool) -> list[Content]:
    """Those that lead to somebody of that territory."""
    return rows_without(rows, _found_elsewhere(territory, is_own=is_own))


def released_contents(territory: str, reference: Path) -> list[Content]:
    return rows_for(territory, read_toml(find_file(reference))["rows"], is_own=own_file(reference) is not None)


def released_parameters(reference: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_toml(find_file(reference))["parameters"]
    return found


def _found_elsewhere(territory: str, *, is_own: bool) -> set[str]:
    """Codes and kinds of the structures of the other territories, that this one has not; and the codes that the product’s
    own table names (`is_own`: it is the installation’s), where the installation began with another city."""
    here, others = Structure.objects.filter(territory=territory), Structure.objects.exclude(territory=territory)
    kinds = set(others.values_list("kind", flat=True)) - set(here.values_list("kind", flat=True))
    codes = (
        set() if is_own else {row["code"] for row in packaged_structures()} - set(here.values_list("code", flat=True))
    )
    return {*others.values_list("code", flat=True), *kinds, *codes}


def rows_without(rows: Iterable[Content], elsewhere: Collection[str]) -> list[Content]:
    """Without the rows that lead to what only other territories have, nor those that would be informed there: for a second
    city, what remains sends to its pilot, who adds rows."""
    return [
        {
            **row,
            **({"supports": [code for code in row["supports"] if code not in elsewhere]} if "supports" in row else {}),
        }
        for row in rows
        if not set(row.get("lead", {}).values()) & set(elsewhere)
    ]
