"""The first routing tables of a territory, never over a pilot’s own; what the procedures cannot run is refused."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from cases import reference_data
from cases.actions import members
from cases.actions.deadlines import edition_in_force
from cases.actions.reference_files import own_file
from cases.models import Edition, Structure
from cases.reference_data import (
    open_reference,
    packaged_structures,
    publish_first_edition,
    register_publisher,
)
from cases.rules.reading import FaultyRules
from workflows.models import RoutingRule
from workflows.routing.apply import known_structures
from workflows.routing.table import REFERENCES, read_table
from workflows.sweep import unknown_acts


@transaction.atomic
def load() -> None:
    """All or nothing, after each migrate: a faulty file leaves no edition behind."""
    members.bring_rights_into_step()
    reference_data.load()


@register_publisher(*(reference.name for reference in REFERENCES))
def publish_tables(territory: str) -> None:
    """Once the deadline rules are there, which rows name.

    Refuses (`FaultyRules`) a deadline rule whose act the sweep doesn’t know, and a routing row whose contact delay
    doesn’t exist.
    """
    deadlines = Edition.objects.filter(catalogue=Edition.Catalogue.DEADLINES, territory=territory).order_by("pk")
    if not Edition.objects.filter(catalogue=Edition.Catalogue.ROUTING_ARREARS, territory=territory).exists():
        check_deadlines(deadlines[0])
    for reference in REFERENCES:
        with open_reference(reference, parts=("edition", "parameters", "rows")) as data:
            _load_routing(data, territory, is_own=own_file(reference) is not None)


def _load_routing(data: dict[str, Any], territory: str, *, is_own: bool) -> None:
    edition = publish_first_edition(data["edition"], territory=territory, parameters=data["parameters"])
    if edition is None:
        _complete_parameters(data, territory)
    else:
        data = data | {"rows": rows_without(data["rows"], _found_elsewhere(territory, is_own=is_own))}
        check_routing(data, territory)
        RoutingRule.objects.bulk_create(
            RoutingRule(edition=edition, position=position, code=row["code"], title=row["title"], content=row)
            for position, row in enumerate(data["rows"], start=1)
        )


def _found_elsewhere(territory: str, *, is_own: bool) -> set[str]:
    """Codes and kinds of the structures of the other territories, that this one has not; and the codes that the product’s
    own table names (`is_own`: it is the installation’s), where the installation began with another city."""
    here, others = Structure.objects.filter(territory=territory), Structure.objects.exclude(territory=territory)
    kinds = set(others.values_list("kind", flat=True)) - set(here.values_list("kind", flat=True))
    codes = (
        set() if is_own else {row["code"] for row in packaged_structures()} - set(here.values_list("code", flat=True))
    )
    return {*others.values_list("code", flat=True), *kinds, *codes}


def rows_without(rows: list[dict[str, Any]], elsewhere: Collection[str]) -> list[dict[str, Any]]:
    """Without the rows that lead to what only other territories have, nor those that would be informed there: for a second
    city, what remains sends to its pilot, who adds rows."""
    return [
        row | ({"supports": [code for code in row["supports"] if code not in elsewhere]} if "supports" in row else {})
        for row in rows
        if not set(row.get("lead", {}).values()) & set(elsewhere)
    ]


def _complete_parameters(data: dict[str, Any], territory: str) -> None:
    """A parameter that a release brings joins the first edition, as long as nobody has published another."""
    own = Edition.objects.filter(catalogue=data["edition"]["catalogue"], territory=territory)
    editions = list(own[:2])
    missing = {name: value for name, value in data["parameters"].items() if name not in editions[0].parameters}
    if len(editions) == 1 and missing:
        editions[0].parameters |= missing
        editions[0].save(update_fields=["parameters"])


def check_deadlines(edition: Edition) -> None:
    faults = unknown_acts(edition.deadline_rules.values_list("code", "act"))
    if faults:
        raise FaultyRules(faults)


def check_routing(data: dict[str, Any], territory: str) -> None:
    day = data["edition"]["effective_on"]
    deadlines = edition_in_force(Edition.Catalogue.DEADLINES, on=day, territory=territory)
    codes = deadlines.deadline_rules.values_list("code", flat=True) if deadlines else []
    read_table(data, structures=known_structures(territory), contact_rules=frozenset(codes))
