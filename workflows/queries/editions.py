"""The editions of a catalogue, and what a draft of the deadline rules would change for the cases that run."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Subquery, Value

from cases import permissions
from cases.actions.editions import EditableCatalogue
from cases.actions.rules_in_force import edition_in_force
from cases.calendar import DateRange
from cases.models import Case, Deadline, Edition, Milestone, Structure, User
from cases.rules.catalogue import CheckedDeadlineRule, Computed, compute_deadline
from cases.rules.conditions import Value as Answer
from cases.rules.editions import Finding
from cases.rules.procedures import PROCEDURES
from workflows.models import CaseTask, RoutingRule
from workflows.queries.waiting_time import closed_days, read_closed_days

State = Edition.State
PERIOD = timedelta(days=183)
"""Facts recorded in the last six months are counted again."""
SAMPLE = 2000
"""At most so many of them: the most recent."""
SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class CatalogueEditions:
    """The editions of a catalogue on a day, the latest number first."""

    editions: list[Any]
    """Each annotated with its desk and the desk’s name."""
    on: date

    def is_changed_by(self, user: User) -> bool:
        """Does the person pilot at the desk to which these rules belong?"""
        return self._holds_at_desk(user, "change_rules")

    def is_piloted_by(self, user: User) -> bool:
        """Does the person work at that desk, and read the figures of its cases?"""
        return self._holds_at_desk(user, "pilot_action")

    def _holds_at_desk(self, user: User, right: str) -> bool:
        return any(permissions.has_right(user, right, each.desk, at=self.on) for each in self.editions[:1])

    @property
    def desk_name(self) -> str:
        """Name of the desk whose pilot changes these rules."""
        return next((each.desk_name for each in self.editions), "")

    @property
    def in_force(self) -> Edition | None:
        """As `cases.actions.rules_in_force.edition_in_force` finds it, without asking again."""
        published = [each for each in self.editions if each.state == State.PUBLISHED]
        begun = [each for each in published if each.effective_on <= self.on]
        if begun:
            return max(begun, key=lambda each: each.effective_on)
        return min(published, key=lambda each: each.effective_on, default=None)

    @property
    def coming_editions(self) -> list[Edition]:
        """Published, for a later day: the nearest first."""
        later = [each for each in self.editions if each.state == State.PUBLISHED and each.effective_on > self.on]
        return sorted((each for each in later if each != self.in_force), key=lambda each: each.effective_on)

    @property
    def latest(self) -> Edition | None:
        """The last that is published, be it for a day to come: what a draft starts from, and is compared with. From any
        other, it would drop what is published already."""
        return self.coming_editions[-1] if self.coming_editions else self.in_force

    @property
    def draft(self) -> Edition | None:
        return next((each for each in self.editions if each.state == State.DRAFT), None)

    def find_by_number(self, number: int) -> Edition | None:
        return next((each for each in self.editions if each.number == number), None)

    def status_and_tone(self, edition: Edition) -> tuple[str, str]:
        """What an edition is on that day, and the tone of it."""
        if edition.state == State.DRAFT:
            return "brouillon", "warn"
        if edition.state == State.WITHDRAWN:
            # A draft has no note: it is written as one publishes.
            return ("retirée" if edition.note else "abandonnée"), ""
        if edition == self.in_force:
            return "en vigueur", "ok"
        return ("à venir", "info") if edition in self.coming_editions else ("remplacée", "")


def read_editions(catalogue: EditableCatalogue, *, territory: str, on: date) -> CatalogueEditions:
    """The editions of a catalogue in a territory, with the desk that keeps them. One query."""
    found = catalogue.editions_of(territory).select_related("changed_by", "copied_from").order_by("-number")
    kind = permissions.desk_of_rules(catalogue.code)
    desk = Structure.objects.filter(kind=kind, territory=OuterRef("territory"), is_active=True)
    found = found.annotate(desk=Subquery(desk.values("pk")[:1]), desk_name=Subquery(desk.values("name")[:1]))
    return CatalogueEditions(editions=list(found), on=on)


def read_editions_of_each(
    catalogues: Iterable[EditableCatalogue], *, territory: str, on: date
) -> list[CatalogueEditions]:
    """Of several catalogues, in their order, without their desks. One query."""
    wanted = [catalogue.code for catalogue in catalogues]
    found: dict[str, list[Edition]] = {catalogue: [] for catalogue in wanted}
    rows = Edition.objects.filter(territory=territory, catalogue__in=wanted)
    for edition in rows.select_related("changed_by").defer("parameters").order_by("-number"):
        found[edition.catalogue].append(edition)
    return [CatalogueEditions(editions=editions, on=on) for editions in found.values()]


# What a draft would change


@dataclass(frozen=True, kw_only=True)
class MovedDeadline:
    """A delay of a case that the draft would date otherwise, start, or not start."""

    case: int
    code: str
    started_on: date
    before: date | None
    after: date | None
    safe_before: date | None
    safe_after: date | None


@dataclass(frozen=True, kw_only=True)
class Impact:
    running: Mapping[str, int]
    """Code of a rule → the deadlines that run with it, whatever its edition."""
    counted: int
    """The facts that were counted again."""
    since: date
    cases: int
    """How many have another date."""
    by_code: Mapping[str, int]
    """Of these, how many by each rule."""
    moved: list[tuple[Case, MovedDeadline]]
    """Those of the cases that the pilot sees, the most recent first."""

    @property
    def is_a_sample(self) -> bool:
        return self.counted >= SAMPLE


@dataclass(frozen=True)
class Occurrence:
    case: int
    fact: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is known of the cases: what their conditions ask about, the closed days, the delays that did start."""

    context: Mapping[int, Mapping[str, Answer]]
    closures: Mapping[int, tuple[DateRange, ...]]
    started: frozenset[tuple[int, str, date]]
    """(case, code, day): the rule did apply, whatever is no longer known."""
    seen: Mapping[int, Case]
    """Those that the pilot may see."""


def compute_impact(
    *,
    before: Mapping[str, CheckedDeadlineRule],
    after: Mapping[str, CheckedDeadlineRule],
    codes: Iterable[str],
    territory: str,
    kinds: Collection[str],
    user: User,
    on: date,
) -> Impact:
    """For the rules of these codes, those that a draft adds, changes or withdraws, in the cases of these kinds: those whose
    figures the reader has (`permissions.piloted_kinds`). Three queries, whatever their number."""
    codes = sorted(codes)
    starts = {rules[code].start for code in codes for rules in (before, after) if code in rules}
    since = on - PERIOD
    occurrences, started, running = _find_occurrences(starts, codes, territory=territory, kinds=kinds, since=since)
    known = _read_before({each.case for each in occurrences}, started, user=user, on=on)
    moved = [
        found
        for each in occurrences
        for code in codes
        if (found := _compare_dates(each, code, before.get(code), after.get(code), known))
    ]
    cases = {each.case for each in moved}
    return Impact(
        running=running,
        counted=len(occurrences),
        since=since,
        cases=len(cases),
        by_code=Counter(code for _, code in {(each.case, each.code) for each in moved}),
        moved=[(known.seen[each.case], each) for each in moved if each.case in known.seen][:SHOWN],
    )


RUNNING = "running"


def _find_occurrences(
    starts: Iterable[str], codes: Iterable[str], *, territory: str, kinds: Collection[str], since: date
) -> tuple[list[Occurrence], frozenset[tuple[int, str, date]], dict[str, int]]:
    """The facts from which the rules count: those recorded, and those that steps made happen, known by their delays;
    and how many deadlines run with each rule. One query: the last column says what a row is."""
    facts = Milestone.objects.filter(
        kind__in=starts,
        replaced_by=None,
        recorded_at__date__gte=since,
        case__territory=territory,
        case__kind__in=kinds,
    )
    recorded = facts.order_by("-pk").values_list("case_id", "kind", "happened_on", Value(""))[:SAMPLE]
    own = Deadline.objects.filter(case__territory=territory, case__kind__in=kinds)
    delays = own.filter(rule__start__in=starts, created_at__date__gte=since).order_by("-pk")
    kept = delays.values_list("case_id", "rule__start", "started_on", "rule__code")[:SAMPLE]
    running: Any = own.running().filter(rule__code__in=codes).order_by().values("rule__code")
    counted = running.annotate(number=Count("pk"), day=Max("started_on"), what=Value(RUNNING))
    counted = counted.values_list("number", "rule__code", "day", "what")
    rows = list(recorded.union(kept, counted, all=True))
    found = [row for row in rows if row[3] != RUNNING]
    # The most recent facts first, whether a person or a step told them.
    unique = dict.fromkeys(Occurrence(*row[:3]) for row in sorted(found, key=_day_of_row, reverse=True))
    return (
        list(unique)[:SAMPLE],
        frozenset((case, code, day) for case, _, day, code in found if code),
        {code: number for number, code, _, what in rows if what == RUNNING},
    )


def _day_of_row(row: tuple[Any, ...]) -> Any:
    return row[2]


def _read_before(cases: set[int], started: frozenset[tuple[int, str, date]], *, user: User, on: date) -> Before:
    visible = permissions.visible_cases(user, at=on).filter(pk=OuterRef("pk"))
    rows = Case.objects.filter(pk__in=cases).annotate(
        reported_on=Min("reports__reported_on"),
        is_seen=Exists(visible),
        closed_days=closed_days("responsible_structure"),
    )
    found: list[Any] = list(rows.select_related("tenancy"))
    return Before(
        context={case.pk: _context(case) for case in found},
        closures={case.pk: tuple(read_closed_days(case.closed_days)) for case in found},
        started=started,
        seen={case.pk: case for case in found if case.is_seen},
    )


def _context(case: Any) -> dict[str, Answer]:
    """What the conditions of legal delays ask about, as far as the case and its lease tell."""
    lease = case.tenancy
    values = {
        "report_date": case.reported_on,
        "lease_date": lease and lease.lease_date,
        "direct_payment": lease and lease.direct_payment,
        "guarantor": lease and lease.guarantor,
        "urgent": case.is_urgent,
    }
    return {key: value for key, value in values.items() if value is not None}


def _compare_dates(
    each: Occurrence, code: str, before: CheckedDeadlineRule | None, after: CheckedDeadlineRule | None, known: Before
) -> MovedDeadline | None:
    did_apply = (each.case, code, each.on) in known.started
    old = _compute_deadline(before, each, known, did_apply=did_apply)
    new = _compute_deadline(after, each, known, did_apply=did_apply)
    dates = [(found.legal_date, found.safe_date) if found else (None, None) for found in (old, new)]
    if dates[0] == dates[1]:
        return None
    return MovedDeadline(
        case=each.case,
        code=code,
        started_on=each.on,
        before=dates[0][0],
        after=dates[1][0],
        safe_before=dates[0][1],
        safe_after=dates[1][1],
    )


def _compute_deadline(
    rule: CheckedDeadlineRule | None, each: Occurrence, known: Before, *, did_apply: bool
) -> Computed | None:
    """None when the rule would start nothing: only what is known binds someone."""
    if rule is None or rule.start != each.fact:
        return None
    computed = compute_deadline(
        rule, start=each.on, context=known.context[each.case], closures=known.closures[each.case]
    )
    return computed if computed.applies or (computed.applies is None and did_apply) else None


def would_miss(
    before: Sequence[CheckedDeadlineRule], after: Sequence[CheckedDeadlineRule], *, territory: str, on: date
) -> list[Finding]:
    """What would miss a rule that is gone: the facts from which nothing would count any more, and the rows of the
    routing table in force that choose it. No query unless a rule is withdrawn."""
    gone = {rule.code for rule in before} - {rule.code for rule in after}
    if not gone:
        return []
    starts = {rule.start for rule in before} - {rule.start for rule in after}
    found = [
        Finding(
            code="",
            text=f"{rule.code} (« {rule.title} ») est la dernière à compter de ce fait : plus aucune date ne suivrait.",
        )
        for rule in before
        if rule.code in gone and rule.start in starts
    ]
    tables = [
        edition_in_force(each.routing, on=on, territory=territory) for each in PROCEDURES.values() if each.routing
    ]
    rows = RoutingRule.objects.filter(edition__in=[table for table in tables if table], content__contact_rule__in=gone)
    found += [
        Finding(
            code="",
            text=f"La règle d’orientation {row.code} choisit le délai de contact {row.content['contact_rule']}, qui ne "
            "serait plus là.",
        )
        for row in rows.order_by("pk")
    ]
    return found


@dataclass(frozen=True, kw_only=True)
class ReminderTargets:
    """What reminders follow now: the delays that run and the steps that wait, by code and by step."""

    delays: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


def count_reminder_targets(territory: str, *, kinds: Collection[str]) -> ReminderTargets:
    """How many delays run and steps wait, by rule and by step, in the cases of these kinds. One query."""
    own: dict[str, Any] = {"case__territory": territory, "case__kind__in": kinds}
    running: Any = Deadline.objects.running().filter(**own).order_by().values("rule__code")
    waiting: Any = CaseTask.objects.open().filter(**own).order_by().values("node")
    delays = running.annotate(number=Count("pk"), what=Value("delay")).values_list("rule__code", "number", "what")
    steps = waiting.annotate(number=Count("pk"), what=Value("step")).values_list("node", "number", "what")
    found: dict[str, Counter[str]] = {"delay": Counter(), "step": Counter()}
    for name, number, what in delays.union(steps, all=True):
        found[what][name] = number
    return ReminderTargets(delays=found["delay"], steps=found["step"])
