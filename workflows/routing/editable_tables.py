"""The routing tables as catalogues that the pilot changes by pages: how their rows are kept, said and checked.

Rows are read in order and the first that holds wins: each row says after which one it is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cases.actions.deadlines import catalogue_in_force
from cases.actions.editions import EditableCatalogue, State, as_kept
from cases.models import Edition, StructureKind
from cases.rules.conditions import BadValue, read_condition
from cases.rules.editions import TITLE, Finding, Findings, Row, Said, findings_of, say_length
from cases.rules.reading import CONFIDENCES, FaultyRules
from workflows.models import RoutingRule
from workflows.routing.apply import known_structures, table_of
from workflows.routing.facts import KnownStructure, fact_keys
from workflows.routing.released import released_contents, released_parameters
from workflows.routing.table import REFERENCES, RoutingTable
from workflows.routing.unreachable_rows import overlapping_rows

AFTER = "after"
"""The code of the row before; empty for the first one. Kept by the rank of the row, not in it."""
BY_FACT = {
    "followed_by": "La structure qui suit déjà le ménage",
    "mandated_body": "L’organisme chargé de la mesure",
}
BY_KIND = {StructureKind.LANDLORD_SOCIAL.value: "Le conseil social du bailleur de la situation"}
"""What a row may name instead of one structure, in words."""
TO_THE_PILOT = "Le pilote décide"


def read_rows(
    edition: Edition, rows: Iterable[Row], *, structures: Iterable[KnownStructure], **more: Any
) -> RoutingTable:
    """The checked table of such rows. Refuses (`FaultyRules`) with every fault."""
    return table_of(edition, [content_of(row) for row in rows], structures=structures, **more)


def content_of(row: Row) -> dict[str, object]:
    """A row as tables are read: its place is its rank."""
    return {name: value for name, value in row.items() if name != AFTER}


def _read(editions: Sequence[Edition]) -> list[tuple[int, dict[str, Any]]]:
    rules = RoutingRule.objects.filter(edition__in=editions).order_by("position")
    of_each: dict[int, list[Row]] = {}
    for rule in rules:
        of_each.setdefault(rule.edition_id, []).append(rule.content)
    return [(edition, dict(row)) for edition, contents in of_each.items() for row in _in_order(contents)]


def _in_order(contents: Sequence[Row]) -> list[Row]:
    """Each with the code of the one before it."""
    before = ["", *(row["code"] for row in contents)]
    return [{**row, AFTER: code} for row, code in zip(contents, before, strict=False)]


def _put(edition: Edition, rows: Sequence[Row]) -> None:
    _write(edition, place_rows(_contents(edition), rows))


def _take_out(edition: Edition, code: str) -> None:
    _write(edition, [row for row in _contents(edition) if row["code"] != code])


def place_rows(kept: Sequence[Row], rows: Iterable[Row]) -> list[Row]:
    """These rows among those that are kept, each after the one that it names, or where it stood when it names none; at the
    end, before the fallback, when that one is not there."""
    found = list(kept)
    for row in rows:
        if AFTER not in row and any(each["code"] == row["code"] for each in found):
            found = [row if each["code"] == row["code"] else each for each in found]
            continue
        found = [each for each in found if each["code"] != row["code"]]
        codes = [each["code"] for each in found]
        last = len(found) - bool(found and found[-1].get("fallback"))
        if row.get("fallback"):
            place = len(found)
        elif row.get(AFTER) == "":
            place = 0
        else:
            place = codes.index(row[AFTER]) + 1 if row.get(AFTER) in codes else last
        found.insert(place, content_of(row))
    return found


def _contents(edition: Edition) -> list[Row]:
    return list(RoutingRule.objects.filter(edition=edition).order_by("position").values_list("content", flat=True))


def _write(edition: Edition, rows: Sequence[Row]) -> None:
    RoutingRule.objects.filter(edition=edition).delete()
    RoutingRule.objects.bulk_create(
        RoutingRule(edition=edition, position=position, code=row["code"], title=row["title"], content=dict(row))
        for position, row in enumerate(rows, start=1)
    )


# What a row says


def _say_rows(editions: Sequence[tuple[Edition, Sequence[Row]]]) -> list[dict[str, Said]]:
    if not editions:
        return []
    edition = editions[0][0]
    structures = known_structures(edition.territory)
    delays = contact_delays(edition.effective_on, territory=edition.territory)
    return [{row["code"]: say_row(row, structures=structures, delays=delays) for row in rows} for _, rows in editions]


def contact_delays(on: date, *, territory: str) -> dict[str, str]:
    """The delays of a first contact that a row may choose: code → what they say."""
    rules = [rule for rule in catalogue_in_force(on=on, territory=territory).rules if rule.start == CONTACT_ASKED]
    return {rule.code: f"{rule.title}, {say_length(way)}" for rule in rules for way in rule.variants[:1]}


CONTACT_ASKED = "contact_asked"
"""The fact from which the delay of a first contact counts."""


def say_row(row: Row, *, structures: Sequence[KnownStructure], delays: Mapping[str, str]) -> Said:
    names = {each.code: each.name for each in structures}
    keys = fact_keys(structures)
    contact = row.get("contact_rule", "")
    return {
        TITLE: (f"{row['code']}, {row['title']}",),
        "Se lit": (f"après {row[AFTER]}" if row.get(AFTER) else "en premier",) if AFTER in row else (),
        "Toutes ces conditions": tuple(_in_words(each, keys) for each in row.get("all", ())),
        "Au moins une de celles-ci": tuple(_in_words(each, keys) for each in row.get("any", ())),
        "Confiée à": (say_lead(row, names=names),),
        "À informer": tuple(names.get(code, code) for code in row.get("supports", ())),
        "Premier contact": (delays.get(contact, contact),) if contact else (),
        "Raison, pour les professionnels": (row["reason"],),
        "Raison, pour le bailleur": tuple(filter(None, (row.get("public_reason"),))),
        "Particularités": tuple(words for name, words in FLAGS.items() if row.get(name)),
        "Confiance": (CONFIDENCES.get(row.get("confidence", "L"), ""),),
        "À confirmer": tuple(filter(None, (row.get("note"),))),
    }


FLAGS = {
    "urgent": "La situation est urgente.",
    "after_decline": "Second choix : une règle lue avant l’emporte toujours, sauf quand sa structure a décliné.",
    "despite_suspension": "Sollicitée même quand la structure a suspendu les nouvelles situations.",
    "out_of_scope": "Hors champ : le pilote dit où va le ménage, ou qu’il sort du dispositif.",
    "fallback": "Règle de repli : elle s’applique quand aucune autre ne l’emporte.",
}


def _in_words(condition: Any, keys: Mapping[str, Any]) -> str:
    try:
        return str(read_condition(condition, keys=keys))
    except BadValue as fault:
        return str(fault)


def say_lead(row: Row, *, names: Mapping[str, str]) -> str:
    lead = row.get("lead") or {}
    if row.get("fallback") or not lead:
        return TO_THE_PILOT
    if "structure" in lead:
        return names.get(lead["structure"], lead["structure"])
    if "kind" in lead:
        return BY_KIND.get(lead["kind"], lead["kind"])
    otherwise = lead.get("otherwise")
    said = BY_FACT.get(lead["fact"], lead["fact"])
    return f"{said} ; à défaut {names.get(otherwise, otherwise)}" if otherwise else said


# What is wrong in a table


def _check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    territory = edition.territory
    structures, delays = known_structures(territory, on=on), contact_delays(on, territory=territory)
    try:
        table = read_rows(edition, rows, structures=structures, contact_rules=delays)
    except FaultyRules as faulty:
        return findings_of(faulty, rows)
    return Findings(faults=(), doubts=tuple(_find_doubts(table)))


def _find_doubts(table: RoutingTable) -> Iterable[Finding]:
    """A row whose structure takes nothing passes to the next one: the pilot is told before, not after."""
    for row in table.rows:
        structure = table.structures.get(row.lead.structure) if row.lead else None
        if structure and not structure.is_active:
            yield Finding(
                code=row.code, text=f"{structure.name} n’est plus en service : la règle suivante s’applique."
            )
        elif structure and structure.suspension_in_words and not row.despite_suspension:
            yield Finding(
                code=row.code,
                text=f"{structure.suspension_in_words} ne prend pas de nouvelles situations : la règle suivante s’applique.",
            )
        if row.note:
            yield Finding(code=row.code, text=f"à vérifier. {row.note}")
    yield from _find_overlaps(table)


def _find_overlaps(table: RoutingTable) -> Iterable[Finding]:
    """Two rows that may hold together and lead to two structures: nothing is wrong, but their order decides."""
    for position, row in enumerate(table.rows):
        if row.is_fallback or row.after_decline:
            continue
        earlier = [each for each in table.rows[:position] if each.lead != row.lead and not each.after_decline]
        if codes := overlapping_rows(row, earlier=earlier):
            read = "se lisent avant elle et l’emportent" if len(codes) > 1 else "se lit avant elle et l’emporte"
            yield Finding(
                code=row.code, text=f"peut valoir pour une même situation que {', '.join(codes)}, qui {read}."
            )


def _sense(row: Row) -> frozenset[str]:
    """To whom it leads, and what it asks about."""
    asked = {str(each["key"]) for group in ("all", "any") for each in row.get(group, ())}
    return frozenset(
        {
            *asked,
            *map(str, (row.get("lead") or {}).values()),
            *(name for name in ("fallback", "out_of_scope") if row.get(name)),
        }
    )


def _editable_catalogue(code: str, reference: Path) -> EditableCatalogue:
    def published_rows(rule: str, territory: str) -> list[Row]:
        found = RoutingRule.objects.filter(
            code=rule, edition__catalogue=code, edition__state=State.PUBLISHED, edition__territory=territory
        )
        return [rule.content for rule in found]

    return EditableCatalogue(
        code=code,
        read=_read,
        published=published_rows,
        put=_put,
        take_out=_take_out,
        say=_say_rows,
        sense=_sense,
        check=_check,
        released=lambda territory: _in_order(as_kept(released_contents(territory, reference))),
        bring=lambda words: {**released_parameters(reference), **words},
        place=AFTER,
    )


ARREARS_TABLE = _editable_catalogue(Edition.Catalogue.ROUTING_ARREARS, REFERENCES[0])
OVERPAYMENT_TABLE = _editable_catalogue(Edition.Catalogue.ROUTING_OVERPAYMENT, REFERENCES[1])
TABLES: Mapping[str, EditableCatalogue] = {
    catalogue.code: catalogue for catalogue in (ARREARS_TABLE, OVERPAYMENT_TABLE)
}
"""By catalogue."""
