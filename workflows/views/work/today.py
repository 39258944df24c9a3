"""The strip on top of À faire: what is at risk today and this week, each with its one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from cases import permissions
from cases.models import User
from workflows.queries.at_risk import CaseAtRisk, RiskKind, find_cases_at_risk
from workflows.queries.deadlines import READERS

UNNAMED = "Titulaire non renseigné"
KINDS = {RiskKind.ORDER: "Commandement de payer envisagé ce jour-là", RiskKind.HEARING: "Audience ce jour-là"}


@dataclass(frozen=True, kw_only=True)
class RiskLine:
    """What templates/inbox/today.html shows."""

    on: date
    person: str
    reference: str
    words: str
    case_url: str
    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class RiskStrip:
    lines: Sequence[RiskLine]
    more_url: str
    """Where the rest stands, if it is not all shown."""


def build_risk_strip(user: User, *, held: permissions.Rights, today: date) -> RiskStrip | None:
    """None for whoever sees no case, a landlord or a counter."""
    if not any(held.get(right) for right in READERS):
        return None
    found, has_more = find_cases_at_risk(user, today=today, held=held)
    lines = [build_risk_line(each) for each in found]
    return RiskStrip(lines=lines, more_url=reverse("deadlines") if has_more else "") if lines else None


def build_risk_line(each: CaseAtRisk) -> RiskLine:
    case_url = reverse("case", args=[each.case])
    return RiskLine(
        on=each.on,
        person=each.person or UNNAMED,
        reference=each.reference,
        words=KINDS.get(each.kind) or f"Dernier jour : {each.words[:1].lower()}{each.words[1:]}",
        case_url=case_url,
        label=each.step.verb if each.step else "Ouvrir le dossier",
        url=reverse("step", args=[each.case, each.task]) if each.step else case_url,
    )
