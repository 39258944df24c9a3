"""Mes bénéficiaires: the people whom a person follows."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from cases import permissions
from cases.models import Referent
from workflows.lists.base import Column, ColumnKind, Listing, Row, say_all, say_yes_or_no
from workflows.queries.referents import find_followed_people


class PeopleListing(Listing):
    code = "beneficiaires"
    title = "Mes bénéficiaires"
    address = "my_people"
    filters = ()
    order = ("beneficiary__name_key", "pk")
    rights = ("be_referent",)
    declared = (
        Column("Personne", width=28, reads=("person",), code="person"),
        Column("Structure", width=26, reads=("structure",), code="structure"),
        Column("Depuis le", ColumnKind.DATE, 12, reads=("since",), code="since"),
        Column("Dernier contact", ColumnKind.DATE, 16, reads=("last_contact",), code="last_contact"),
        Column("Prochaine date", ColumnKind.DATE, 16, reads=("next_date",), code="next_date"),
        Column("Coordinateur", width=13, reads=("coordinates",), say=say_yes_or_no, code="coordinates"),
        Column("Alertes", width=36, reads=("alerts",), say=say_all, code="alerts"),
    )

    def find_rows(self) -> QuerySet[Referent]:
        return permissions.followed_by(self.user, at=self.today).order_by()

    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        for line in find_followed_people(self.user, on=self.today):
            referent = line.referent
            of_referent = {"person": str(referent.beneficiary), "structure": referent.structure.name}
            yield {"pk": referent.pk, "since": referent.since, **of_referent, **vars(line)}
