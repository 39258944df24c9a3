"""Editions of a catalogue, told apart: what a rule says in plain words, what changes between two, what is wrong in one.

A rule is said as labels and lines. What reads a rule, compares two, and shows what would change is the same everywhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Any

from cases.rules.catalogue import CheckedDeadlineRule, Variant
from cases.rules.catalogue_reading import read_catalogue, read_rule
from cases.rules.conditions import Key, KeyKind, RuleCondition, Value
from cases.rules.counting import Mode, Unit, in_words
from cases.rules.reading import CONFIDENCES, UNREADABLE, FaultyRules
from cases.rules.word_changes import WordRun, compare_words

Row = Mapping[str, Any]
Said = Mapping[str, tuple[str, ...]]
"""Label → lines, in the order in which they are read."""

TITLE = "Titre"
START = "Point de départ"
LENGTH = "Durée"
APPLIES_IF = "S’applique si"
MARGIN = "Marge de sûreté"
UNTIL = "Prend fin avec"

MODES = {
    Mode.FORWARD: "",
    Mode.FRANC: "délai franc : ni le premier ni le dernier jour ne comptent",
    Mode.BEFORE: "à rebours : avant cette date",
    Mode.BACK_FROM_EVE: "à rebours : jours entiers, comptés depuis la veille de l’audience",
}
EXTENDED = "reporté au premier jour ouvrable si le dernier jour n’est pas ouvré"
ACTS = {
    "alert_manager": "le responsable de la structure est alerté",
    "route_with_known": "la situation est orientée avec ce qui est connu",
    "send_to_arbitration": "le pilote est appelé à arbitrer",
}
"""What Relais does by itself once the last day is over, in words; the acts themselves are the sweep’s."""
DEADLINE_WORDS = ("milestones", "actors", "facts_of")
OTHERS = {
    "paused_by": "Suspendu par",
    "resumed_by": "Reprend avec",
    "restarted_by": "Recommence avec",
    "pause_has_term": "Jusqu’au jour fixé par la lettre, au plus tard",
    "silence": "Le silence vaut",
    "afterwards": "Ensuite",
    "last_day": "Dernier jour rappelé sur chaque étape",
}


# What a deadline rule says


def say_deadline(row: Row, *, milestones: Mapping[str, str], actors: Mapping[str, str]) -> Said:
    """A row, in plain words; of one that cannot be read, its title and that it is to be corrected."""
    try:
        rule = read_rule(row, milestones=milestones, actors=actors)
    except UNREADABLE as fault:
        return {TITLE: (row.get("title") or row["code"],), "À corriger": (str(fault),)}
    said = {
        TITLE: (rule.title,),
        START: (milestones[rule.start],),
        LENGTH: tuple(say_ways(rule)),
        APPLIES_IF: tuple(str(condition) for condition in rule.all),
        "Qui agit": (actors[rule.who],),
        "Passé ce jour": _as_lines(rule.consequence),
        "À l’expiration": _as_lines(ACTS.get(rule.act, rule.act)),
        UNTIL: tuple(milestones[fact] for fact in rule.until),
        MARGIN: (say_margin(rule.safe_margin),),
        "Référence": _as_lines(rule.reference),
        "Régime": _as_lines(rule.regime),
        "Confiance": (CONFIDENCES[rule.confidence],),
    }
    return said | {
        OTHERS.get(name, name): tuple(_say_other(value, milestones))
        for name, value in row.get("condition", {}).items()
        if name not in {"all", "variants", "until"}
    }


def say_margin(days: int) -> str:
    return f"{in_words(days, Unit.WORKING_DAY)} avant le dernier jour" if days else "aucune"


def say_ways(rule: CheckedDeadlineRule) -> Iterator[str]:
    """Each way to count on its line, in the order in which they are tried."""
    for position, way in enumerate(rule.variants):
        words = say_length(way)
        when = " et ".join(_in_a_sentence(condition) for condition in way.all)
        if when:
            yield f"{words} si {when}"
        else:
            yield f"{words} dans les autres cas" if position else words


def say_length(way: Variant) -> str:
    floor = f"jamais avant le {way.not_before:%d/%m/%Y}" if way.not_before else ""
    more = [MODES[way.mode], EXTENDED if way.extend else "", floor]
    return " ; ".join([in_words(way.length, way.unit), *filter(None, more)])


def _in_a_sentence(condition: RuleCondition) -> str:
    said = str(condition)
    return said[0].lower() + said[1:]


def _as_lines(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _say_other(value: object, milestones: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, bool):
        value = "oui" if value else "non"
    if isinstance(value, Mapping):
        value = [f"{name} : {each}" for name, each in value.items()]
    for each in value if isinstance(value, list | tuple) else [value]:
        yield milestones.get(str(each), str(each))


# What changes between two editions


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @cached_property
    def by_words(self) -> tuple[WordRun, ...]:
        """Of a text: what changes in it; nothing where both are better read whole."""
        return compare_words(self.before, self.after)


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    code: str
    title: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class EditionChanges:
    added: tuple[RuleChange, ...]
    changed: tuple[RuleChange, ...]
    withdrawn: tuple[RuleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(change.code for change in (*self.added, *self.changed, *self.withdrawn))


def compare_editions(before: Mapping[str, Said], after: Mapping[str, Said]) -> EditionChanges:
    """Code → what it says, of two editions: the rules added, changed field by field, and withdrawn."""
    return EditionChanges(
        added=tuple(_rule_change(code, {}, after[code]) for code in after if code not in before),
        changed=tuple(
            _rule_change(code, before[code], after[code])
            for code in after
            if code in before and _without_void(before[code]) != _without_void(after[code])
        ),
        withdrawn=tuple(_rule_change(code, before[code], {}) for code in before if code not in after),
    )


def _rule_change(code: str, before: Said, after: Said) -> RuleChange:
    labels = dict.fromkeys((*before, *after))
    fields = (FieldChange(label=each, before=before.get(each, ()), after=after.get(each, ())) for each in labels)
    return RuleChange(
        code=code,
        title=" ".join((after or before)[TITLE]),
        fields=tuple(each for each in fields if each.before != each.after),
    )


def _without_void(said: Said) -> dict[str, tuple[str, ...]]:
    return {label: lines for label, lines in said.items() if lines}


# What is wrong in an edition


@dataclass(frozen=True, kw_only=True)
class Finding:
    code: str
    """Of the rule to open; empty when it is about the whole."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Findings:
    faults: tuple[Finding, ...]
    """Each forbids to publish."""
    doubts: tuple[Finding, ...]
    """What a pilot should look at; none forbids to publish."""


def findings_of(faulty: FaultyRules, rows: Iterable[Row]) -> Findings:
    """What reading refused: « Règle CODE : … » is said without its head, beside its rule; « Courrier « CODE » : … » as it is."""
    codes = {row.get("code", "") for row in rows}
    found = []
    for fault in faulty.faults:
        head, _, text = fault.partition(" : ")
        quoted = re.match(r"\w+ « ([^»]+) »", head)
        code = quoted[1] if quoted else head.removeprefix("Règle ")
        found.append(Finding(code=code if code in codes else "", text=text if code in codes and not quoted else fault))
    return Findings(faults=tuple(found), doubts=())


def check_deadlines(rows: Sequence[Row], *, milestones: Mapping[str, str], actors: Mapping[str, str]) -> Findings:
    """Every fault at once, and what looks odd."""
    try:
        rules = read_catalogue({"milestones": milestones, "actors": actors, "rules": rows}).rules
    except FaultyRules as faulty:
        return findings_of(faulty, rows)
    faults = [Finding(code=rule.code, text=text) for rule in rules for text in faults_of(rule)]
    doubts = [
        Finding(code=rule.code, text="aucun fait n’y met fin : cette échéance ne peut qu’être dépassée.")
        for rule in rules
        if not rule.until
    ]
    return Findings(faults=tuple(faults), doubts=(*doubts, *_twin_rules(rules), *_idle_facts(rules, milestones)))


def faults_of(rule: CheckedDeadlineRule) -> list[str]:
    """What makes a rule, or one of its ways to count, apply never or twice."""
    if not can_hold(rule.all):
        return ["elle ne s’appliquerait jamais, ses conditions se contredisent."]
    faults = []
    for position, way in enumerate(rule.variants):
        earlier = rule.variants[:position]
        if not can_hold((*rule.all, *way.all)):
            faults.append(
                f"la manière de compter n° {position + 1} ne servirait jamais, ses conditions se contredisent."
            )
        elif any(implies((*rule.all, *way.all), each.all) for each in earlier):
            faults.append(f"la manière de compter n° {position + 1} ne servirait jamais, une autre vaut avant elle.")
        else:
            faults += [
                f"les manières de compter n° {before + 1} et n° {position + 1} peuvent valoir en même temps et ne "
                "donnent pas la même date : préciser leurs conditions."
                for before, each in enumerate(earlier)
                if way.all and not _counts_alike(each, way) and can_hold((*rule.all, *each.all, *way.all))
            ]
    return faults


def can_hold(conditions: Iterable[RuleCondition]) -> bool:
    """Is there a case of which all are true? What they ask about are things apart: each is looked at by itself."""
    return all(
        any(all(each.holds(value) for each in group) for value in _sample_values(group))
        for group in _by_key(conditions)
    )


def implies(conditions: Sequence[RuleCondition], others: Sequence[RuleCondition]) -> bool:
    """Are the others true of every case of which the former are?"""
    for group in _by_key(others):
        key = group[0].key
        mine = [condition for condition in conditions if condition.key == key]
        if not mine:
            return False
        for value in _sample_values([*mine, *group]):
            if all(each.holds(value) for each in mine) and not all(each.holds(value) for each in group):
                return False
    return True


def _by_key(conditions: Iterable[RuleCondition]) -> list[list[RuleCondition]]:
    found: dict[str, list[RuleCondition]] = {}
    for condition in conditions:
        found.setdefault(condition.key.code, []).append(condition)
    return list(found.values())


def _sample_values(conditions: Sequence[RuleCondition]) -> list[Value]:
    """Enough values to know what these conditions, on one thing, allow: those that they name, and those just beside."""
    key: Key = conditions[0].key
    if key.kind is KeyKind.YES_NO:
        return [True, False]
    if key.choices:
        return list(key.choices)
    named = {value for condition in conditions for value in condition.values}
    return [*named, *(beside for value in named for beside in _values_beside(value))]


NOBODY = "\x00"
"""A text that nothing names."""


def _values_beside(value: Value) -> list[Value]:
    if isinstance(value, bool | str):
        return [NOBODY]
    if isinstance(value, Decimal):
        hair = Decimal("0.000001")
        return [value - hair, value + hair]
    return [value - timedelta(days=1), value + timedelta(days=1)]


def _counts_alike(one: Variant, other: Variant) -> bool:
    return one.length == other.length and _counting_of(one) == _counting_of(other)


def _counting_of(way: Variant) -> tuple[object, ...]:
    return way.unit, way.mode, way.extend, way.not_before


def _twin_rules(rules: Iterable[CheckedDeadlineRule]) -> Iterator[Finding]:
    """Two steps of one delay (answer, then last delay) differ by their lengths; two that say the same are one too many."""
    for one, other in combinations(rules, 2):
        same = (one.start, one.who, set(one.until)) == (other.start, other.who, set(other.until))
        if same and can_hold((*one.all, *other.all)):
            yield Finding(
                code=other.code,
                text=f"elle peut valoir en même temps que {one.code} (« {one.title} ») : même départ, même personne, "
                "même fin. Est-ce voulu ?",
            )


def _idle_facts(rules: Iterable[CheckedDeadlineRule], milestones: Mapping[str, str]) -> Iterator[Finding]:
    used = {fact for rule in rules for fact in (rule.start, *rule.until)}
    idle = [words for fact, words in milestones.items() if fact not in used]
    if idle:
        yield Finding(code="", text=f"Faits datés qui ne commencent et ne terminent aucun délai : {', '.join(idle)}.")
