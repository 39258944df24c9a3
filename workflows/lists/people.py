"""Mes bénéficiaires: the people whom a person follows."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from cases import permissions
from cases.models import Referent
from workflows.lists.base import Column, ColumnKind, Line, Listing, in_order
from workflows.queries.referents import find_followed_people


class PeopleListing(Listing):
    code = "beneficiaires"
    title = "Mes bénéficiaires"
    address = "my_people"
    filters = ()
    rights = ("be_referent",)

    @property
    def unknown_filters(self) -> list[str]:
        return []

    def filter_words(self) -> dict[str, str]:
        return {}

    def find_rows(self) -> QuerySet[Referent]:
        return permissions.followed_by(self.user, at=self.today).order_by()

    def find_ordered_rows(self) -> QuerySet[Referent]:
        return self.find_rows().order_by("beneficiary__name_key", "pk")

    def columns(self) -> list[Column]:
        return [
            Column("Personne", width=28),
            Column("Structure", width=26),
            Column("Depuis le", ColumnKind.DATE, 12),
            Column("Dernier contact", ColumnKind.DATE, 16),
            Column("Prochaine date", ColumnKind.DATE, 16),
            Column("Coordinateur", width=13),
            Column("Alertes", width=36),
        ]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        found = {line.referent.pk: line for line in find_followed_people(self.user, on=self.today, limit=None)}
        return in_order(
            {
                pk: [
                    str(line.referent.beneficiary),
                    line.referent.structure.name,
                    line.referent.since,
                    line.last_contact,
                    line.next_date,
                    "oui" if line.coordinates else "non",
                    ", ".join(line.alerts),
                ]
                for pk, line in found.items()
            },
            ids,
        )
