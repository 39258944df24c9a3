"""Référents: what those of a structure carry."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from cases import permissions
from cases.models import User
from workflows.lists.base import Column, ColumnKind, Line, Listing, in_order
from workflows.queries.referents import StructureReferents


class ReferentsListing(Listing):
    code = "referents"
    title = "Charge des référents"
    address = "referents"
    filters = ("structure",)
    rights = ("view_backlog", "be_referent")
    of_structure = True

    @property
    def is_allowed(self) -> bool:
        """As its page: managers, where members follow people."""
        structure = self.structure
        return structure is not None and all(structure.pk in self.held_rights.get(right, ()) for right in self.rights)

    @property
    def unknown_filters(self) -> list[str]:
        return []

    def filter_words(self) -> dict[str, str]:
        return {}

    def find_rows(self) -> QuerySet[User]:
        return permissions.colleagues_with_right(self.required_structure, "be_referent", at=self.today)

    def find_ordered_rows(self) -> QuerySet[User]:
        return self.find_rows().order_by("last_name", "first_name", "pk")

    def columns(self) -> list[Column]:
        return [
            Column("Référent", width=28),
            Column("Personnes suivies", ColumnKind.NUMBER, 16),
            Column("Coordinations", ColumnKind.NUMBER, 14),
            Column("Autres dossiers", ColumnKind.NUMBER, 16),
            Column("Charge élevée", width=14),
            Column("Absence", width=36),
        ]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        carriers = StructureReferents(self.required_structure, on=self.today).carriers
        return in_order(
            {
                each.user.pk: [
                    str(each.user),
                    each.load.people,
                    each.load.coordinations,
                    each.load.cases,
                    "oui" if each.is_heavy else "non",
                    str(each.away or ""),
                ]
                for each in carriers
            },
            ids,
        )
