"""Deadlines start, are met, cancelled or missed. The only clock: acceptance and contact delays are deadlines too."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases import journal
from cases.actions.rules_in_force import once, read_rules, rules_from
from cases.actions.sharing import refresh_access_columns
from cases.calendar import DateRange
from cases.models import LOOK_AT_ONCE, Case, Deadline, DeadlineRule, Debt, Edition, JournalEntry, Milestone, Structure
from cases.models.deadlines import DeadlineQuerySet
from cases.queries import stops_of
from cases.refusals import Refusal
from cases.rules import pauses
from cases.rules.catalogue import (
    Around,
    CheckedDeadlineRule,
    Days,
    DeadlineCatalogue,
    Theme,
    compute_deadline,
    recount_deadline,
)
from cases.rules.catalogue_reading import read_rule, read_themes, reference_themes
from cases.rules.conditions import Value
from cases.rules.deadline_context import OF_A_LINE, read_context
from cases.rules.fact_order import load_fact_order
from cases.rules.pauses import DelayPauses, Stop
from cases.rules.tracks import DatedFact


class NoRule(Refusal):
    """No rule counts the delay that an act starts."""


def catalogue_in_force(*, on: date, territory: str, **only: Any) -> DeadlineCatalogue:
    """The deadline rules that apply on a day: all of them (read once within `rules_read_once`), or those that `only` (a
    filter) keeps."""
    if only:
        return _read_catalogue(on=on, territory=territory, **only)
    return once(("catalogue of delays", on, territory), lambda: _read_catalogue(on=on, territory=territory))


def _read_catalogue(*, on: date, territory: str, **only: Any) -> DeadlineCatalogue:
    edition, rules = read_rules(on=on, territory=territory, **only)
    return DeadlineCatalogue(
        milestones=edition.parameters["milestones"],
        actors=edition.parameters["actors"],
        rules=tuple(rule for _, rule in rules),
        themes=themes_of(edition),
    )


def facts_with_term(*, on: date, territory: str) -> frozenset[str]:
    """The dated facts that pause a delay until the day that their letter sets: that day is asked with them."""
    rules = read_rules(on=on, territory=territory, condition__pause_has_term=True)[1]
    return frozenset(code for _, rule in rules for code in rule.paused_by)


def facts_that_may_recur(*, on: date, territory: str) -> frozenset[str]:
    """Those of which each day counts: a delay begins again with each, or stands still until the day that each letter sets."""
    rules = read_rules(on=on, territory=territory, condition__restarted_by__isnull=False)[1]
    restarts = frozenset(code for _, rule in rules for code in rule.restarted_by)
    return restarts | facts_with_term(on=on, territory=territory)


def themes_of(edition: Edition) -> tuple[Theme, ...]:
    """How its delays are grouped for those who look for one; those of the reference file, if it was published before
    there were themes."""
    rows = edition.parameters.get("themes")
    return reference_themes() if rows is None else read_themes(rows)


def start(
    *,
    case: Case,
    fact: str,
    on: date,
    structure: Structure,
    context: Mapping[str, Value],
    debt: Debt | None = None,
    rules_of: date | None = None,
    **only: Any,
) -> list[Deadline]:
    """Start every deadline that a dated fact begins, of the whole case or of one `debt`. Dates are Paris days;
    `structure` is the one that must act. The edition is that of the day of the fact, or of `rules_of`.

    A rule whose condition is not certain to hold starts nothing: only what is known binds someone. `only` (a filter)
    leaves rules out.
    """
    started = _count(
        case=case, fact=fact, on=on, structure=structure, context=context, debt=debt, rules_of=rules_of, **only
    )
    if started:
        Deadline.objects.bulk_create(started)
        refresh_access_columns(case)
    return started


def _count(
    *,
    case: Case,
    fact: str,
    on: date,
    structure: Structure,
    context: Mapping[str, Value],
    debt: Debt | None,
    rules_of: date | None = None,
    **only: Any,
) -> list[Deadline]:
    """Those that `start` starts, not saved."""
    day, territory = rules_of or on, case.territory
    if only:
        rules = read_rules(on=day, territory=territory, closed=structure, start=fact, **only)[1]
    else:
        rules = rules_from(fact, on=day, territory=territory, closed=structure)
    facts = stops_of(case, debt) if any(rule.paused_by or rule.restarted_by for _, rule in rules) else []
    counted = []
    for row, rule in rules:
        stopped, restarts = _compute_suspension(rule, facts, start=on), _restart_days(rule, facts)
        computed = compute_deadline(
            rule, start=on, context=context, closures=row.closed, pauses=stopped.pauses, restarts=restarts
        )
        if computed.applies and computed.legal_date and computed.safe_date:
            deadline = Deadline(
                case=case,
                debt=debt,
                rule=row,
                structure=structure,
                started_on=on,
                legal_date=computed.legal_date,
                safe_date=computed.safe_date,
                steps=list(computed.steps),
                restarts=[day.isoformat() for day in restarts],
                context={name: value for name, value in context.items() if name in OF_A_LINE},
            )
            _apply_suspension(deadline, stopped)
            counted.append(deadline)
    return counted


def start_promised_deadline(
    *, case: Case, rule: str, legal_date: date, safe_date: date, on: date, structure: Structure, told: str
) -> Deadline:
    """The person was told by when somebody will call: it is a deadline of its own, by the rule of the edition in force
    that gave the day. Later facts may add nearer ones; none moves it. `told`: how she was told, in French."""
    [(row, _)] = read_rules(on=on, territory=case.territory, code=rule)[1]
    deadline = Deadline.objects.create(
        case=case,
        rule=row,
        structure=structure,
        started_on=on,
        legal_date=legal_date,
        safe_date=safe_date,
        steps=[told],
        is_promised=True,
    )
    refresh_access_columns(case)
    return deadline


def keep_promises(case: Case, *, at: datetime) -> None:
    """Somebody of the service has spoken to the person, or set a day with her: what she was told was kept."""
    meet(Deadline.objects.promised().filter(case=case), at=at)


def known_of(case: Case, debt: Debt | None) -> dict[str, Value]:
    """What was last said of a debt when one of its deadlines began: its benefit, its operator, its court."""
    said = Deadline.objects.filter(case=case, debt=debt).exclude(context={}).order_by("-pk")
    return read_context(said.values_list("context", flat=True).first() or {})


def known_of_case(case: Case) -> dict[str, Any]:
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


def count_last_day(*, fact: str, on: date, territory: str) -> tuple[DeadlineRule, date, list[str]]:
    """For what is of no case: the rule that counts from a dated fact, the last day it gives, and how. Nothing is kept.

    Refuses (`NoRule`) when the edition in force has no rule that is certain to count from this fact.
    """
    for row, rule in read_rules(on=on, territory=territory, start=fact)[1]:
        computed = compute_deadline(rule, start=on, context={})
        if computed.applies and computed.legal_date:
            return row, computed.legal_date, list(computed.steps)
    raise NoRule("Aucune règle de délai ne compte à partir de ce fait : prévenir le pilote, qui tient le catalogue.")


def apply_fact(
    *,
    case: Case,
    fact: str,
    on: date,
    structure: Structure,
    context: Mapping[str, Value],
    at: datetime,
    debt: Debt | None = None,
) -> list[Deadline]:
    """A dated fact is known: it meets the deadlines that waited for it, and starts those that count from it."""
    meet(Deadline.objects.waiting().of_case(case, debt).filter(rule__condition__until__contains=fact), at=at)
    return start(case=case, fact=fact, on=on, structure=structure, context=context, debt=debt)


def start_again(
    *,
    case: Case,
    fact: str,
    on: date,
    structure: Structure,
    context: Mapping[str, Value],
    at: datetime,
    facts: Iterable[DatedFact],
    since: date,
    debt: Debt | None = None,
    **only: Any,
) -> list[Deadline]:
    """The day of a fact, or what its delays depend on, may have changed: they are counted anew. What has the same last day stays,
    with what was said of it. `facts`, `since`: as `meet_by`, which is to be asked next; what they do not answer runs again.
    Returns those that had been missed, and were not."""
    counted = _count(case=case, fact=fact, on=on, structure=structure, context=context, debt=debt, **only)
    of_fact = Deadline.objects.filter(
        case=case, debt=debt, rule__start=fact, **{f"rule__{name}": value for name, value in only.items()}
    )
    standing = list(
        of_fact.exclude(state=Deadline.State.CANCELLED).select_related("case", "rule", "debt").order_by("-pk")
    )
    kept: list[tuple[Deadline, Deadline]] = []
    new: list[Deadline] = []
    for deadline in counted:
        same = next((each for each in standing if _has_same_last_day(each, deadline)), None)
        if same:
            kept.append((same, deadline))
        else:
            new.append(deadline)
    is_changed = _keep_counting(kept, facts=list(facts), since=since)
    as_before = {same.pk for same, _ in kept}
    wrongly = _replace([each for each in standing if each.pk not in as_before], at=at)
    if new:
        Deadline.objects.bulk_create(new)
    if new or is_changed:
        refresh_access_columns(case)
    return wrongly


def _has_same_last_day(one: Deadline, other: Deadline) -> bool:
    """By the same rule, from the same day, with the same pauses."""
    names = ("rule_id", "started_on", "legal_date", "pauses", "paused_on", "restarts")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _keep_counting(kept: Iterable[tuple[Deadline, Deadline]], *, facts: Sequence[DatedFact], since: date) -> bool:
    """What its structure or its closures change is written on it; what had met it, and did not happen, meets it no more. What was
    missed was missed. Whether anything is written."""
    changed = []
    for deadline, counted in kept:
        if deadline.state == Deadline.State.MISSED:
            continue
        told = ("structure_id", "safe_date", "steps", "context")
        is_moved = any(getattr(deadline, name) != getattr(counted, name) for name in told)
        for name in told:
            setattr(deadline, name, getattr(counted, name))
        is_met = deadline.state == Deadline.State.MET
        is_met_no_more = is_met and not _is_answered(deadline, facts, since=since)
        if is_met_no_more:
            deadline.state, deadline.ended_at = counted.state, None
        if is_moved or is_met:
            deadline.remind_on = LOOK_AT_ONCE
            changed.append(deadline)
    Deadline.objects.bulk_update(
        changed, ["structure", "safe_date", "steps", "context", "state", "ended_at", "remind_on"]
    )
    return bool(changed)


def _replace(others: Sequence[Deadline], *, at: datetime) -> list[Deadline]:
    """What is counted no more: it has not to be done, was not missed, and of what was done nobody is reminded. Returns those that
    had been missed."""
    if waiting := [each.pk for each in others if each.state in Deadline.WAITING]:
        cancel(Deadline.objects.filter(pk__in=waiting), at=at)
    if met := [each.pk for each in others if each.state == Deadline.State.MET and each.remind_on]:
        _silence(Deadline.objects.filter(pk__in=met))
    missed = [each.pk for each in others if each.state == Deadline.State.MISSED]
    return _cancel_missed(Deadline.objects.filter(pk__in=missed), at=at) if missed else []


def take_up_again(case: Case, *, closed_at: datetime, on: date, debt: Debt | None = None) -> None:
    """The case that was closed at that moment, or a line of it, is open again: the delays of its dated facts that waited then run,
    or stand still, as before. Those that ended meanwhile were nobody’s to keep, but where the law gives silence a meaning: that fact is born on its
    day. Those of steps begin anew with their steps."""
    stopped = Deadline.objects.filter(
        _counts_from_a_fact(case), case=case, state=Deadline.State.CANCELLED, ended_at=closed_at
    )
    if debt:
        stopped = stopped.filter(debt=debt)
    has_meaning = Q(rule__condition__silence__isnull=False)
    stopped = stopped.filter(Q(legal_date__gte=on) | Q(paused_on__isnull=False) | has_meaning)
    stopped.filter(paused_on=None).update(state=Deadline.State.RUNNING, ended_at=None)
    stopped.exclude(paused_on=None).update(state=Deadline.State.PAUSED, ended_at=None)
    Deadline.objects.reminded_of(on).filter(case=case).update(remind_on=LOOK_AT_ONCE)
    keep_with_case(case)


def held_by(structure: Structure, case: Case) -> DeadlineQuerySet:
    """The delays of its dated facts that a structure keeps as the one that answers for the case: they wait, or are spoken of
    still. Those of a step are of whoever has the step."""
    is_spoken_of = Q(state=Deadline.State.MET, remind_on__isnull=False)
    kept = Deadline.objects.filter(Q(state__in=Deadline.WAITING) | is_spoken_of, _counts_from_a_fact(case))
    return kept.filter(case=case, structure=structure, is_promised=False)


def hand_over(case: Case, *, before: Structure, to: Structure) -> None:
    """Another structure answers for the case: the delays of its dated facts are its own, around its own closures."""
    handed = list(held_by(before, case).select_related("rule__edition"))
    if not handed:
        return
    closed = [list(each.closures.values_list("first_day", "last_day")) for each in (before, to)]
    waiting = [each for each in handed if each.state in Deadline.WAITING]
    count_closures_again(waiting, before=closed[0], after=closed[1])
    for deadline in handed:
        deadline.structure, deadline.remind_on = to, LOOK_AT_ONCE
    Deadline.objects.bulk_update(handed, ["structure", "legal_date", "safe_date", "steps", "remind_on"])
    refresh_access_columns(case)


def find_strayed() -> DeadlineQuerySet:
    """The delays of dated facts that wait, of any case, and that are not of who answers for it: they had ended when it changed
    hands, or had waited since before they went with it (until 0.3)."""
    kept = Deadline.objects.waiting().filter(_counts_from_a_fact(OuterRef("case")), is_promised=False)
    return kept.exclude(structure=F("case__responsible_structure"))


def keep_with_case(case: Case) -> None:
    """Whoever answers for it has all the delays of its dated facts that wait, those that were taken up again too."""
    strayed = find_strayed().filter(case=case).order_by()
    for former in Structure.objects.filter(pk__in=strayed.values("structure")).order_by("pk"):
        hand_over(case, before=former, to=case.responsible_structure)


def count_closures_again(
    found: Iterable[Deadline], *, before: Iterable[DateRange], after: Iterable[DateRange]
) -> list[Deadline]:
    """Those that other closed days of their structure move. Nothing is written."""
    before, after = tuple(before), tuple(after)
    rules: dict[int, CheckedDeadlineRule] = {}
    moved = []
    for deadline in found:
        known = Days(legal_date=deadline.legal_date, safe_date=deadline.safe_date, steps=tuple(deadline.steps))
        if deadline.rule_id not in rules:
            rules[deadline.rule_id] = read_deadline(deadline)
        again = recount_deadline(
            rules[deadline.rule_id],
            known,
            start=deadline.started_on,
            before=Around(closures=before, pauses=deadline.known_pauses, restarts=deadline.known_restarts),
            after=Around(closures=after, pauses=deadline.known_pauses, restarts=deadline.known_restarts),
        )
        if again:
            deadline.legal_date, deadline.safe_date = again.legal_date, again.safe_date
            deadline.steps, deadline.remind_on = list(again.steps), LOOK_AT_ONCE
            moved.append(deadline)
    return moved


def _counts_from_a_fact(case: Case | OuterRef) -> Exists:
    """Of its delays: does it count from a dated fact that is known, and not from a step?"""
    same = {"kind": OuterRef("rule__start"), "happened_on": OuterRef("started_on")}
    return Exists(
        Milestone.objects.filter(Q(debt=OuterRef("debt")) | Q(debt=None), case=case, replaced_by=None, **same)
    )


def meet_by(
    facts: Iterable[DatedFact],
    *,
    case: Case,
    since: date,
    at: datetime,
    debt: Debt | None = None,
    implied: Iterable[DatedFact] = (),
) -> list[Deadline]:
    """Meet the deadlines that these facts answer, in whichever order they came to be known.

    `since`: the day after which facts count for what precedes an event; older ones are of an earlier procedure.
    `implied`: those that silence made; they answer nothing that was missed. Returns those that had been missed, although
    they had been answered in time: it was only not known.
    """
    # The lateness of a step is its own; the last day of a fact may have been kept, whichever steps were dated by it.
    missed = Q(_counts_from_a_fact(case), state=Deadline.State.MISSED)
    concerned = Deadline.objects.of_case(case, debt).filter(Q(state__in=Deadline.WAITING) | missed)
    known = set(facts)
    said = known - set(implied)
    met, late = [], []
    for deadline in concerned.select_related("case", "rule", "debt"):
        is_missed = deadline.state == Deadline.State.MISSED
        if _is_answered(deadline, said if is_missed else known, since=since):
            met.append(deadline)
            late += [deadline] if is_missed else []
    if met:
        meet(Deadline.objects.filter(pk__in=[each.pk for each in met]), at=at)
        Deadline.objects.filter(pk__in=[each.pk for each in late]).update(state=Deadline.State.MET)
    return late


def retract_fact(*, case: Case, debt: Debt | None, fact: str, at: datetime) -> list[Deadline]:
    """It did not happen: what was missed counting from it was not. Returns them."""
    missed = Deadline.objects.filter(case=case, debt=debt, rule__start=fact, state=Deadline.State.MISSED)
    return _cancel_missed(missed, at=at)


def silence_met(*, case: Case, debt: Debt | None, fact: str) -> None:
    """What the fact announced will not be: nobody is reminded of it any more (`even_when_met`)."""
    _silence(Deadline.objects.filter(case=case, debt=debt, rule__start=fact, state=Deadline.State.MET))


def _silence(met: QuerySet[Deadline]) -> None:
    met.exclude(remind_on=None).update(remind_on=None)


def _cancel_missed(missed: DeadlineQuerySet, *, at: datetime) -> list[Deadline]:
    """Those that counted from a fact, whichever steps were dated by it. Returns them."""
    wrongly = list(missed.select_related("case", "rule", "debt"))
    if wrongly:
        pks = [each.pk for each in wrongly]
        Deadline.objects.filter(pk__in=pks).update(state=Deadline.State.CANCELLED, ended_at=at)
    return wrongly


def pause_or_resume(*, case: Case, fact: str, debt: Debt | None = None) -> list[Deadline]:
    """A fact that stops delays, lets them run or begin again, became known, was corrected or taken back: all that it
    concerns is paused and counted by the facts as they stand.

    Returns those that had been missed, and were not: they run or are paused again.
    """
    names = ("paused_by", "resumed_by", "restarted_by")
    concerns = reduce(or_, (Q(**{f"rule__condition__{name}__contains": fact}) for name in names))
    states = (*Deadline.WAITING, Deadline.State.MISSED)
    found = Deadline.objects.of_case(case, debt).filter(concerns, state__in=states)
    changed, revived = [], []
    for deadline in found.select_related("case", "rule__edition", "structure", "debt").order_by("pk"):
        was_missed = deadline.state == Deadline.State.MISSED
        if not _count_pauses(deadline):
            continue
        changed.append(deadline)
        revived += [deadline] if was_missed else []
    if changed:
        moved = [
            "state",
            "ended_at",
            "legal_date",
            "safe_date",
            "steps",
            "pauses",
            "paused_on",
            "restarts",
            "remind_on",
        ]
        Deadline.objects.bulk_update(changed, moved)
        refresh_access_columns(case)
    if revived:
        keep_with_case(case)
    return revived


def _count_pauses(deadline: Deadline) -> bool:
    """Pause it, or count it, by the facts that are known; whether that changed anything."""
    rule = read_deadline(deadline)
    closures = tuple(deadline.structure.closures.values_list("first_day", "last_day"))
    facts = stops_of(deadline.case, deadline.debt)
    stopped, restarts = _compute_suspension(rule, facts, start=deadline.started_on), _restart_days(rule, facts)
    known = Days(legal_date=deadline.legal_date, safe_date=deadline.safe_date, steps=tuple(deadline.steps))
    before = Around(closures=closures, pauses=deadline.known_pauses, restarts=deadline.known_restarts)
    after = Around(closures=closures, pauses=stopped.pauses, restarts=restarts)
    stood = (deadline.pauses, deadline.paused_on)
    found = recount_deadline(rule, known, start=deadline.started_on, before=before, after=after)
    if found:
        deadline.legal_date, deadline.safe_date, deadline.steps = found.legal_date, found.safe_date, list(found.steps)
    deadline.restarts = [day.isoformat() for day in restarts]
    _apply_suspension(deadline, stopped)
    if found is None and (deadline.pauses, deadline.paused_on) == stood:
        return False
    deadline.ended_at, deadline.remind_on = None, LOOK_AT_ONCE
    return True


def _apply_suspension(deadline: Deadline, stopped: DelayPauses) -> None:
    """It stands still if what stopped it came before its last day was over; what came later did not count."""
    stands = stopped.since is not None and stopped.since <= deadline.legal_date
    counted = (each for each in stopped.pauses if each.since <= deadline.legal_date)
    deadline.pauses = [[each.since.isoformat(), each.until.isoformat()] for each in counted]
    deadline.paused_on = stopped.since if stands else None
    deadline.state = Deadline.State.PAUSED if stands else Deadline.State.RUNNING


def _compute_suspension(rule: CheckedDeadlineRule, facts: Sequence[tuple[str, Stop]], *, start: date) -> DelayPauses:
    stops = [stop for kind, stop in facts if kind in rule.paused_by]
    return pauses.read_pauses(
        paused_by=[stop for stop in stops if stop.term] if rule.pause_has_term else [Stop(stop.on) for stop in stops],
        resumed_on=[stop.on for kind, stop in facts if kind in rule.resumed_by],
        start=start,
    )


def _restart_days(rule: CheckedDeadlineRule, facts: Iterable[tuple[str, Stop]]) -> tuple[date, ...]:
    return tuple(sorted({stop.on for kind, stop in facts if kind in rule.restarted_by}))


def _is_answering_fact(fact: DatedFact, deadline: Deadline, *, since: date) -> bool:
    """What is counted forward is answered from its start on; what is counted back from an event, until its day. What was
    missed was not, if it was answered by its last day."""
    if fact.kind not in deadline.rule.until:
        return False
    if deadline.state == Deadline.State.MISSED and fact.on > deadline.legal_date:
        return False
    if deadline.legal_date <= deadline.started_on:
        return since < fact.on <= deadline.started_on
    return fact.on >= deadline.started_on


def _is_answered(deadline: Deadline, facts: Iterable[DatedFact], *, since: date) -> bool:
    """Does one of these facts answer it? Not what was received, if it had left before, to answer another delay of the debt."""
    known = list(facts)
    answering = [fact for fact in known if _is_answering_fact(fact, deadline, since=since)]
    if not answering or deadline.debt_id is None:
        return bool(answering)
    left = {fact: _find_sending(fact, known, deadline) for fact in answering}
    if not all(left.values()):
        return True
    of_debt = Deadline.objects.of_case(deadline.case, deadline.debt).exclude(state=Deadline.State.CANCELLED)
    return not any(
        of_debt.filter(rule__condition__until__contains=sent.kind, started_on__lte=sent.on).exists()
        for sent in left.values()
        if sent
    )


def _find_sending(fact: DatedFact, known: Iterable[DatedFact], deadline: Deadline) -> DatedFact | None:
    """Of what was received: how it had left before a delay began that either answers."""
    asked = load_fact_order().comes_after.get(fact.kind, frozenset()) & {*deadline.rule.until}
    return next((each for each in known if each.kind in asked and each.on < deadline.started_on), None)


def meet(deadlines: QuerySet[Deadline], *, at: datetime) -> None:
    """What had to be done was done."""
    _end(deadlines, state=Deadline.State.MET, at=at)


def wait_again(deadlines: QuerySet[Deadline], *, case: int) -> None:
    """What met them did not happen: they run as they did, or stand still."""
    ended = Deadline.objects.filter(pk__in=list(deadlines.values_list("pk", flat=True)))
    for state, rows in ((Deadline.State.RUNNING, Q(paused_on=None)), (Deadline.State.PAUSED, ~Q(paused_on=None))):
        ended.filter(rows).update(state=state, ended_at=None, remind_on=LOOK_AT_ONCE)
    refresh_access_columns(case)


def cancel(deadlines: QuerySet[Deadline], *, at: datetime) -> None:
    """What had to be done no longer has to."""
    _end(deadlines, state=Deadline.State.CANCELLED, at=at)


def miss(deadline: Deadline, *, at: datetime, cause: JournalEntry | None = None) -> JournalEntry:
    """The last day is over. What it entails is the sweep’s. Where silence has a meaning, nobody is late: it is told so."""
    _end(Deadline.objects.filter(pk=deadline.pk), state=Deadline.State.MISSED, at=at)
    return journal.record(
        "deadline.unanswered" if deadline.rule.is_answered_by_silence else "deadline.missed",
        at=at,
        case=deadline.case,
        structure=deadline.structure,
        cause=cause,
        deadline=deadline.pk,
        rule=deadline.rule.code,
    )


def read_deadline(deadline: Deadline) -> CheckedDeadlineRule:
    """The rule that counted it, as its edition has it."""
    words = deadline.rule.edition.parameters
    return read_rule(deadline.rule.as_row(), milestones=words["milestones"], actors=words["actors"])


ENDED = """
UPDATE cases_deadline SET state = %s, ended_at = %s
WHERE id = ANY (ARRAY({found})) AND ended_at IS NULL RETURNING case_id
"""
"""What is found is read first, as a list: joined, an update reads both tables whole until PostgreSQL has statistics."""


def _end(deadlines: QuerySet[Deadline], *, state: str, at: datetime) -> None:
    """Found and ended in one statement."""
    try:
        found, of = deadlines.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(ENDED.format(found=found), [state, at, *of])
        ended = {case for (case,) in cursor.fetchall()}
    if ended:
        refresh_access_columns(*ended)
