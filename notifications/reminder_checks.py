"""The reminder rules of an edition, checked together: every fault at once, against the delays and the steps there are."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import combinations

from cases.rules.catalogue import CheckedDeadlineRule as Delay
from cases.rules.conditions import BadValue
from cases.rules.counting import BACKWARDS, Unit
from cases.rules.reading import read_each, refuse_faults
from notifications.reminder_rules import ANY, Anchor, Function, ReminderRuleDefinition, read_rule
from workflows.actions.milestones import OF_THE_PROCEDURE

KEPT_TO_THEIR_OWN = {Function.LANDLORD: "le bailleur", Function.CORRESPONDENT: "le correspondant d’un organisme"}
"""Who sees no case. The catalogue says whose a delay is by the same codes."""
ALERTS = "alert_manager"
"""The act of the sweep that tells a manager."""


def read_rules(
    rows: Sequence[Mapping[str, object]], *, delays: Mapping[str, Delay], steps: Collection[str]
) -> tuple[ReminderRuleDefinition, ...]:
    """The checked rules, or FaultyRules with every fault at once."""
    rules, faults = read_each(rows, lambda row: _check_rule(read_rule(row), delays=delays, steps=steps), name="Rappel")
    codes = [rule.code for rule in rules]
    faults += [f"Rappel {code} : il figure deux fois." for code in sorted({c for c in codes if codes.count(c) > 1})]
    faults += _overlaps(rules, delays=delays)
    if not rows:
        faults.append("Le fichier ne contient aucun rappel.")
    refuse_faults(faults)
    return tuple(rules)


def _check_rule(
    rule: ReminderRuleDefinition, *, delays: Mapping[str, Delay], steps: Collection[str]
) -> ReminderRuleDefinition:
    """Refuses what would never speak, and what would speak twice."""
    if bool(rule.delays) == bool(rule.steps):
        raise BadValue("il suit des délais ou des étapes : remplir « delays » ou « steps », et un seul des deux.")
    _check_names(rule, delays=delays, steps=steps)
    if rule.steps and rule.counted_from is Anchor.LEGAL:
        raise BadValue("une étape n’a pas de dernier jour : compter depuis « start » ou « safe ».")
    if rule.delays and rule.counted_from is Anchor.EXPECTED:
        raise BadValue("« expected » est le jour qu’une étape annonce : suivre une étape, et non un délai.")
    if rule.even_when_met:
        _check_event(rule, delays)
    if not rule.days:
        _check_silence(rule)
    for code in _named_delays(rule, delays) if rule.days else ():
        _check_delay(rule, delays[code])
    _check_recipients(rule, delays)
    return rule


def _check_event(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> None:
    """It speaks of a dated fact to come, whether what its delay asks for is done or not."""
    if rule.steps or rule.every or rule.escalation:
        raise BadValue(
            "« even_when_met » vaut pour des délais, sans « every » ni « escalation », qui attendent que ce soit fait."
        )
    if not rule.title:
        raise BadValue("« even_when_met » parle de l’événement, non de ce que le délai demande : remplir « title ».")
    if of_steps := [code for code in _named_delays(rule, delays) if delays[code].start in OF_THE_PROCEDURE]:
        raise BadValue(
            f"« even_when_met » suit un fait daté, or une étape fait partir le délai {', '.join(of_steps)}."
        )


def _check_silence(rule: ReminderRuleDefinition) -> None:
    """Without days, it says nothing before the delay is over, which speaks for itself."""
    if rule.steps or rule.is_for_the_rest or rule.every or rule.escalation:
        raise BadValue(
            "sans « days », il se tait : seulement pour des délais nommés, sans « every » ni « escalation »."
        )


def _check_recipients(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> None:
    """Who sees no case reads the words of the rule and a date: they say what is his to do, nothing of the household."""
    told = {*rule.to, *(rule.escalation.to if rule.escalation else ())}
    if Function.LANDLORD in told and not rule.title:
        raise BadValue("un rappel au bailleur dit ce qu’il a à faire, sans rien du ménage : remplir « title ».")
    for function, said in KEPT_TO_THEIR_OWN.items():
        others = [code for code in _named_delays(rule, delays) if delays[code].who != function]
        if function in told and (rule.steps or rule.is_for_the_rest or others):
            which = f" : {', '.join(others)}" if others else ""
            raise BadValue(f"{said} n’est prévenu que des délais qui sont les siens{which}.")


def _check_names(rule: ReminderRuleDefinition, *, delays: Mapping[str, Delay], steps: Collection[str]) -> None:
    strangers = [p for p in rule.delays if p != ANY and not any(fnmatchcase(code, p) for code in delays)]
    if strangers:
        raise BadValue(f"« {', '.join(strangers)} » n’est le code d’aucune règle de délai.")
    if rule.is_for_the_rest and len(rule.delays) > 1:
        raise BadValue(f"« {ANY} » vaut pour tous les délais qu’aucun autre rappel ne suit : il reste seul.")
    unknown = [step for step in rule.steps if step not in steps]
    if unknown:
        raise BadValue(f"« {', '.join(unknown)} » n’est pas une étape, choisir parmi {', '.join(sorted(steps))}.")


def _check_delay(rule: ReminderRuleDefinition, delay: Delay) -> None:
    if not any(_can_come(rule, count, delay) for count in rule.days):
        raise BadValue(f"il ne viendrait jamais : aucun de ses jours ne tombe dans le délai {delay.code}.")
    never = [count for count in rule.days if not _can_come(rule, count, delay)]
    if never and delay.code in rule.delays:
        said = ", ".join(str(count) for count in never)
        raise BadValue(f"le jour {said} ne viendrait jamais : il ne tombe pas dans le délai {delay.code}.")
    if rule.escalation is None:
        return
    if delay.act == ALERTS and Function.MANAGER in rule.escalation.to:
        raise BadValue(f"le délai {delay.code} alerte déjà le responsable à son terme : retirer « escalation ».")
    if rule.counted_from is Anchor.LEGAL and rule.escalation.after > -rule.days[-1]:
        raise BadValue("« escalation » viendrait après le dernier jour : la rapprocher, ou rappeler plus tôt.")


def _can_come(rule: ReminderRuleDefinition, count: int, delay: Delay) -> bool:
    """Could this day fall within the delay? Generous: only what certainly never comes is refused."""
    if any(variant.mode in BACKWARDS for variant in delay.variants):
        return count <= 0
    if rule.counted_from is Anchor.START:
        return 0 <= count <= _longest(delay, rule.unit)
    after = 0 if rule.counted_from is Anchor.LEGAL else _at_most(delay.safe_margin, Unit.WORKING_DAY, rule.unit)
    return -_longest(delay, rule.unit) < count <= after


def _longest(delay: Delay, unit: Unit) -> int:
    return max(_at_most(variant.length, variant.unit, unit) + 5 * variant.extend for variant in delay.variants)


def _at_most(length: int, unit: Unit, wanted: Unit) -> int:
    if unit is Unit.WORKING_DAY:
        return length if wanted is Unit.WORKING_DAY else 2 * length + 10
    return length * {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31}[unit]


def _overlaps(rules: Iterable[ReminderRuleDefinition], *, delays: Mapping[str, Delay]) -> Iterator[str]:
    each = [(rule, _followed(rule, delays)) for rule in rules]
    for (one, of_one), (other, of_other) in combinations(each, 2):
        followed = sorted(of_one & of_other)
        is_same_count = one.code != other.code and (one.counted_from, one.unit) == (other.counted_from, other.unit)
        if is_same_count and followed and set(one.days) & set(other.days) and set(one.to) & set(other.to):
            yield (
                f"Rappels {one.code} et {other.code} : ils diraient deux fois la même chose le même jour aux mêmes "
                f"personnes ({', '.join(followed)})."
            )


def _followed(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> set[str]:
    return {ANY} if rule.is_for_the_rest else {*rule.steps, *_named_delays(rule, delays)}


def _named_delays(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> list[str]:
    return [code for code in delays if rule.names_delay(code)]
