"""Who owes the rent of one dwelling, told apart: those who live there, and one who left, until when he answers for the debt."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case, DebtStatement, HouseholdMember, LeaseDeparture
from cases.templatetags.relais import euros, short_date
from workflows.queries.account import departures_of

Position = HouseholdMember.Position
SPOUSE = (
    "conjoint, vit dans le logement : doit aussi le loyer s’il est marié ou pacsé (code civil, articles 220 et 515-4)"
)
WORDS = {
    Position.HOLDER: "vit dans le logement",
    Position.CO_HOLDER: "vit dans le logement",
    Position.SPOUSE: SPOUSE,
}
"""Who of a household owes its rent, or may."""


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
    """None where one person alone may owe it. `members`: those who live there."""
    left = departures_of(case)
    gone = {str(each.beneficiary.public_id) for each in left}
    people = [
        ShownDebtor(
            name=each.beneficiary.full_name,
            url=reverse("person", args=[case.public_id, each.beneficiary.public_id]),
            words=WORDS[Position(each.position)],
            is_to_be_verified=each.position == Position.SPOUSE,
        )
        for each in members
        if each.position in WORDS and str(each.beneficiary.public_id) not in gone
    ]
    people += [_say_departed(case, each, statements) for each in left]
    return DebtorsPanel(people=people, has_left=bool(left)) if len(people) > 1 or left else None


def _say_departed(case: Case, left: LeaseDeparture, statements: Iterable[DebtStatement]) -> ShownDebtor:
    words = f"a quitté le logement le {short_date(left.left_on)} ; "
    if left.released_on is None:
        words += f"{left.rule.meanwhile}. Il manque la date : {left.rule.event}"
    else:
        words += f"les dettes nées à compter du {short_date(left.released_on)} ne sont pas à sa charge"
        before = [each for each in statements if each.as_of < left.released_on]
        if before:
            last = max(before, key=lambda each: each.as_of)
            words += f" (dernier relevé avant ce jour : {euros(last.balance)} au {short_date(last.as_of)})"
    return ShownDebtor(
        name=left.beneficiary.full_name,
        url=reverse("person", args=[case.public_id, left.beneficiary.public_id]),
        words=words,
        is_to_be_verified=left.rule.is_to_be_verified,
    )
