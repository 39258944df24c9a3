"""The first routing tables of a territory, never over a pilot’s own; what the procedures cannot run is refused."""

from typing import Any

from django.db import transaction

from cases import reference_data
from cases.actions import members
from cases.actions.reference_files import own_file
from cases.actions.rules_in_force import edition_in_force
from cases.models import Edition
from cases.reference_data import open_reference, publish_first_edition, register_publisher
from cases.rules.reading import FaultyRules
from workflows.models import RoutingRule
from workflows.routing.apply import known_structures
from workflows.routing.released import rows_for
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
        data = data | {"rows": rows_for(territory, data["rows"], is_own=is_own)}
        check_routing(data, territory)
        RoutingRule.objects.bulk_create(
            RoutingRule(edition=edition, position=position, code=row["code"], title=row["title"], content=row)
            for position, row in enumerate(data["rows"], start=1)
        )


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
