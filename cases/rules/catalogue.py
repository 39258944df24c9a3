"""The catalogue of deadline rules: what each says, and how it counts from a date.

A rule is a row: what starts it, how long it runs, how it is counted, when it applies. No rule is known by name here.
`cases.rules.catalogue_reading` reads and checks the rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cases.calendar import DateRange
from cases.rules.conditions import BadValue, Key, RuleCondition, Value, Verdict, all_of, any_of
from cases.rules.counting import Counted, Mode, Unit, count_delay, safe_date
from cases.rules.deadline_context import CONTEXT, read_context
from cases.rules.pauses import Pause

APPLIES: Mapping[Verdict, str] = {
    True: "La règle s’applique.",
    False: "La règle ne s’applique pas à cette situation.",
    None: "À vérifier : ce qui est connu ne suffit pas pour dire si la règle s’applique.",
}

OTHER_THEME = "Autres délais"


class UnknownRule(LookupError):
    """The message is French and lists the known rules."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What bears on a delay beside its rule: the closures of its structure, its pauses, the days it began again."""

    closures: tuple[DateRange, ...] = ()
    pauses: tuple[Pause, ...] = ()
    restarts: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to count, and when it is the right one."""

    all: tuple[RuleCondition, ...]
    length: int
    unit: Unit
    mode: Mode = Mode.FORWARD
    extend: bool = False
    not_before: date | None = None
    """No last day comes before this one: the day on which the text came into force."""

    def count(self, start: date, around: Around) -> Counted:
        counted = self._count_delay(start, around)
        if self.not_before is None or counted.legal_date >= self.not_before:
            return counted
        step = f"Le texte ne vaut que depuis le {self.not_before:%d/%m/%Y} : aucun retard avant ce jour"
        return Counted(legal_date=self.not_before, steps=(*counted.steps, step))

    def _count_delay(self, start: date, around: Around) -> Counted:
        return count_delay(
            start,
            length=self.length,
            unit=self.unit,
            mode=self.mode,
            extend=self.extend,
            closures=around.closures,
            pauses=around.pauses,
            restarts=around.restarts,
        )


@dataclass(frozen=True, kw_only=True)
class CheckedDeadlineRule:
    code: str
    title: str
    start: str
    who: str
    consequence: str = ""
    reference: str = ""
    regime: str = ""
    safe_margin: int = 0
    act: str = ""
    confidence: str
    all: tuple[RuleCondition, ...]
    """The rule applies when all hold."""
    variants: tuple[Variant, ...]
    """Tried in order, never empty; without one that holds, the rule doesn't apply."""
    until: tuple[str, ...] = ()
    """The milestones that meet the deadline."""
    paused_by: tuple[str, ...] = ()
    resumed_by: tuple[str, ...] = ()
    """The milestones between which the delay does not run."""
    pause_has_term: bool = False
    """What pauses it says until when (its letter sets a day): without that day, nothing is paused."""
    restarted_by: tuple[str, ...] = ()
    """The milestones from which the whole delay begins again, while it runs."""
    silence: str = ""
    """The milestone that is born when the delay expires without an answer."""
    afterwards: str = ""
    """What remains possible once the last day is over, in a sentence."""
    is_last_day: bool = field(default=False, metadata={"column": "last_day"})
    """Does the household lose a right, or who follows it fail the law, once that day is over? Each step then says it."""

    @property
    def conditions(self) -> tuple[RuleCondition, ...]:
        """All that it asks about the case, to know whether it applies and how it counts."""
        return (*self.all, *(condition for variant in self.variants for condition in variant.all))

    @property
    def context_keys(self) -> tuple[Key, ...]:
        """What must be known of the case to apply it without a doubt, each thing once."""
        return tuple({condition.key.code: condition.key for condition in self.conditions}.values())

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"


@dataclass(frozen=True, kw_only=True)
class Computed:
    rule: str
    applies: Verdict
    legal_date: date | None = None
    safe_date: date | None = None
    steps: tuple[str, ...]
    article: str

    def as_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "legal_date": self.legal_date and self.legal_date.isoformat(),
            "safe_date": self.safe_date and self.safe_date.isoformat(),
            "steps": list(self.steps),
            "article": self.article,
            "applies": self.applies,
        }


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What delays are about: those that count from these facts."""

    code: str
    title: str
    starts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DeadlineCatalogue:
    milestones: Mapping[str, str]
    actors: Mapping[str, str]
    rules: tuple[CheckedDeadlineRule, ...]
    themes: tuple[Theme, ...] = ()

    def rule(self, code: str) -> CheckedDeadlineRule:
        for rule in self.rules:
            if rule.code == code:
                return rule
        known = ", ".join(rule.code for rule in self.rules)
        raise UnknownRule(f"La règle « {code} » n’existe pas. Règles connues : {known}.")

    def rules_named(self, *codes: str) -> tuple[CheckedDeadlineRule, ...]:
        """Those of these codes that it has: an edition may be older than who asks, or its pilot may have withdrawn one."""
        return tuple(rule for rule in self.rules if rule.code in codes)

    def by_theme(self) -> list[tuple[str, list[CheckedDeadlineRule]]]:
        """Title → its rules, in the order of the edition; what has no theme comes last."""
        titles = {start: theme.title for theme in self.themes for start in theme.starts}
        found: dict[str, list[CheckedDeadlineRule]] = {
            title: [] for title in (*(theme.title for theme in self.themes), OTHER_THEME)
        }
        for rule in self.rules:
            found[titles.get(rule.start, OTHER_THEME)].append(rule)
        return [(title, rules) for title, rules in found.items() if rules]

    def starting_on(self, milestone: str) -> tuple[CheckedDeadlineRule, ...]:
        return tuple(rule for rule in self.rules if rule.start == milestone)


def compute_typed(rule: CheckedDeadlineRule, *, start: date, context: Mapping[str, object]) -> Computed:
    """For tools that count a delay of no case: the context as it was typed, no closure. Refuses (`BadValue`) a value
    that cannot be read, and a day from which no calendar counts."""
    known = read_context(context)
    try:
        return compute_deadline(rule, start=start, context=known)
    except (OverflowError, ValueError) as error:
        raise BadValue(f"La date {start:%d/%m/%Y} sort du calendrier : vérifier l’année.") from error


def compute_deadline(
    rule: CheckedDeadlineRule,
    *,
    start: date,
    context: Mapping[str, Value],
    closures: Iterable[DateRange] = (),
    pauses: Iterable[Pause] = (),
    restarts: Iterable[date] = (),
) -> Computed:
    """The last day and the safe day. What isn't known never lengthens a delay: the earliest plausible day is kept."""
    around = Around(closures=tuple(closures), pauses=tuple(pauses), restarts=tuple(restarts))
    covered = any_of(_conditions_verdict(variant.all, context) for variant in rule.variants)
    applies = all_of([_conditions_verdict(rule.all, context), covered])
    plausible = _plausible_variants(rule.variants, context)
    if applies is False:
        return _without_date(rule)
    counted = min((variant.count(start, around) for variant in plausible), key=lambda way: way.legal_date)
    return Computed(
        rule=rule.code,
        applies=applies,
        legal_date=counted.legal_date,
        safe_date=_aim_at(rule, counted.legal_date, start=start, closures=around.closures),
        steps=(*counted.steps, *_say_doubts(rule, plausible, context)),
        article=rule.reference,
    )


@dataclass(frozen=True, kw_only=True)
class Days:
    """What was computed once: the last day, the safe day, and how."""

    legal_date: date
    safe_date: date
    steps: tuple[str, ...]


def recount_deadline(
    rule: CheckedDeadlineRule, known: Days, *, start: date, before: Around, after: Around
) -> Days | None:
    """Count a delay again for other closures of its structure, or other pauses. None when nothing moves, or when no way
    to count it gives what is known: then nobody can tell, and what was computed stands.

    What the delay depended on is not asked again: the variant that gave the day is found by that day.
    """
    for variant in rule.variants:
        counted = variant.count(start, before)
        if counted.legal_date != known.legal_date or counted.steps != known.steps[: len(counted.steps)]:
            continue
        again = variant.count(start, after)
        found = Days(
            legal_date=again.legal_date,
            safe_date=_aim_at(rule, again.legal_date, start=start, closures=after.closures),
            steps=(*again.steps, *known.steps[len(counted.steps) :]),
        )
        return None if found == known else found
    return None


def _aim_at(rule: CheckedDeadlineRule, legal: date, *, start: date, closures: Iterable[DateRange]) -> date:
    """The safe day. A delay that runs from a day aims at none before it, however long its margin or a closure is."""
    safe = safe_date(legal, margin_working_days=rule.safe_margin, closures=closures)
    return max(safe, start) if legal > start else safe


def of_benefit(title: str, benefit: str | None) -> str:
    """What a step or a delay is called; of one line of an overpayment, with the benefit that tells it from the others."""
    return f"{title} : {CONTEXT['benefit'].choices.get(benefit, benefit)}" if benefit else title


def _conditions_verdict(conditions: Iterable[RuleCondition], context: Mapping[str, Value]) -> Verdict:
    return all_of(condition.holds(context.get(condition.key.code)) for condition in conditions)


def _plausible_variants(variants: Iterable[Variant], context: Mapping[str, Value]) -> list[Variant]:
    """Those that may be the right one: up to the first that certainly is."""
    plausible = []
    for variant in variants:
        verdict = _conditions_verdict(variant.all, context)
        if verdict is not False:
            plausible.append(variant)
        if verdict:
            break
    return plausible


def _unknown_conditions(conditions: Iterable[RuleCondition], context: Mapping[str, Value]) -> list[RuleCondition]:
    return [condition for condition in conditions if context.get(condition.key.code) is None]


def _say_doubts(rule: CheckedDeadlineRule, plausible: list[Variant], context: Mapping[str, Value]) -> list[str]:
    doubts = [
        f"À vérifier, la règle ne s’applique que si : {condition}"
        for condition in _unknown_conditions(rule.all, context)
    ]
    if len(plausible) > 1:
        labels = dict.fromkeys(c.key.label for variant in plausible for c in _unknown_conditions(variant.all, context))
        doubts += [f"Inconnu : {label} ; la date la plus proche est retenue" for label in labels]
    return doubts


def _without_date(rule: CheckedDeadlineRule) -> Computed:
    said = ("Cette règle ne s’applique pas à cette situation",)
    return Computed(rule=rule.code, applies=False, steps=said, article=rule.reference)
