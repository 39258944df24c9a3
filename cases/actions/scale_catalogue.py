"""The scales of withholdings as a catalogue that the pilot changes by pages: one row a year, and the values of the code.

They are kept as one in the parameters of their edition, with what does not change from year to year.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.text import capfirst

from cases.actions.editions import catalogue_in_parameters
from cases.models import Edition
from cases.rules.editions import TITLE, Finding, Findings, Row, Said, findings_of
from cases.rules.french import money
from cases.rules.reading import FaultyRules
from cases.rules.withholding import WithholdingScale, read_scales

SCALES = "scales"
BASE = "base"


def rows_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return deepcopy(list(parameters.get(SCALES, ())))


def with_rows(parameters: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, object]:
    """The parameters with these scales over those of the same years, in the order of the years."""
    found = {row["code"]: row for row in [*parameters.get(SCALES, ()), *rows]}
    return {**parameters, SCALES: sorted((dict(row) for row in found.values()), key=lambda row: row.get("from", ""))}


def without_row(parameters: Mapping[str, object], code: str) -> dict[str, object]:
    return {**parameters, SCALES: [row for row in rows_of(parameters) if row["code"] != code]}


def describe_row(row: Row) -> Said:
    slices = [(Decimal(each["above"]), Decimal(each["rate"])) for each in row["slices"]]
    ends = [f"à {money(above)}" for above, _ in slices[1:]]
    return {
        TITLE: (capfirst(row["title"]),),
        "Vaut": (_describe_days(row),),
        "Somme fixe": (f"{money(Decimal(row['flat']))}, jusqu’à {money(slices[0][0])}",),
        "Puis": tuple(
            f"{rate.normalize():f} %".replace(".", ",")
            + (f" de {money(above)} {end}" if end else f" au-delà de {money(above)}")
            for (above, rate), end in zip(slices, [*ends, ""], strict=True)
        ),
        "Ressources inconnues": (f"revenu pondéré réputé de {money(Decimal(row['presumed']))}",),
        "Source": (f"{row['reference']} (confiance {row['confidence']})",),
    }


def _describe_days(row: Row) -> str:
    if "from" not in row:
        return "à défaut : les valeurs inscrites dans le code"
    since = date.fromisoformat(row["from"])
    until = date.fromisoformat(row["until"]) if "until" in row else date(since.year, 12, 31)
    return f"du {since:%d/%m/%Y} au {until:%d/%m/%Y}"


def check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    """Every fault of the whole; what is lower than the year before, as thresholds hardly ever are."""
    try:
        scales = read_scales({**edition.parameters, SCALES: list(rows)})
    except FaultyRules as faulty:
        return findings_of(faulty, rows)
    dated = sorted((scale for scale in scales.scales if scale.since), key=lambda scale: scale.since or date.min)
    doubts = [
        Finding(code=after.code, text=f"une somme est plus basse que dans les {before.title} : relire l’arrêté.")
        for before, after in pairwise(dated)
        if _is_lower(after, before)
    ]
    if not any(scale.holds(on) for scale in dated):
        doubts.append(
            Finding(code="", text=f"Les valeurs de {on.year} ne sont pas saisies : rien ne se compare cette année.")
        )
    return Findings(faults=(), doubts=tuple(doubts))


def _is_lower(scale: WithholdingScale, former: WithholdingScale) -> bool:
    pairs = [(scale.flat, former.flat), (scale.presumed, former.presumed)]
    pairs += [(now.above, then.above) for now, then in zip(scale.slices, former.slices, strict=False)]
    return any(now < then for now, then in pairs)


SCALES_OF_WITHHOLDINGS = catalogue_in_parameters(
    code=Edition.Catalogue.WITHHOLDING,
    rows_of=rows_of,
    with_rows=with_rows,
    without=without_row,
    say_row=describe_row,
    sense=lambda row: frozenset({row.get("from", BASE)[:4]}),
    check=check,
)
