"""The deadline rules, read from data and checked: the rows of `cases/reference`, or of an edition in the database."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cases.rules.catalogue import CheckedDeadlineRule, DeadlineCatalogue, Theme, Variant
from cases.rules.conditions import BadValue, RuleCondition, read_condition
from cases.rules.counting import BACKWARDS, Mode, Unit
from cases.rules.deadline_context import CONTEXT
from cases.rules.procedures import PROCEDURES
from cases.rules.reading import (
    CONFIDENCES,
    DataRow,
    is_count,
    make_row,
    read_each,
    read_toml,
    refuse_faults,
    refuse_unknown_columns,
    repeated_codes,
)

FOLDER = Path(__file__).parents[1] / "reference"
COMMON = "deadlines.toml"
"""The file to which those of each procedure add."""
CONDITION = {
    "all", "variants", "until", "paused_by", "resumed_by", "pause_has_term", "restarted_by", "silence", "afterwards",
    "last_day",
}  # fmt: skip
"""What not every rule has."""
COUNTING = ("length", "unit", "mode", "extend")
COLUMNS = {
    "code", "title", "start", "who", "consequence", "reference", "condition", "regime", "safe_margin", "act", "confidence",
    *COUNTING,
}  # fmt: skip


def load_catalogue(folder: Path = FOLDER) -> DeadlineCatalogue:
    return read_catalogue(read_reference(folder))


def read_reference(folder: Path = FOLDER, *, find: Callable[[Path], Path] = Path) -> dict[str, Any]:
    """What the files say, as one catalogue: each adds its facts, actors, themes and rules to those of the first.
    `find`: what is read in place of each.

    `facts_of` says which facts are of one procedure alone, `comes_after` in which order they happen. Refuses
    (`FaultyRules`) a file that can’t be read.
    """
    whole: dict[str, Any] = {"facts_of": {}}
    for name in (COMMON, *(file for procedure in PROCEDURES.values() for file in procedure.deadlines)):
        data = read_toml(find(folder / name))
        for table in ("milestones", "actors", "comes_after"):
            whole[table] = whole.get(table, {}) | data.get(table, {})
        for rows in ("themes", "rules", "recurs"):
            whole[rows] = whole.get(rows, []) + data.get(rows, [])
        if "edition" in data:
            whole["edition"] = data["edition"]
        if "procedure" in data:
            whole["facts_of"][data["procedure"]] = sorted(data["milestones"])
    return whole


def read_catalogue(data: Mapping[str, Any]) -> DeadlineCatalogue:
    """The checked catalogue, or `FaultyRules` with every fault at once."""
    words = {"milestones": data.get("milestones", {}), "actors": data.get("actors", {})}
    rules, faults = read_each(data.get("rules", []), lambda row: read_rule(row, **words))
    faults += repeated_codes([rule.code for rule in rules])
    if not rules and not faults:
        faults.append("Le catalogue ne contient aucune règle.")
    refuse_faults(faults)
    return DeadlineCatalogue(rules=tuple(rules), themes=read_themes(data.get("themes", [])), **words)


@cache
def reference_themes() -> tuple[Theme, ...]:
    return load_catalogue().themes


def read_themes(rows: Iterable[DataRow]) -> tuple[Theme, ...]:
    return tuple(make_row(Theme, row) for row in rows)


def read_rule(row: DataRow, *, milestones: Iterable[str], actors: Iterable[str]) -> CheckedDeadlineRule:
    """One row, as the reference file or the database holds it."""
    _check_row(row, milestones=frozenset(milestones), actors=frozenset(actors))
    condition = row.get("condition", {})
    said = {**row, **condition}
    return make_row(CheckedDeadlineRule, said, all=_read_conditions(condition), variants=_read_variants(row))


def _check_row(row: Mapping[str, Any], *, milestones: frozenset[str], actors: frozenset[str]) -> None:
    condition = row.get("condition", {})
    if not isinstance(condition, Mapping):
        raise BadValue(f"« condition » réunit ce que toutes les règles n’ont pas : {', '.join(sorted(CONDITION))}.")
    refuse_unknown_columns({**row, **condition}, COLUMNS | CONDITION)
    strangers = [code for code in (row["start"], *_facts_of(condition)) if code not in milestones]
    if strangers:
        raise BadValue(f"le fait daté « {', '.join(strangers)} » n’est pas dans la liste des faits datés.")
    if row["who"] not in actors:
        raise BadValue(f"« {row['who']} » n’est pas dans la liste des acteurs.")
    if row["confidence"] not in CONFIDENCES:
        raise BadValue(f"la confiance « {row['confidence']} » n’est pas H, M ou L.")
    if not is_count(row.get("safe_margin", 0)):
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


def _check_silence(row: Mapping[str, object], condition: Mapping[str, object]) -> None:
    silence = condition.get("silence", "")
    if silence and (silence == row["start"] or not condition.get("until")):
        raise BadValue("le silence suppose une réponse attendue : donner « until », et un autre fait que le départ.")
    if not isinstance(condition.get("afterwards", ""), str):
        raise BadValue("« afterwards » est une phrase : ce qui reste possible après le dernier jour.")
    if not isinstance(condition.get("last_day", False), bool):
        raise BadValue("« last_day » vaut true ou false.")


def _read_conditions(raw: DataRow) -> tuple[RuleCondition, ...]:
    return tuple(read_condition(condition, keys=CONTEXT) for condition in raw.get("all", ()))


def _read_variants(row: DataRow) -> tuple[Variant, ...]:
    """A rule without variants is its own only variant; a variant says what differs from its rule."""
    own = {name: row[name] for name in COUNTING if row.get(name) not in (None, "")}
    variants = row.get("condition", {}).get("variants") or [{}]
    return tuple(_read_variant({**own, **variant}) for variant in variants)


def _read_variant(raw: DataRow) -> Variant:
    if not is_count(raw["length"]):
        raise BadValue(f"la durée « {raw['length']} » n’est pas un nombre entier, zéro ou plus.")
    if not isinstance(raw.get("extend", False), bool):
        raise BadValue("« extend » vaut true ou false.")
    way = make_row(Variant, raw, all=_read_conditions(raw))
    if way.unit is Unit.WORKING_DAY and way.mode in {Mode.FRANC, Mode.BACK_FROM_EVE}:
        raise BadValue(f"le comptage « {way.mode} » ne vaut pas pour des jours ouvrés.")
    return way
