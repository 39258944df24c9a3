"""The catalogue of deadline rules: read from data, checked, and applied to a date.

A rule is a row: what starts it, how long it runs, how it is counted, when it applies. No rule is known by name here.
The same rows come from the files of `cases/reference` and from an edition in the database.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from cases.calendar import DateRange
from cases.rules.conditions import (
    BadValue,
    Key,
    KeyKind,
    RuleCondition,
    Value,
    Verdict,
    all_of,
    any_of,
    read_condition,
)
from cases.rules.counting import BACKWARDS, Counted, Mode, Unit, count_delay, safe_date
from cases.rules.pauses import Pause
from cases.rules.procedures import PROCEDURES

FOLDER = Path(__file__).parents[1] / "reference"
COMMON = "deadlines.toml"
"""Of the deadlines: the file to which those of each procedure add."""

CONTEXT: Mapping[str, Key] = {
    key.code: key
    for key in (
        Key(code="report_date", label="Signalement de l’impayé", kind=KeyKind.DATE),
        Key(code="lease_date", label="Dernière conclusion ou reconduction du bail", kind=KeyKind.DATE),
        Key(code="direct_payment", label="Aide versée au bailleur", kind=KeyKind.YES_NO),
        Key(code="guarantor", label="Caution (garant) au bail", kind=KeyKind.YES_NO),
        Key(
            code="benefit",
            label="Prestation",
            kind=KeyKind.CHOICE,
            choices={
                "prestations_familiales": "prestations familiales",
                "aah": "allocation aux adultes handicapés",
                "prime_activite": "prime d’activité",
                "rsa": "RSA",
                "apl": "APL",
                "alf": "ALF",
                "als": "ALS",
                "are": "allocation chômage (ARE)",
                "ass": "allocation de solidarité spécifique",
                "ij": "indemnités journalières",
                "c2s": "complémentaire santé solidaire (C2S)",
                "retraite": "retraite",
                "prime_noel": "prime de Noël",
            },
        ),
        Key(
            code="operator",
            label="Organisme",
            kind=KeyKind.CHOICE,
            choices={
                "caf": "CAF",
                "msa": "MSA",
                "cpam": "CPAM",
                "cnav": "CNAV",
                "france_travail": "France Travail",
                "department": "département",
            },
        ),
        Key(
            code="court",
            label="Juridiction",
            kind=KeyKind.CHOICE,
            choices={"tj": "tribunal judiciaire", "ta": "tribunal administratif"},
        ),
        Key(
            code="decision",
            label="Décision rendue",
            kind=KeyKind.CHOICE,
            choices={"interim": "ordonnance de référé", "judgment": "jugement"},
        ),
        Key(code="urgent", label="Urgence", kind=KeyKind.YES_NO),
        Key(code="contact_rule", label="Délai de contact choisi par l’orientation", kind=KeyKind.TEXT),
    )
}
"""What a rule's condition may ask about the case."""

OF_A_LINE = frozenset({"benefit", "operator", "court"})
"""What is of a debt rather than of its case: a deadline keeps it, for those that follow from it."""

Choice = TypeVar("Choice", bound=StrEnum)

CONFIDENCES = {"H": "lu dans le texte", "M": "source secondaire, à vérifier", "L": "à confirmer"}

APPLIES: Mapping[Verdict, str] = {
    True: "La règle s’applique.",
    False: "La règle ne s’applique pas à cette situation.",
    None: "À vérifier : ce qui est connu ne suffit pas pour dire si la règle s’applique.",
}

OTHER_THEME = "Autres délais"


class InvalidCatalogue(ValueError):
    """Every fault of a catalogue, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class UnknownRule(LookupError):
    """The message is French and lists the known rules."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to count, and when it is the right one."""

    all: tuple[RuleCondition, ...]
    length: int
    unit: Unit
    mode: Mode
    extend: bool

    def count(
        self,
        start: date,
        *,
        closures: Iterable[DateRange],
        pauses: Iterable[Pause] = (),
        restarts: Iterable[date] = (),
    ) -> Counted:
        return count_delay(
            start,
            length=self.length,
            unit=self.unit,
            mode=self.mode,
            extend=self.extend,
            closures=closures,
            pauses=pauses,
            restarts=restarts,
        )


@dataclass(frozen=True, kw_only=True)
class CheckedDeadlineRule:
    code: str
    title: str
    start: str
    who: str
    consequence: str
    reference: str
    regime: str
    safe_margin: int
    act: str
    confidence: str
    all: tuple[RuleCondition, ...]
    """The rule applies when all hold."""
    variants: tuple[Variant, ...]
    """Tried in order, never empty; without one that holds, the rule doesn't apply."""
    until: tuple[str, ...]
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
    is_last_day: bool = False
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
    legal_date: date | None
    safe_date: date | None
    steps: tuple[str, ...]
    article: str

    def as_json(self) -> dict[str, Any]:
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
    closures, pauses, restarts = tuple(closures), tuple(pauses), tuple(restarts)
    covered = any_of(_conditions_verdict(variant.all, context) for variant in rule.variants)
    applies = all_of([_conditions_verdict(rule.all, context), covered])
    plausible = _plausible_variants(rule.variants, context)
    if applies is False:
        return _without_date(rule)
    ways = (variant.count(start, closures=closures, pauses=pauses, restarts=restarts) for variant in plausible)
    counted = min(ways, key=lambda way: way.legal_date)
    return Computed(
        rule=rule.code,
        applies=applies,
        legal_date=counted.legal_date,
        safe_date=safe_date(counted.legal_date, margin_working_days=rule.safe_margin, closures=closures),
        steps=(*counted.steps, *_say_doubts(rule, plausible, context)),
        article=rule.reference,
    )


@dataclass(frozen=True, kw_only=True)
class Days:
    """What was computed once: the last day, the safe day, and how."""

    legal_date: date
    safe_date: date
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Around:
    """What bears on a delay beside its rule: the closures of its structure, its pauses, the days it began again."""

    closures: tuple[DateRange, ...] = ()
    pauses: tuple[Pause, ...] = ()
    restarts: tuple[date, ...] = ()


def recount_deadline(
    rule: CheckedDeadlineRule, known: Days, *, start: date, before: Around, after: Around
) -> Days | None:
    """Count a delay again for other closures of its structure, or other pauses. None when nothing moves, or when no way
    to count it gives what is known: then nobody can tell, and what was computed stands.

    What the delay depended on is not asked again: the variant that gave the day is found by that day.
    """
    for variant in rule.variants:
        counted = variant.count(start, closures=before.closures, pauses=before.pauses, restarts=before.restarts)
        if counted.legal_date != known.legal_date or counted.steps != known.steps[: len(counted.steps)]:
            continue
        again = variant.count(start, closures=after.closures, pauses=after.pauses, restarts=after.restarts)
        margin = rule.safe_margin
        found = Days(
            legal_date=again.legal_date,
            safe_date=safe_date(again.legal_date, margin_working_days=margin, closures=after.closures),
            steps=(*again.steps, *known.steps[len(counted.steps) :]),
        )
        return None if found == known else found
    return None


def of_benefit(title: str, benefit: str | None) -> str:
    """What a step or a delay is called; of one line of an overpayment, with the benefit that tells it from the others."""
    return f"{title} : {CONTEXT['benefit'].choices.get(benefit, benefit)}" if benefit else title


def read_context(raw: Mapping[str, object]) -> dict[str, Value]:
    """The context as a command line or a form gives it. An empty value is an unknown."""
    unknown = [code for code in raw if code not in CONTEXT]
    if unknown:
        raise BadValue(f"« {', '.join(unknown)} » : contexte inconnu. Choisir parmi {', '.join(CONTEXT)}.")
    return {code: CONTEXT[code].read(value) for code, value in raw.items() if value not in (None, "")}


def load_catalogue(folder: Path = FOLDER) -> DeadlineCatalogue:
    return read_catalogue(read_reference(folder))


def read_reference(folder: Path = FOLDER) -> dict[str, Any]:
    """What the files say, as one catalogue: each adds its facts, actors, themes and rules to those of the first.

    `facts_of` says which facts are of one procedure alone, `comes_after` in which order they happen. Raises InvalidCatalogue for a file that can’t be read.
    """
    whole: dict[str, Any] = {"milestones": {}, "actors": {}, "themes": [], "rules": [], "facts_of": {}}
    whole |= {"comes_after": {}, "recurs": []}
    for name in (COMMON, *(file for procedure in PROCEDURES.values() for file in procedure.deadlines)):
        try:
            data = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise InvalidCatalogue([f"{name} n’est pas un fichier TOML lisible : {error}."]) from error
        whole["milestones"] |= data.get("milestones", {})
        whole["actors"] |= data.get("actors", {})
        whole["themes"] += data.get("themes", [])
        whole["rules"] += data.get("rules", [])
        whole["comes_after"] |= data.get("comes_after", {})
        whole["recurs"] += data.get("recurs", [])
        if "edition" in data:
            whole["edition"] = data["edition"]
        if "procedure" in data:
            whole["facts_of"][data["procedure"]] = sorted(data["milestones"])
    return whole


def read_catalogue(data: Mapping[str, Any]) -> DeadlineCatalogue:
    """The checked catalogue, or InvalidCatalogue with every fault at once."""
    milestones, actors = data.get("milestones", {}), data.get("actors", {})
    faults: list[str] = []
    rules = []
    for position, row in enumerate(data.get("rules", []), start=1):
        try:
            rules.append(read_rule(row, milestones=milestones, actors=actors))
        except (BadValue, KeyError, TypeError) as error:
            name = row.get("code") or f"n° {position}"
            faults.append(f"Règle {name} : {_say_fault(error)}")
    codes = [rule.code for rule in rules]
    faults += [f"Règle {code} : elle figure deux fois." for code in sorted({c for c in codes if codes.count(c) > 1})]
    if not rules and not faults:
        faults.append("Le catalogue ne contient aucune règle.")
    if faults:
        raise InvalidCatalogue(faults)
    return DeadlineCatalogue(
        milestones=milestones, actors=actors, rules=tuple(rules), themes=read_themes(data.get("themes", []))
    )


@cache
def reference_themes() -> tuple[Theme, ...]:
    return load_catalogue().themes


def read_themes(rows: Iterable[Mapping[str, Any]]) -> tuple[Theme, ...]:
    return tuple(Theme(code=row["code"], title=row["title"], starts=frozenset(row["starts"])) for row in rows)


COLUMNS = frozenset(
    [
        "code",
        "title",
        "start",
        "length",
        "unit",
        "mode",
        "extend",
        "who",
        "consequence",
        "reference",
        "condition",
        "regime",
        "safe_margin",
        "act",
        "confidence",
    ]
)


def read_rule(row: Mapping[str, Any], *, milestones: Iterable[str], actors: Iterable[str]) -> CheckedDeadlineRule:
    """One row, as the reference file or the database holds it."""
    _check_row(row, milestones=frozenset(milestones), actors=frozenset(actors))
    condition = row.get("condition", {})
    return CheckedDeadlineRule(
        code=row["code"],
        title=row["title"],
        start=row["start"],
        who=row["who"],
        consequence=row.get("consequence", ""),
        reference=row.get("reference", ""),
        regime=row.get("regime", ""),
        safe_margin=row.get("safe_margin", 0),
        act=row.get("act", ""),
        confidence=row["confidence"],
        all=_read_conditions(condition),
        variants=_read_variants(row),
        until=tuple(condition.get("until", ())),
        paused_by=tuple(condition.get("paused_by", ())),
        resumed_by=tuple(condition.get("resumed_by", ())),
        pause_has_term=condition.get("pause_has_term", False),
        restarted_by=tuple(condition.get("restarted_by", ())),
        silence=condition.get("silence", ""),
        afterwards=condition.get("afterwards", ""),
        is_last_day=condition.get("last_day", False),
    )


CONDITION = frozenset(
    [
        "all",
        "variants",
        "until",
        "paused_by",
        "resumed_by",
        "pause_has_term",
        "restarted_by",
        "silence",
        "afterwards",
        "last_day",
    ]
)
"""The columns that not every rule has."""


def _check_row(row: Mapping[str, Any], *, milestones: frozenset[str], actors: frozenset[str]) -> None:
    condition = row.get("condition", {})
    if not isinstance(condition, Mapping):
        raise BadValue(f"« condition » réunit ce que toutes les règles n’ont pas : {', '.join(sorted(CONDITION))}.")
    unknown = sorted((row.keys() - COLUMNS) | (condition.keys() - CONDITION))
    if unknown:
        raise BadValue(f"champ inconnu « {', '.join(unknown)} ».")
    strangers = [code for code in (row["start"], *_facts_of(condition)) if code not in milestones]
    if strangers:
        raise BadValue(f"le fait daté « {', '.join(strangers)} » n’est pas dans la liste des faits datés.")
    if row["who"] not in actors:
        raise BadValue(f"« {row['who']} » n’est pas dans la liste des acteurs.")
    if row["confidence"] not in CONFIDENCES:
        raise BadValue(f"la confiance « {row['confidence']} » n’est pas H, M ou L.")
    if not _is_count(row.get("safe_margin", 0)):
        raise BadValue("la marge de sûreté est un nombre de jours ouvrés, zéro ou plus.")
    _check_pauses(row, condition)
    _check_silence(row, condition)


def _facts_of(condition: Mapping[str, Any]) -> list[str]:
    lists = [code for name in ("until", "paused_by", "resumed_by", "restarted_by") for code in condition.get(name, ())]
    return [*lists, condition["silence"]] if condition.get("silence") else lists


def _check_pauses(row: Mapping[str, Any], condition: Mapping[str, Any]) -> None:
    paused, resumed = condition.get("paused_by", ()), condition.get("resumed_by", ())
    if bool(paused) != bool(resumed):
        raise BadValue("un délai suspendu par un fait reprend par un autre : donner « paused_by » et « resumed_by ».")
    twice = sorted(set(paused) & {row["start"], *resumed, *condition.get("until", ())})
    twice += sorted(set(resumed) & set(condition.get("until", ())))
    if twice:
        raise BadValue(f"« {', '.join(twice)} » ne peut pas à la fois suspendre le délai et le commencer ou le finir.")
    restarted = condition.get("restarted_by", ())
    if again := sorted(set(restarted) & {row["start"], *condition.get("until", ())}):
        raise BadValue(
            f"« {', '.join(again)} » ne peut pas à la fois recommencer le délai et le commencer ou le finir."
        )
    modes = {row.get("mode"), *(variant.get("mode") for variant in condition.get("variants", ()))}
    if (paused or restarted) and modes & BACKWARDS:
        raise BadValue("un délai compté à rebours ne se suspend pas, ni ne recommence.")
    if not isinstance(condition.get("pause_has_term", False), bool) or (
        condition.get("pause_has_term") and not paused
    ):
        raise BadValue("« pause_has_term » vaut true ou false, et suppose « paused_by ».")


def _check_silence(row: Mapping[str, Any], condition: Mapping[str, Any]) -> None:
    silence = condition.get("silence", "")
    if silence and (silence == row["start"] or not condition.get("until")):
        raise BadValue("le silence suppose une réponse attendue : donner « until », et un autre fait que le départ.")
    if not isinstance(condition.get("afterwards", ""), str):
        raise BadValue("« afterwards » est une phrase : ce qui reste possible après le dernier jour.")
    if not isinstance(condition.get("last_day", False), bool):
        raise BadValue("« last_day » vaut true ou false.")


def _read_conditions(raw: Mapping[str, Any]) -> tuple[RuleCondition, ...]:
    return tuple(read_condition(condition, keys=CONTEXT) for condition in raw.get("all", ()))


def _read_variants(row: Mapping[str, Any]) -> tuple[Variant, ...]:
    """A rule without variants is its own only variant; a variant says what differs from its rule."""
    variants = row.get("condition", {}).get("variants") or [{}]
    return tuple(_read_variant({**_counting_columns(row), **variant}) for variant in variants)


def _counting_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("length", "unit", "mode", "extend") if row.get(name) not in (None, "")}


def _read_variant(raw: Mapping[str, Any]) -> Variant:
    if not _is_count(raw["length"]):
        raise BadValue(f"la durée « {raw['length']} » n’est pas un nombre entier, zéro ou plus.")
    unit, mode = _read_choice(Unit, raw["unit"]), _read_choice(Mode, raw.get("mode", Mode.FORWARD))
    extend = raw.get("extend", False)
    if unit is Unit.WORKING_DAY and mode in {Mode.FRANC, Mode.BACK_FROM_EVE}:
        raise BadValue(f"le comptage « {mode} » ne vaut pas pour des jours ouvrés.")
    if not isinstance(extend, bool):
        raise BadValue("« extend » vaut true ou false.")
    return Variant(all=_read_conditions(raw), length=raw["length"], unit=unit, mode=mode, extend=extend)


def _read_choice(choices: type[Choice], raw: object) -> Choice:
    try:
        return choices(str(raw))
    except ValueError:
        raise BadValue(f"« {raw} » est inconnu, choisir parmi {', '.join(choices)}.") from None


def _is_count(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0


def _say_fault(error: Exception) -> str:
    if isinstance(error, BadValue):
        return str(error)
    if isinstance(error, KeyError):
        return f"le champ « {error.args[0]} » manque."
    return f"valeur illisible ({error})."


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
    return Computed(
        rule=rule.code,
        applies=False,
        legal_date=None,
        safe_date=None,
        steps=("Cette règle ne s’applique pas à cette situation",),
        article=rule.reference,
    )
