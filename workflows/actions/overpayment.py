"""Ouvrir avec le courrier: a notice of overpayment opens a case, with a debt for each of its lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import case as cases, documents, notices, sharing, support
from cases.actions.lines import LawOfTheDay
from cases.actions.notices import NoticeReception
from cases.actions.rules_in_force import rules_read_once
from cases.models import (
    Case,
    CaseKind,
    DebtLine,
    Document,
    Household,
    LegalBasis,
    Milestone,
    Participation,
    Structure,
    User,
)
from cases.rules.notices import TypedLine, facts_told_by
from workflows import engine
from workflows.actions import completions, milestones
from workflows.flows.overpayment import OverpaymentFlow
from workflows.steps.contact import holder_of

ACTS = {
    "notice_received": "Notification de trop-perçu",
    "formal_notice_received": "Mise en demeure",
    "constraint_served": "Contrainte",
}
"""What the letter is, by the dated fact that it makes."""
NOTHING: Mapping[str, Any] = MappingProxyType({})
NOTIFICATION = "notification"
"""What the letter itself is among the papers of the case."""
PRESSING = frozenset({"constraint_served"})
"""Those that leave days: who opens acts at once, and is not replaced meanwhile."""


@transaction.atomic
@rules_read_once()
def open_with_notice(
    *,
    household: Household,
    operator: str,
    letter_date: date,
    received: NoticeReception,
    lines: Sequence[TypedLine],
    structure: Structure,
    by: User,
    at: datetime,
    act: str = "notice_received",
    file_number: str = "",
    routes_stated: str = "",
    informed_by: str = "",
    pages: Sequence[bytes] = (),
    facts: Mapping[str, object] = NOTHING,
) -> Case:
    """Open a case for a letter. Who opens answers for it until another structure accepts.

    1. The case, its notice and its lines: each is a debt, with the amount notified as its first statement.
    2. The letter is a dated fact of each line: its legal delays start, each with its own authority.
    3. What the lines say of the household, and the `facts` that were asked, are kept: routing reads them. Where others follow
       her unseen, what would replace a known fact waits for their agreement (docs/decisions/0030).
    4. If the person was told who follows her (`informed_by`: by which means), the whole case opens to who opens it.
    5. The procedure begins: check the letter, then route.

    `pages`: photos or a scan of the letter, kept among the pieces of the case. Refuses (`CannotRecordNotice`) what
    contradicts itself, and (`RefusedFile`) a page that may not be kept.
    """
    completions.lock_unseen_case(household, structure=structure, by=by, at=at)
    case = cases.open_case(kind=CaseKind.OVERPAYMENT, household=household, structure=structure, at=at, by=by)
    sharing.take_part(
        case=case,
        structure=structure,
        part=Participation.Part.LEAD,
        level="card",
        basis=LegalBasis.ON_REQUEST,
        at=at,
        by=by,
    )
    cases.assign_professional(case=case, user=by, structure=structure, at=at, by=by)
    notice, entry = notices.record_notice(
        case=case,
        operator=operator,
        letter_date=letter_date,
        received=received,
        lines=lines,
        file_number=file_number,
        routes_stated=routes_stated,
        structure=structure,
        by=by,
        at=at,
    )
    law = LawOfTheDay(on=localdate(at), territory=case.territory)
    for line in DebtLine.objects.filter(notice=notice).select_related("debt", "notice"):
        milestones.keep_milestone(
            case=case,
            debt=line.debt,
            kind=act,
            context=law.context_of(line),
            happened_on=notice.counted_from,
            known=_how_known(received),
            structure=structure,
            by=by,
            at=at,
            cause=entry,
        )
    for page in pages:
        documents.add(
            case=case,
            content=page,
            kind=Document.Kind.NOTIFICATION,
            paper=NOTIFICATION,
            received_on=received.on or localdate(at),
            visibility=Document.Visibility.SHARED,
            structure=structure,
            by=by,
            at=at,
            cause=entry,
        )
    completions.record_facts_for_own_case(
        household=household,
        facts={**facts_told_by(operator=operator, lines=lines), **facts},
        structure=structure,
        by=by,
        at=at,
        case=case,
        cause=entry,
    )
    if informed_by:
        person, today = holder_of(case), localdate(at)
        support.inform_person(
            case=case,
            person=person,
            structure=structure,
            by=by,
            means=informed_by,
            given_on=today,
            at=at,
            cause=entry,
        )
    if act in PRESSING:
        cases.make_urgent(case=case, structure=structure, at=at, by=by, cause=entry)
    engine.start(OverpaymentFlow, case=case, at=at, by=by, cause=entry, presses=act in PRESSING)
    engine.look_aside(case, by=by, at=at, cause=entry)
    return case


def _how_known(received: NoticeReception) -> str:
    if received.on is None:
        return Milestone.Known.UNKNOWN
    return Milestone.Known.PROVED if received.is_proved else Milestone.Known.DECLARED
