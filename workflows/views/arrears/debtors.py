"""Who owes the rent of one dwelling, told apart: those who live there, and one who left, until when he answers for the debt."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case, DebtStatement, HouseholdMember
from cases.templatetags.relais import euros, short_date
from workflows.queries.account import ReadDeparture, departures_of

OF_LEASE = (HouseholdMember.Position.HOLDER, HouseholdMember.Position.CO_HOLDER)


@dataclass(frozen=True, kw_only=True)
class ShownDebtor:
    name: str
    url: str
    words: str
    is_to_be_verified: bool = False


@dataclass(frozen=True, kw_only=True)
class DebtorsPanel:
    people: list[ShownDebtor]
    has_left: bool


def debtors_panel(
    case: Case, *, members: Iterable[HouseholdMember], statements: Iterable[DebtStatement]
) -> DebtorsPanel | None:
    """None where one person alone is on the lease. `members`: those who live there."""
    left = departures_of(case)
    gone = {each.person for each in left}
    stay = [each.beneficiary for each in members if each.position in OF_LEASE]
    people = [
        ShownDebtor(
            name=person.full_name,
            url=reverse("person", args=[case.public_id, person.public_id]),
            words="vit dans le logement",
        )
        for person in stay
        if str(person.public_id) not in gone
    ]
    people += [_say_departed(case, each, statements) for each in left]
    return DebtorsPanel(people=people, has_left=bool(left)) if len(people) > 1 or left else None


def _say_departed(case: Case, left: ReadDeparture, statements: Iterable[DebtStatement]) -> ShownDebtor:
    words = f"a quitté le logement le {short_date(left.left_on)} ; "
    if left.released_on is None:
        words += f"toute la dette peut lui être demandée. Il manque la date : {left.rule.event}"
    else:
        words += f"les dettes nées à compter du {short_date(left.released_on)} ne sont pas à sa charge"
        before = [each for each in statements if each.as_of < left.released_on]
        if before:
            last = max(before, key=lambda each: each.as_of)
            words += f" (dernier relevé avant ce jour : {euros(last.balance)} au {short_date(last.as_of)})"
    return ShownDebtor(
        name=left.name,
        url=reverse("person", args=[case.public_id, left.person]),
        words=words,
        is_to_be_verified=left.rule.is_to_be_verified,
    )
