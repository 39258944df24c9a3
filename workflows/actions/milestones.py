"""A dated fact of the case (order to pay, summons, hearing…) is recorded: stage and deadlines follow."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import deadlines, milestones as cases, tenancies
from cases.actions.diagnosis import last_finished
from cases.actions.lines import LawOfTheDay, facts_of
from cases.actions.milestones import current_milestone, find_fact_of_silence, find_of_day
from cases.actions.rules_in_force import edition_in_force
from cases.locks import lock_case
from cases.models import (
    Case,
    Deadline,
    DeadlineRule,
    Debt,
    DebtLine,
    Edition,
    JournalEntry,
    Milestone,
    Structure,
    User,
)
from cases.queries import court_position, line_facts
from cases.refusals import NotAllowed, Refusal
from cases.rules.conditions import Value
from cases.rules.deadline_context import read_context
from cases.rules.debt_lines import load_machine
from cases.rules.tracks import DatedFact, TrackPosition
from workflows.actions import tracks
from workflows.actions.dating import refuse_day
from workflows.actions.fact_groups import group_facts
from workflows.actions.tracks import court_track
from workflows.models import CaseTask
from workflows.steps.base import retake_deadlines

Answers = tuple[list[DatedFact], date]
"""The facts that may meet delays, and the day since which they count."""
OF_THE_PROCEDURE = frozenset(
    {
        "qualification_asked", "qualified", "answer_asked", "answered", "arbitration_asked", "arbitrated", "accepted",
        "data_received",
        "contact_asked", "contacted", "person_informed", "diagnosis_asked", "diagnosed", "actions_asked",
        "actions_planned", "landlord_asked", "landlord_answered", "instalment_due", "plan_checked", "closed",
        "question_asked", "question_answered", "sharing_asked", "sharing_answered", "subject_asked", "subject_told_longer", "subject_answered",
    }
)  # fmt: skip
"""Facts that steps make happen. Nobody types them."""


def words_of_milestones(case: Case, *, on: date) -> dict[str, str]:
    """Code → French words of every dated fact that the edition in force knows for a case of this kind."""
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=on, territory=case.territory)
    if edition is None:
        return {}
    facts_of = edition.parameters.get("facts_of", {})
    elsewhere = {code for name, codes in facts_of.items() if not name.startswith(case.kind) for code in codes}
    return {code: text for code, text in edition.parameters["milestones"].items() if code not in elsewhere}


def recordable_kinds(case: Case, *, on: date) -> dict[str, list[tuple[str, str]]]:
    """Those that a person may record, under the headings by which one looks for them."""
    words = words_of_milestones(case, on=on)
    return group_facts({code: text for code, text in words.items() if code not in OF_THE_PROCEDURE})


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
    debt: Debt | None = None,
    term: date | None = None,
    context: Mapping[str, Value] | None = None,
    guarantor: bool | None = None,
    is_before_lease: bool = False,
    is_another: bool | None = None,
    cause: JournalEntry | None = None,
) -> Milestone:
    """Record a dated fact of the case, or of one `debt` of it, or correct its date; all that follows from it follows
    (see `keep_milestone`).

    Refuses (`NotAllowed`) who does not answer for the case, and (`Refusal`) a day on which the fact cannot have
    happened. The same fact twice changes nothing. `context`: what delays ask about this debt. `guarantor`: whether the
    lease has one, if that was asked on this occasion. `is_before_lease`: the lease was renewed since, it was said. `term`:
    the day that its letter sets. `is_another`: it happened once more, or its day is corrected; None when nobody was asked.
    """
    lock_case(case.pk)
    if not case.is_open or not may_record(by, case, at=at):
        raise NotAllowed
    refuse_day(case, DatedFact(kind, happened_on), debt=debt, is_before_lease=is_before_lease, on=localdate(at))
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
    return keep_milestone(
        case=case,
        kind=kind,
        happened_on=happened_on,
        debt=debt,
        term=term,
        context=context,
        known=known,
        structure=structure,
        by=by,
        at=at,
        cause=cause,
        anew=told,
        is_another=is_another,
    )


@transaction.atomic
def withdraw(*, case: Case, kind: str, by: User, at: datetime, debt: Debt | None = None) -> None:
    """Take back a fact recorded by mistake, or that will not happen: what it met runs again.

    Refuses (`NotAllowed`) who does not answer for the case, and (`Refusal`) a fact that is not known.
    """
    lock_case(case.pk)
    if not case.is_open or not may_record(by, case, at=at):
        raise NotAllowed
    milestone = current_milestone(case, kind, debt=debt)
    if milestone is None:
        raise Refusal("Ce fait n’est plus dans le dossier : il a été retiré entre-temps.")
    take_back(milestone=milestone, structure=case.responsible_structure, by=by, at=at)


@transaction.atomic
def keep_milestone(
    *,
    case: Case,
    kind: str,
    happened_on: date,
    debt: Debt | None = None,
    context: Mapping[str, Value] | None = None,
    known: str = Milestone.Known.DECLARED,
    term: date | None = None,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    anew: bool = False,
    is_another: bool | None = None,
) -> Milestone:
    """Keep a dated fact, whoever told it, with all that follows: what it makes pointless is taken back, delays start,
    are met, paused or start again, and the case moves (see `tracks.draw_consequences`). `anew`: even if the fact itself is not new.
    `is_another`: as `record`.

    A fact of one `debt` concerns its delays alone; one of the whole case starts delays of the case, and meets or pauses
    those of its debts too.
    """
    before = court_position(case, on=localdate(at))
    milestone, entry = cases.save_milestone(
        case=case,
        kind=kind,
        happened_on=happened_on,
        debt=debt,
        known=known,
        term=term,
        is_another=_happened_again(case, kind, happened_on, debt=debt) if is_another is None else is_another,
        structure=None if known == Milestone.Known.IMPLIED else structure,
        by=by,
        at=at,
        cause=cause,
    )
    if entry is None and not anew:
        return milestone
    for pointless in _called_off(case, kind):
        cases.take_back(milestone=pointless, structure=structure, by=by, at=at, cause=entry)
        _cancel_delays(case, pointless.kind, debt=pointless.debt, at=at)
    _count_delays(case, kind, debt=debt, context=context, at=at, cause=entry or cause)
    _follow_judgment(case, kind, before=before, at=at, cause=entry or cause)
    tracks.draw_consequences(case=case, before=before, structure=structure, by=by, at=at, cause=entry or cause)
    return milestone


@transaction.atomic
def take_back(
    *,
    milestone: Milestone,
    structure: Structure | None,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> None:
    case, debt = milestone.case, milestone.debt
    before = court_position(case, on=localdate(at))
    entry = cases.take_back(milestone=milestone, structure=structure, by=by, at=at, cause=cause)
    _cancel_delays(case, milestone.kind, debt=debt, at=at)
    _count_delays(case, milestone.kind, debt=debt, at=at, cause=entry)
    _follow_judgment(case, milestone.kind, before=before, at=at, cause=entry)
    follows = structure or case.responsible_structure
    tracks.draw_consequences(case=case, before=before, structure=follows, by=by, at=at, cause=entry)


@transaction.atomic
def fall_silent(deadline: Deadline, *, at: datetime, cause: JournalEntry) -> Milestone | None:
    """Nobody answered in time, and the law gives silence a meaning: the fact that it gives birth to is kept, on the last
    day of the delay. Delays count from it, and people are told what is left to do.

    None when the fact is known already. An answer that becomes known later, and came in time, undoes it (see `_count_delays`).
    """
    kind = deadline.rule.silence
    known = current_milestone(deadline.case, kind, debt=deadline.debt)
    if known and known.happened_on >= deadline.started_on:
        return None
    return keep_milestone(
        case=deadline.case,
        kind=kind,
        happened_on=deadline.legal_date,
        debt=deadline.debt,
        context=read_context(deadline.context),
        known=Milestone.Known.IMPLIED,
        structure=deadline.structure,
        by=None,
        at=at,
        cause=cause,
    )


@transaction.atomic
def count_again(
    case: Case,
    kinds: Iterable[str],
    *,
    before: TrackPosition,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry,
) -> None:
    """Facts of these kinds were changed otherwise: an import was undone. `before`: where the case stood."""
    for kind in sorted(kinds):
        _cancel_delays(case, kind, debt=None, at=at)
        _count_delays(case, kind, debt=None, at=at, cause=cause)
    tracks.draw_consequences(case=case, before=before, structure=structure, by=by, at=at, cause=cause)


def _called_off(case: Case, kind: str) -> list[Milestone]:
    """What was still expected, and is not any more."""
    pointless = court_track().calls_off.get(kind, frozenset())
    found = Milestone.objects.filter(case=case, kind__in=pointless, replaced_by=None)
    return list(found.select_related("case", "debt"))


def find_said_before(case: Case, kind: str, day: date, *, debt: Debt | None, on: date) -> Milestone | None:
    """The fact as it is noted on another day than this one, where only who types it knows whether it is corrected or happened
    once more. `on`: whose rules are read."""
    known = current_milestone(case, kind, debt=debt)
    if known is None or find_of_day(case, kind, day, debt=debt):
        return None
    return known if kind in deadlines.facts_that_may_recur(on=on, territory=case.territory) else None


def _happened_again(case: Case, kind: str, on: date, *, debt: Debt | None) -> bool:
    """What paused a delay that ran again since, or the reverse, is no correction: delays may be paused several times. What its
    own letter stopped until a day was over by then."""
    current = current_milestone(case, kind, debt=debt)
    if current is None or on <= current.happened_on:
        return False
    if current.term and current.term <= on:
        return True
    pausing = Q(condition__paused_by__contains=kind) | Q(condition__resumed_by__contains=kind)
    opposites = {
        other
        for row in DeadlineRule.objects.filter(pausing).values_list("condition", flat=True)
        for other in (row["resumed_by"] if kind in row["paused_by"] else row["paused_by"])
    }
    if not opposites:
        return False
    between = (fact for fact in line_facts(case, debt) if current.happened_on <= fact.on <= on)
    return any(fact.kind in opposites for fact in between)


def _cancel_delays(case: Case, kind: str, *, debt: Debt | None, at: datetime) -> None:
    deadlines.cancel(Deadline.objects.waiting().filter(case=case, debt=debt, rule__start=kind), at=at)


def _count_delays(
    case: Case,
    kind: str,
    *,
    debt: Debt | None,
    at: datetime,
    cause: JournalEntry | None,
    context: Mapping[str, Value] | None = None,
) -> None:
    """Count again the delays that begin with this fact, those that it had met, and those that it pauses; then see which
    ones are met. What silence had given birth to is taken back when there was no silence."""
    facts, since = answers = _read_answers(case, debt, on=localdate(at))
    counted = _start_again(case, kind, debt=debt, context=context, at=at, answers=answers)
    undone = deadlines.retract_fact(case=case, debt=debt, fact=kind, at=at) if counted is None else counted
    for start, line in _starts_of_what_was_met(case, kind, debt=debt):
        read = answers if line == debt else None
        only = {"condition__until__contains": kind}
        undone += _start_again(case, start, debt=line, context=context, at=at, answers=read, **only) or []
    _follow_askings(case, debt, context=context, at=at)
    undone += deadlines.pause_or_resume(case=case, fact=kind, debt=debt)
    undone += deadlines.meet_by(
        facts,
        case=case,
        debt=debt,
        since=since,
        at=at,
        implied=_count_from_letter(line_facts(case, debt, known=Milestone.Known.IMPLIED), case, debt),
    )
    for deadline in undone:
        _undo_silence(deadline, at=at, cause=cause)
    for task in CaseTask.objects.open().of_case(case):
        retake_deadlines(task)


def _follow_judgment(
    case: Case, kind: str, *, before: TrackPosition, at: datetime, cause: JournalEntry | None
) -> None:
    """The judge has decided, or had not: the delays of a hearing to come end, or begin."""
    on = localdate(at)
    if kind not in court_track().judging_facts or court_position(case, on=on).is_judged == before.is_judged:
        return
    for fact in sorted(court_track().of_first_judge):
        known = current_milestone(case, fact)
        if known and known.happened_on >= on:
            _count_delays(case, fact, debt=None, at=at, cause=cause)


def _start_again(
    case: Case,
    fact: str,
    *,
    debt: Debt | None,
    context: Mapping[str, Value] | None,
    at: datetime,
    answers: Answers | None = None,
    **only: object,
) -> list[Deadline] | None:
    """As `deadlines.start_again`; None when it did not happen, or is not known any more."""
    known = current_milestone(case, fact, debt=debt)
    if known is None:
        return None
    if fact in court_track().of_first_judge and court_position(case, on=localdate(at)).is_judged:
        _cancel_delays(case, fact, debt=debt, at=at)
        deadlines.silence_met(case=case, debt=debt, fact=fact)
        return []
    said = context or deadlines.known_of(case, debt)
    facts, since = answers or _read_answers(case, debt, on=localdate(at))
    return deadlines.start_again(
        case=case,
        fact=fact,
        on=known.happened_on,
        structure=case.responsible_structure,
        context={**deadlines.known_of_case(case), **said},
        debt=debt,
        facts=facts,
        since=since,
        at=at,
        **only,
    )


def _follow_askings(case: Case, debt: Debt | None, *, context: Mapping[str, Value] | None, at: datetime) -> None:
    """What prolongs a delay of a debt does so only when it was asked in time: as that becomes known, or is corrected, its own
    delay ends or begins."""
    answering = load_machine().answering_facts
    found = Milestone.objects.filter(case=case, debt=debt, kind__in=answering, replaced_by=None) if debt else ()
    known = {each.kind: DatedFact(each.kind, each.happened_on) for each in found}
    line = DebtLine.objects.select_related("notice").filter(debt=debt).first() if known else None
    if line is None:
        return
    on = localdate(at)
    law = LawOfTheDay(on=on, territory=case.territory)
    without_effect = law.find_without_effect(line, facts_of([line])[line.debt_id])
    for kind, fact in sorted(known.items()):
        counted = Deadline.objects.filter(case=case, debt=debt, rule__start=kind, started_on=fact.on)
        if fact in without_effect:
            deadlines.cancel(counted.filter(state__in=Deadline.WAITING), at=at)
        elif not counted.exclude(state=Deadline.State.CANCELLED).exists():
            _start_again(case, kind, debt=debt, context=context, at=at)


def _starts_of_what_was_met(case: Case, kind: str, *, debt: Debt | None) -> list[tuple[str, Debt | None]]:
    met = Deadline.objects.of_case(case, debt).filter(state=Deadline.State.MET, rule__condition__until__contains=kind)
    found = {(each.rule.start, each.debt) for each in met.select_related("rule", "debt")}
    return sorted(found, key=lambda each: (each[0], each[1].pk if each[1] else 0))


def _undo_silence(deadline: Deadline, *, at: datetime, cause: JournalEntry | None) -> None:
    """There was an answer, or nothing to answer: what was counted from silence did not happen."""
    if implied := find_fact_of_silence(deadline):
        take_back(milestone=implied, structure=None, by=None, at=at, cause=cause)


def _read_answers(case: Case, debt: Debt | None, *, on: date) -> Answers:
    """The facts that may meet its delays, and the day since which they count. What was done about a letter before it came, since
    its debt was read on line, counts from the day of its letter (as `workflows.steps.line.keep_fact`)."""
    facts, since = tracks.read_procedure(case, debt, on=on)
    return [*_count_from_letter(facts, case, debt), *_diagnosis_facts(case)], since


def _count_from_letter(facts: list[DatedFact], case: Case, debt: Debt | None) -> list[DatedFact]:
    line = DebtLine.objects.select_related("notice").filter(debt=debt).first() if debt and facts else None
    first = line.notice.counted_from if line else date.min
    if all(fact.on >= first for fact in facts):
        return facts
    own = set(Milestone.objects.filter(case=case, debt=debt, replaced_by=None).values_list("kind", "happened_on"))
    return [DatedFact(fact.kind, max(fact.on, first)) if fact in own else fact for fact in facts]


def _diagnosis_facts(case: Case) -> list[DatedFact]:
    """A diagnosis made before a hearing was fixed serves at the hearing."""
    last = last_finished(case)
    return [DatedFact("diagnosed", last.made_on)] if last and last.made_on else []
