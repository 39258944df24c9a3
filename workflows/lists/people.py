"""Mes bénéficiaires: the people whom a person follows."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from cases import permissions
from cases.models import Referent
from workflows.lists.base import Column, Kind, Line, Listing, in_order
from workflows.queries.referents import followed


class PeopleListing(Listing):
    code = "beneficiaires"
    title = "Mes bénéficiaires"
    address = "my_people"
    filters = ()
    rights = ("be_referent",)

    @property
    def unknown(self) -> list[str]:
        return []

    def words(self) -> dict[str, str]:
        return {}

    def found(self) -> QuerySet[Referent]:
        return permissions.followed_by(self.user, at=self.today).order_by()

    def ordered(self) -> QuerySet[Referent]:
        return self.found().order_by("beneficiary__name_key", "pk")

    def columns(self) -> list[Column]:
        return [
            Column("Personne", width=28),
            Column("Structure", width=26),
            Column("Depuis le", Kind.DATE, 12),
            Column("Dernier contact", Kind.DATE, 16),
            Column("Prochaine date", Kind.DATE, 16),
            Column("Coordinateur", width=13),
            Column("Alertes", width=36),
        ]

    def lines(self, ids: Sequence[int]) -> Iterator[Line]:
        found = {line.referent.pk: line for line in followed(self.user, on=self.today, limit=None)}
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
