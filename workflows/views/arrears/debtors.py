"""Who owes the rent of one dwelling, told apart: those who live there, and one who left, until when he answers for the debt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from cases.actions.lease_shares import say_percent
from cases.models import Case, DebtStatement, HouseholdMember, LeaseDeparture
from cases.rules.lease_shares import WHOLE, TenantShare, part_of, sum_parts
from cases.templatetags.relais import euros, short_date
from workflows.queries.account import departures_of, shares_of

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
    key: str = ""
    """His public number."""
    statement: DebtStatement | None = None
    """The last one of a debt that he answers for."""


@dataclass(frozen=True, kw_only=True)
class DebtorsPanel:
    people: list[ShownDebtor]
    is_open: bool
    """Somebody left, or the parts are told apart: it is read without being opened."""
    lacks: str = ""
    """What is missing of the parts."""


def debtors_panel(
    case: Case, *, members: Iterable[HouseholdMember], statements: Iterable[DebtStatement]
) -> DebtorsPanel | None:
    """None where one person alone may owe it. `members`: those who live there."""
    left, statements = departures_of(case), list(statements)
    last = max(statements, key=lambda each: each.as_of, default=None)
    gone = {str(each.beneficiary.public_id) for each in left}
    people = [
        ShownDebtor(
            name=each.beneficiary.full_name,
            url=reverse("person", args=[case.public_id, each.beneficiary.public_id]),
            words=WORDS[Position(each.position)],
            is_to_be_verified=each.position == Position.SPOUSE,
            key=str(each.beneficiary.public_id),
            statement=last,
        )
        for each in members
        if each.position in WORDS and str(each.beneficiary.public_id) not in gone
    ]
    people += [_say_departed(case, each, statements) for each in left]
    if len(people) <= 1 and not left:
        return None
    shares = {key: share for key, share in shares_of(case).items() if key in {each.key for each in people}}
    if shares:
        people = [
            replace(each, words=each.words + _say_share(shares.get(each.key), each.statement)) for each in people
        ]
    return DebtorsPanel(people=people, is_open=bool(left or shares), lacks=_say_lacking(people, shares))


def _say_share(share: TenantShare | None, statement: DebtStatement | None) -> str:
    """As its paper says it. A part is of the last statement, before what each has paid since; nobody’s is guessed."""
    if share is None:
        return " ; sa part n’est pas notée : la demander"
    if share.percent is None:
        owed = euros(share.owed)
        return f" ; doit {owed} au {short_date(share.owed_on)} ({share.source})"
    said = f" ; sa part : {say_percent(share.percent)} %"
    if statement:
        said += f", soit {euros(part_of(statement.balance, share.percent))} de {euros(statement.balance)} au"
        said += f" {short_date(statement.as_of)}"
    return f"{said} ({share.source})"


def _say_lacking(people: Sequence[ShownDebtor], shares: Mapping[str, TenantShare]) -> str:
    if len(shares) < len(people) or any(share.percent is None for share in shares.values()):
        return ""
    whole = sum_parts(shares.values())
    return "" if whole == WHOLE else f"Les parts notées font {say_percent(whole)} % : relire le bail."


def _say_departed(case: Case, left: LeaseDeparture, statements: Sequence[DebtStatement]) -> ShownDebtor:
    answered = [each for each in statements if left.released_on is None or each.as_of < left.released_on]
    last = max(answered, key=lambda each: each.as_of, default=None)
    words = f"a quitté le logement le {short_date(left.left_on)} ; "
    if left.released_on is None:
        words += f"{left.rule.meanwhile}. Il manque la date : {left.rule.event}"
    else:
        words += f"les dettes nées à compter du {short_date(left.released_on)} ne sont pas à sa charge"
        if last:
            words += f" (dernier relevé avant ce jour : {euros(last.balance)} au {short_date(last.as_of)})"
    return ShownDebtor(
        name=left.beneficiary.full_name,
        url=reverse("person", args=[case.public_id, left.beneficiary.public_id]),
        words=words,
        is_to_be_verified=left.rule.is_to_be_verified,
        key=str(left.beneficiary.public_id),
        statement=last,
    )
