"""Deadlines start, are met, cancelled or missed. The only clock: acceptance and contact delays are deadlines too."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choice, QuerySet, When

from cases import journal
from cases.actions.sharing import refresh_access_columns
from cases.models import Case, Deadline, DeadlineRule, Edition, JournalEntry, Structure
from cases.rules.catalogue import Catalogue, Rule, Theme, compute, read_rule, read_themes, reference_themes
from cases.rules.conditions import Value
from cases.rules.tracks import Fact


class NoRule(Exception):
    """Refusal, in French, to be shown as it is."""


def edition_in_force(catalogue: str, *, on: date, territory: str = "grigny") -> Edition | None:
    """The published edition of a catalogue that applies on a day; before the first one, the first one."""
    return _in_force(catalogue, on=on, territory=territory).first()


def _in_force(catalogue: str, *, on: date, territory: str) -> QuerySet[Edition]:
    published = Edition.objects.filter(catalogue=catalogue, state=Edition.State.PUBLISHED, territory=territory)
    begun = Choice(When(effective_on__lte=on, then="effective_on"))
    return published.order_by(begun.desc(nulls_last=True), "effective_on")[:1]


def catalogue_in_force(*, on: date, territory: str = "grigny", **only: Any) -> Catalogue:
    """The deadline rules that apply on a day: all of them, or those that `only` (a filter) keeps."""
    edition, rules = _read_rules(on=on, territory=territory, **only)
    return Catalogue(
        milestones=edition.parameters["milestones"],
        actors=edition.parameters["actors"],
        rules=tuple(rule for _, rule in rules),
        themes=themes_of(edition),
    )


def themes_of(edition: Edition) -> tuple[Theme, ...]:
    """How its delays are grouped for those who look for one; those of the reference file, if it was published before
    there were themes."""
    rows = edition.parameters.get("themes")
    return reference_themes() if rows is None else read_themes(rows)


def start(
    *, case: Case, fact: str, on: date, structure: Structure, context: Mapping[str, Value], **only: Any
) -> list[Deadline]:
    """Start every deadline that a dated fact begins. Dates are Paris days; `structure` is the one that must act.

    A rule whose condition is not certain to hold starts nothing: only what is known binds someone. `only` (a filter)
    leaves rules out.
    """
    closures = list(structure.closures.values_list("first_day", "last_day"))
    started = []
    for row, rule in _read_rules(on=on, territory=case.territory, start=fact, **only)[1]:
        computed = compute(rule, start=on, context=context, closures=closures)
        if computed.applies and computed.legal_date and computed.safe_date:
            started.append(
                Deadline(
                    case=case,
                    rule=row,
                    structure=structure,
                    started_on=on,
                    legal_date=computed.legal_date,
                    safe_date=computed.safe_date,
                    steps=list(computed.steps),
                )
            )
    if started:
        Deadline.objects.bulk_create(started)
        refresh_access_columns(case)
    return started


def count(*, fact: str, on: date, territory: str = "grigny") -> tuple[DeadlineRule, date, list[str]]:
    """For what is of no case: the rule that counts from a dated fact, the last day it gives, and how. Nothing is kept.

    Refuses (`NoRule`) when the edition in force has no rule that is certain to count from this fact.
    """
    for row, rule in _read_rules(on=on, territory=territory, start=fact)[1]:
        computed = compute(rule, start=on, context={})
        if computed.applies and computed.legal_date:
            return row, computed.legal_date, list(computed.steps)
    raise NoRule("Aucune règle de délai ne compte à partir de ce fait : prévenir le pilote, qui tient le catalogue.")


def happened(
    *, case: Case, fact: str, on: date, structure: Structure, context: Mapping[str, Value], at: datetime
) -> list[Deadline]:
    """A dated fact is known: it meets the deadlines that waited for it, and starts those that count from it."""
    meet(Deadline.objects.running().filter(case=case, rule__condition__until__contains=fact), at=at)
    return start(case=case, fact=fact, on=on, structure=structure, context=context)


def start_again(
    *, case: Case, fact: str, on: date, structure: Structure, context: Mapping[str, Value], at: datetime, **only: Any
) -> None:
    """The day of a fact, or what its delays depend on, has changed: they are counted anew."""
    rules = {f"rule__{name}": value for name, value in only.items()}
    cancel(Deadline.objects.running().filter(case=case, rule__start=fact, **rules), at=at)
    start(case=case, fact=fact, on=on, structure=structure, context=context, **only)


def meet_by(facts: Iterable[Fact], *, case: Case, since: date, at: datetime) -> None:
    """Meet the running deadlines that these facts answer, in whichever order they came to be known.

    `since`: the day after which facts count for what precedes an event; older ones are of an earlier procedure.
    """
    running = Deadline.objects.running().filter(case=case).select_related("rule")
    known = list(facts)
    met = [deadline.pk for deadline in running if any(_answers(fact, deadline, since=since) for fact in known)]
    if met:
        meet(Deadline.objects.filter(pk__in=met), at=at)


def _answers(fact: Fact, deadline: Deadline, *, since: date) -> bool:
    """What is counted forward is answered from its start on; what is counted back from an event, until its day."""
    if fact.kind not in deadline.rule.until:
        return False
    if deadline.legal_date < deadline.started_on:
        return since < fact.on <= deadline.started_on
    return fact.on >= deadline.started_on


def meet(deadlines: QuerySet[Deadline], *, at: datetime) -> None:
    """What had to be done was done."""
    _end(deadlines, state=Deadline.State.MET, at=at)


def cancel(deadlines: QuerySet[Deadline], *, at: datetime) -> None:
    """What had to be done no longer has to."""
    _end(deadlines, state=Deadline.State.CANCELLED, at=at)


def miss(deadline: Deadline, *, at: datetime) -> JournalEntry:
    """The last day is over. What it entails is the sweep’s."""
    _end(Deadline.objects.filter(pk=deadline.pk), state=Deadline.State.MISSED, at=at)
    return journal.record(
        "deadline.missed",
        at=at,
        case=deadline.case,
        structure=deadline.structure,
        deadline=deadline.pk,
        rule=deadline.rule.code,
    )


def _read_rules(*, on: date, territory: str, **only: Any) -> tuple[Edition, list[tuple[DeadlineRule, Rule]]]:
    """One query, unless no rule is kept."""
    in_force = _in_force(Edition.Catalogue.DEADLINES, on=on, territory=territory)
    rows = list(DeadlineRule.objects.filter(edition__in=in_force.values("pk"), **only).select_related("edition"))
    edition = rows[0].edition if rows else in_force.first()
    if edition is None:
        raise LookupError("no published edition of the deadline rules: run `manage.py migrate`")
    milestones, actors = edition.parameters["milestones"], edition.parameters["actors"]
    return edition, [(row, read_rule(row.as_row(), milestones=milestones, actors=actors)) for row in rows]


def _end(deadlines: QuerySet[Deadline], *, state: str, at: datetime) -> None:
    ended = dict(deadlines.values_list("pk", "case"))
    if ended:
        Deadline.objects.filter(pk__in=ended, ended_at=None).update(state=state, ended_at=at)
        refresh_access_columns(*set(ended.values()))
