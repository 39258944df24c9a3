"""A decision table: rows read from data and checked before anyone is routed by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.rules.conditions import BadValue, Key, KeyKind, RuleCondition, read_condition
from cases.rules.reading import (
    make_row,
    read_each,
    read_toml,
    refuse_faults,
    refuse_unknown_columns,
    repeated_codes,
    shape_of,
)
from workflows.routing.facts import KnownStructure, fact_keys
from workflows.routing.unreachable_rows import cannot_match, is_shadowed

KINDS_OF_A_CASE = ("landlord_social",)
"""Those whose structure is that of the case, its landlord’s own. There may be none: the row is then passed over."""
LONGEST = 10
"""Working days: a structure does not ask for longer."""
FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE = FOLDER / "routing_arrears.toml"
REFERENCES = (REFERENCE, FOLDER / "routing_overpayment.toml")


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Who takes the case: one structure, one of a kind (the landlord's own social advisers), or the one a fact names."""

    structure: str = ""
    kind: str = ""
    fact: str = ""
    otherwise: str = ""
    """The structure when the fact that should name it isn't known."""


@dataclass(frozen=True, kw_only=True)
class RoutingRow:
    code: str
    title: str
    all: tuple[RuleCondition, ...]
    any: tuple[RuleCondition, ...]
    lead: Lead | None
    """None for the fallback: the pilot decides."""
    supports: tuple[str, ...] = ()
    contact_rule: str = ""
    """The deadline rule of the first contact."""
    reason: str
    public_reason: str
    """What the landlord may read: never who follows, why, nor which service."""
    confidence: str = "L"
    note: str = ""
    urgent: bool = False
    after_decline: bool = False
    """Meant as a second choice: an earlier row always matches first."""
    despite_suspension: bool = False
    """Its structure has the household already, or a mandate for it: it is asked even when it takes no new case."""
    out_of_scope: bool = False
    """It is no rent debt of a tenant: the pilot says where the household goes, or that it is « hors dispositif »."""

    @property
    def is_fallback(self) -> bool:
        return self.lead is None and not self.out_of_scope


@dataclass(frozen=True, kw_only=True)
class RoutingTable:
    number: int
    rows: tuple[RoutingRow, ...]
    """In order; the last one is the fallback."""
    needed: tuple[str, ...]
    """Facts whose absence sends to qualification, when a row waits for them."""
    declines_before_arbitration: int
    structures: Mapping[str, KnownStructure]
    keys: Mapping[str, Key]

    @property
    def fallback(self) -> RoutingRow:
        return self.rows[-1]


def load(*, structures: Iterable[KnownStructure], path: Path = REFERENCE) -> RoutingTable:
    return read_table(read_toml(path), structures=structures)


def read_table(
    data: Mapping[str, Any], *, structures: Iterable[KnownStructure], contact_rules: Iterable[str] | None = None
) -> RoutingTable:
    """The checked table, from the reference file or an edition; `contact_rules` are the deadline rules in force. Refuses
    (`FaultyRules`) with every fault."""
    known = {structure.code: structure for structure in structures}
    keys = fact_keys(known.values())
    parameters = data.get("parameters", {})
    faults = _parameter_faults(parameters, keys=keys)
    number = data.get("edition", {}).get("number")
    if not isinstance(number, int):
        faults.append("L’édition n’a pas de numéro.")
    usual = str(parameters.get("public_reason", ""))
    rows, unread = read_each(data.get("rows", []), lambda raw: read_row(raw, public_reason=usual, keys=keys))
    faults += unread
    for row in rows:
        faults += [f"Règle {row.code} : {fault}" for fault in _name_faults(row, known, contact_rules)]
    faults += _order_faults(rows)
    refuse_faults(faults)
    return RoutingTable(
        number=number,
        rows=tuple(rows),
        needed=tuple(parameters["needed"]),
        declines_before_arbitration=parameters["declines_before_arbitration"],
        structures=known,
        keys=keys,
    )


COLUMNS = {*shape_of(RoutingRow).columns, "fallback"}


def read_row(raw: Mapping[str, Any], *, public_reason: str, keys: Mapping[str, Key]) -> RoutingRow:
    """A row as editions keep it. Refuses (`BadValue`) what cannot be read."""
    refuse_unknown_columns(raw, COLUMNS)
    if missing := [column for column in ("code", "title", "reason") if not raw.get(column)]:
        raise BadValue(f"le champ « {', '.join(missing)} » manque.")
    return make_row(
        RoutingRow,
        raw,
        all=tuple(read_condition(condition, keys=keys) for condition in raw.get("all", ())),
        any=tuple(read_condition(condition, keys=keys) for condition in raw.get("any", ())),
        lead=None if raw.get("fallback") or raw.get("out_of_scope") else _read_lead(raw.get("lead"), keys=keys),
        public_reason=raw.get("public_reason") or public_reason,
    )


def _read_lead(raw: object, *, keys: Mapping[str, Key]) -> Lead:
    names = {"structure", "kind", "fact"}
    if not isinstance(raw, Mapping) or raw.keys() - names - {"otherwise"} or len(raw.keys() & names) != 1:
        raise BadValue("la structure qui reçoit se donne par « structure », « kind » ou « fact ».")
    if "fact" in raw and (raw["fact"] not in keys or keys[raw["fact"]].kind is not KeyKind.CHOICE):
        raise BadValue(f"le fait « {raw['fact']} » ne désigne pas une structure.")
    return Lead(**raw)


def _parameter_faults(parameters: Mapping[str, object], *, keys: Mapping[str, Key]) -> list[str]:
    faults = []
    needed = parameters.get("needed")
    if not isinstance(needed, list):
        faults.append("Paramètres : « needed » liste les faits dont l’absence envoie à la qualification.")
    elif strangers := [code for code in needed if code not in keys]:
        faults.append(f"Paramètres : « {', '.join(strangers)} » n’est pas un fait connu.")
    declines = parameters.get("declines_before_arbitration")
    if not isinstance(declines, int) or declines < 1:
        faults.append("Paramètres : « declines_before_arbitration » est un nombre, 1 ou plus.")
    days = parameters.get("more_time", [])
    if not isinstance(days, list) or not all(isinstance(each, int) and 1 <= each <= LONGEST for each in days):
        faults.append(f"Paramètres : « more_time » liste des nombres de jours ouvrés, de 1 à {LONGEST}.")
    return faults


def _name_faults(
    row: RoutingRow, structures: Mapping[str, KnownStructure], contact_rules: Iterable[str] | None
) -> Iterable[str]:
    named = [*row.supports]
    if row.lead:
        named += [code for code in (row.lead.structure, row.lead.otherwise) if code]
        if row.lead.kind and row.lead.kind not in KINDS_OF_A_CASE:
            yield f"aucune structure n’est de la nature « {row.lead.kind} »."
    strangers = [code for code in named if code not in structures]
    if strangers:
        yield f"la structure « {', '.join(strangers)} » est inconnue : choisir parmi {', '.join(structures)}."
    if row.is_fallback:
        if row.all or row.any:
            yield "la règle de repli n’a pas de condition et s’applique toujours."
    elif not row.all and not row.any:
        yield "elle n’a pas de condition : seule la règle de repli s’applique à tous."
    if contact_rules is not None and row.contact_rule not in contact_rules:
        yield f"le délai de contact « {row.contact_rule} » n’est pas une règle de délai."


def _order_faults(rows: list[RoutingRow]) -> list[str]:
    faults = repeated_codes([row.code for row in rows])
    fallbacks = [row for row in rows if row.is_fallback]
    if len(fallbacks) != 1:
        faults.append("La table doit avoir une règle de repli, et une seule, pour qu’aucune situation ne se perde.")
    elif rows[-1] is not fallbacks[0]:
        faults.append(f"La règle de repli {fallbacks[0].code} doit être la dernière.")
    for position, row in enumerate(rows):
        # A kind may have no structure: it doesn't keep later rows from being reached.
        earlier = [r for r in rows[:position] if r.out_of_scope or (r.lead and not r.lead.kind)]
        if cannot_match(row.all, row.any):
            faults.append(f"Règle {row.code} : ses conditions se contredisent, elle ne s’appliquera jamais.")
        elif not row.is_fallback and not row.after_decline and (by := is_shadowed(row, by=earlier)):
            faults.append(f"Règle {row.code} : la règle {by} s’applique toujours avant elle.")
    return faults
