"""Référents: what those of a structure carry."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from cases import permissions
from cases.models import User
from workflows.lists.base import Column, ColumnKind, Listing, Row, say_yes_or_no
from workflows.queries.referents import StructureReferents


class ReferentsListing(Listing):
    code = "referents"
    title = "Charge des référents"
    address = "referents"
    filters = ("structure",)
    order = ("last_name", "first_name", "pk")
    rights = ("view_backlog", "be_referent")
    of_structure = True
    declared = (
        Column("Référent", width=28, reads=("user",), say=str, code="user"),
        Column("Personnes suivies", ColumnKind.NUMBER, 16, reads=("people",), code="people"),
        Column("Coordinations", ColumnKind.NUMBER, 14, reads=("coordinations",), code="coordinations"),
        Column("Autres dossiers dont il est responsable", ColumnKind.NUMBER, 16, reads=("cases",), code="cases"),
        Column("Charge élevée", width=14, reads=("is_heavy",), say=say_yes_or_no),
        Column("Absence", width=36, reads=("away",), say=lambda away: str(away or ""), code="away"),
    )

    @property
    def is_allowed(self) -> bool:
        """As its page: managers, where members follow people."""
        structure = self.structure
        return structure is not None and all(structure.pk in self.held_rights.get(right, ()) for right in self.rights)

    def find_rows(self) -> QuerySet[User]:
        return permissions.colleagues_with_right(self.required_structure, "be_referent", at=self.today)

    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        carriers = StructureReferents(self.required_structure, on=self.today).carriers
        return [{"pk": each.user.pk, **vars(each), **vars(each.load)} for each in carriers]
