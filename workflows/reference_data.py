"""The first edition of the routing table, loaded after migrate, never over a pilot’s own."""

from django.db import transaction

from cases import reference_data
from cases.reference_data import publish_first_edition, read
from workflows.models import RoutingRule
from workflows.routing.table import REFERENCE


@transaction.atomic
def load() -> None:
    # Rows name structures and deadline rules: those come first, whatever the order in which signals are sent.
    reference_data.load()
    data = read(REFERENCE)
    edition = publish_first_edition(data["edition"], parameters=data["parameters"])
    if edition:
        RoutingRule.objects.bulk_create(
            RoutingRule(edition=edition, position=position, code=row["code"], title=row["title"], content=row)
            for position, row in enumerate(data["rows"], start=1)
        )
