"""The first editions, loaded after migrate, never over a pilot’s own; what the procedures cannot run is refused."""

from typing import Any

from django.db import transaction

from cases import reference_data
from cases.actions import members
from cases.actions.deadlines import edition_in_force
from cases.models import Edition
from cases.reference_data import publish_first_edition
from cases.rules.reading import FaultyRules, read_toml
from workflows.models import RoutingRule
from workflows.routing.apply import known_structures
from workflows.routing.table import REFERENCES, read_table
from workflows.sweep import unknown_acts


@transaction.atomic
def load() -> None:
    """All or nothing: a faulty file leaves no edition behind.

    Refuses (`FaultyRules`, `FaultyRules`) a deadline rule whose act the sweep doesn’t know, and a routing row
    whose structures or contact delay don’t exist.
    """
    members.bring_rights_into_step()
    # Rows name structures and deadline rules: those come first.
    deadlines = reference_data.load()
    if deadlines:
        check_deadlines(deadlines)
    for reference in REFERENCES:
        _load_routing(read_toml(reference))


def _load_routing(data: dict[str, Any]) -> None:
    edition = publish_first_edition(data["edition"], parameters=data["parameters"])
    if edition is None:
        _complete_parameters(data)
    else:
        check_routing(data)
        RoutingRule.objects.bulk_create(
            RoutingRule(edition=edition, position=position, code=row["code"], title=row["title"], content=row)
            for position, row in enumerate(data["rows"], start=1)
        )


def _complete_parameters(data: dict[str, Any]) -> None:
    """A parameter that a release brings joins the first edition, as long as nobody has published another."""
    editions = list(Edition.objects.filter(catalogue=data["edition"]["catalogue"])[:2])
    missing = {name: value for name, value in data["parameters"].items() if name not in editions[0].parameters}
    if len(editions) == 1 and missing:
        editions[0].parameters |= missing
        editions[0].save(update_fields=["parameters"])


def check_deadlines(edition: Edition) -> None:
    faults = unknown_acts(edition.deadline_rules.values_list("code", "act"))
    if faults:
        raise FaultyRules(faults)


def check_routing(data: dict[str, Any]) -> None:
    deadlines = edition_in_force(Edition.Catalogue.DEADLINES, on=data["edition"]["effective_on"])
    codes = deadlines.deadline_rules.values_list("code", flat=True) if deadlines else []
    read_table(data, structures=known_structures(), contact_rules=frozenset(codes))
