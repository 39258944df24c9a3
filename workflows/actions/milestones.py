"""A dated fact of the case (order to pay, summons, hearing…) is recorded: stage and deadlines follow."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import deadlines, milestones as cases, tenancies
from cases.actions.deadlines import edition_in_force
from cases.actions.diagnosis import last_finished
from cases.actions.milestones import current_milestone
from cases.models import Case, Deadline, Edition, JournalEntry, Milestone, Structure, User
from cases.queries import court_position, track_facts
from cases.rules.tracks import Fact, Position
from workflows import engine
from workflows.actions import tracks
from workflows.actions.tracks import court
from workflows.models import CaseTask
from workflows.steps.base import retake_deadlines

OF_THE_PROCEDURE = frozenset(
    {
        "qualification_asked", "qualified", "answer_asked", "answered", "arbitration_asked", "arbitrated", "accepted",
        "contact_asked", "contacted", "person_informed", "diagnosis_asked", "diagnosed", "actions_asked",
        "actions_planned", "landlord_asked", "landlord_answered", "instalment_due", "plan_checked", "closed",
        "sharing_asked", "sharing_answered", "subject_asked", "subject_told_longer", "subject_answered",
    }
)  # fmt: skip
"""Facts that steps make happen. Nobody types them."""

USUAL = (
    "order_to_pay_planned", "order_to_pay_served", "summons_served", "hearing", "payment_delays_granted",
    "lease_terminated", "order_to_leave_served", "police_requested", "debt_cleared", "procedure_dropped",
)  # fmt: skip
"""Those that one looks for first, in the order of the law."""

MAY_BE_TO_COME = frozenset({"hearing", "order_to_pay_planned"})


def words_of_milestones(case: Case, *, on: date) -> dict[str, str]:
    """Code → French words of every dated fact that the edition in force knows for a case of this kind."""
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=on, territory=case.territory)
    if edition is None:
        return {}
    facts_of = edition.parameters.get("facts_of", {})
    elsewhere = {code for kind, codes in facts_of.items() if kind != case.kind for code in codes}
    return {code: text for code, text in edition.parameters["milestones"].items() if code not in elsewhere}


def recordable(case: Case, *, on: date) -> dict[str, list[tuple[str, str]]]:
    """Those that a person may record, under two headings: the usual ones, then all others."""
    words = words_of_milestones(case, on=on)
    usual = [(code, words[code]) for code in USUAL if code in words]
    others = [(code, text) for code, text in words.items() if code not in OF_THE_PROCEDURE and code not in USUAL]
    return {"Procédure d’expulsion": usual, "Autres faits": others}


def may_record(user: User, case: Case, *, at: datetime) -> bool:
    """Professionals of the structure that answers for the case, and the pilot’s desk while it sees it."""
    held = permissions.rights(user, at=localdate(at))
    if case.responsible_structure_id in held.get("handle_case", ()):
        return True
    acting = permissions.acting_structure(user, case, at=localdate(at)) if held.get("pilot_action") else None
    return acting is not None and acting.pk in held["pilot_action"]


@transaction.atomic
def record(
    *,
    case: Case,
    kind: str,
    happened_on: date,
    known: str,
    by: User,
    at: datetime,
    guarantor: bool | None = None,
    cause: JournalEntry | None = None,
) -> Milestone:
    """Record a dated fact, or correct its date; all that follows from it follows (see `keep`).

    Refuses (`NotAllowed`) who does not answer for the case. The same fact twice changes nothing. `guarantor`: whether
    the lease has one, if that was asked on this occasion.
    """
    engine.lock(case)
    if not case.is_open or not may_record(by, case, at=at):
        raise engine.NotAllowed
    structure, tenancy = case.responsible_structure, case.tenancy
    told = tenancy is not None and guarantor is not None and tenancy.guarantor != guarantor
    if tenancy and told:
        tenancies.update_tenancy(
            tenancy=tenancy,
            changes={"guarantor": guarantor},
            at=at,
            by=by,
            structure=structure,
            case=case,
            cause=cause,
        )
    return keep(
        case=case,
        kind=kind,
        happened_on=happened_on,
        known=known,
        structure=structure,
        by=by,
        at=at,
        cause=cause,
        anew=told,
    )


@transaction.atomic
def withdraw(*, case: Case, kind: str, by: User, at: datetime) -> None:
    """Take back a fact recorded by mistake, or that will not happen: what it met runs again.

    Refuses (`NotAllowed`) who does not answer for the case, and (`Refused`) a fact that is not known.
    """
    engine.lock(case)
    if not case.is_open or not may_record(by, case, at=at):
        raise engine.NotAllowed
    milestone = current_milestone(case, kind)
    if milestone is None:
        raise engine.Refused("Ce fait n’est plus dans le dossier : il a été retiré entre-temps.")
    take_back(milestone=milestone, structure=case.responsible_structure, by=by, at=at)


@transaction.atomic
def keep(
    *,
    case: Case,
    kind: str,
    happened_on: date,
    known: str = Milestone.Known.DECLARED,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    anew: bool = False,
) -> Milestone:
    """Keep a dated fact, whoever told it, with all that follows: what it makes pointless is taken back, delays start,
    are met or start again, and the case moves (see `tracks.follow`). `anew`: even if the fact itself is not new."""
    before = court_position(case, on=localdate(at))
    milestone, entry = cases.keep(
        case=case, kind=kind, happened_on=happened_on, known=known, structure=structure, by=by, at=at, cause=cause
    )
    if entry is None and not anew:
        return milestone
    for pointless in _called_off(case, kind):
        cases.take_back(milestone=pointless, structure=structure, by=by, at=at, cause=entry)
        _cancel_delays(case, pointless.kind, at=at)
    _count(case, kind, at=at)
    tracks.follow(case=case, before=before, structure=structure, by=by, at=at, cause=entry or cause)
    return milestone


@transaction.atomic
def take_back(
    *,
    milestone: Milestone,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> None:
    case = milestone.case
    before = court_position(case, on=localdate(at))
    entry = cases.take_back(milestone=milestone, structure=structure, by=by, at=at, cause=cause)
    _cancel_delays(case, milestone.kind, at=at)
    _count(case, milestone.kind, at=at)
    tracks.follow(case=case, before=before, structure=structure, by=by, at=at, cause=entry)


@transaction.atomic
def count_again(
    case: Case,
    kinds: Iterable[str],
    *,
    before: Position,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry,
) -> None:
    """Facts of these kinds were changed otherwise: an import was undone. `before`: where the case stood."""
    for kind in sorted(kinds):
        _cancel_delays(case, kind, at=at)
        _count(case, kind, at=at)
    tracks.follow(case=case, before=before, structure=structure, by=by, at=at, cause=cause)


def _called_off(case: Case, kind: str) -> list[Milestone]:
    """What was still expected, and is not any more."""
    pointless = court().calls_off.get(kind, frozenset())
    return list(Milestone.objects.filter(case=case, kind__in=pointless, replaced_by=None).select_related("case"))


def _cancel_delays(case: Case, kind: str, *, at: datetime) -> None:
    deadlines.cancel(Deadline.objects.running().filter(case=case, rule__start=kind), at=at)


def _count(case: Case, kind: str, *, at: datetime) -> None:
    """Count again the delays that begin with this fact, and those that it had met; then see which ones are met."""
    facts = {fact.kind: fact for fact in track_facts(case)}
    structure, context = case.responsible_structure, _context(case)
    common: dict[str, Any] = {"case": case, "structure": structure, "context": context, "at": at}
    if kind in facts:
        deadlines.start_again(fact=kind, on=facts[kind].on, **common)
    for start in _starts_of_what_was_met(case, kind) & facts.keys():
        deadlines.start_again(fact=start, on=facts[start].on, **common, condition__until__contains=kind)
    since = court().last_end(facts.values(), on=localdate(at))
    deadlines.meet_by([*facts.values(), *_diagnosed(case)], case=case, since=since, at=at)
    for task in CaseTask.objects.open().of(case):
        retake_deadlines(task)


def _starts_of_what_was_met(case: Case, kind: str) -> set[str]:
    met = Deadline.objects.filter(case=case, state=Deadline.State.MET, rule__condition__until__contains=kind)
    return set(met.values_list("rule__start", flat=True))


def _diagnosed(case: Case) -> list[Fact]:
    """A diagnosis made before a hearing was fixed serves at the hearing."""
    last = last_finished(case)
    return [Fact("diagnosed", last.made_on)] if last and last.made_on else []


def _context(case: Case) -> dict[str, Any]:
    """What the conditions of legal delays ask about."""
    report, tenancy = case.reports.order_by("reported_on").first(), case.tenancy
    known = {
        "report_date": report and report.reported_on,
        "lease_date": tenancy and tenancy.lease_date,
        "direct_payment": tenancy and tenancy.direct_payment,
        "guarantor": tenancy and tenancy.guarantor,
        "urgent": case.is_urgent,
    }
    return {key: value for key, value in known.items() if value is not None}
