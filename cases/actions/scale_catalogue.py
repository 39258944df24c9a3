"""What the law changes every year, as a catalogue that the pilot changes by pages: the scales of withholdings, one row a year
and the values of the code; the ceilings of legal aid, of which no release brings any.

They are kept as one in the parameters of their edition, with what does not change from year to year.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.text import capfirst

from cases.actions.editions import as_kept, catalogue_in_parameters
from cases.actions.reference_files import find_file
from cases.models import Edition
from cases.rules.catalogue_parts import CataloguePart, part_rows, say_part_row, with_part_rows, without_part_row
from cases.rules.editions import TITLE, Finding, Findings, Row, Said, findings_of
from cases.rules.french import money
from cases.rules.legal_aid import read_ceilings
from cases.rules.reading import CONFIDENCES, FaultyRules, read_toml
from cases.rules.withholding import WithholdingScale, read_scales

SCALES = "scales"
CEILINGS = "legal_aid"
BASE = "base"
SETTINGS = (
    CataloguePart(name="household", title="Parts du foyer", known_by=()),
    CataloguePart(name="housing", title="Loyer inconnu : part retenue des ressources", known_by=()),
    CataloguePart(name="fraud", title="Majoration pour fraude", known_by=()),
    CataloguePart(name="revision", title="Nouveau calcul", known_by=()),
    CataloguePart(name="observed", title="Écart admis entre la retenue et le barème", known_by=()),
)
"""What no year changes: read by the pilot, corrected by releases."""
REFERENCE = Path(__file__).parents[1] / "reference" / "withholding.toml"


def rows_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    yearly = [row for name in (SCALES, CEILINGS) for row in deepcopy(list(parameters.get(name, ())))]
    return [*yearly, *part_rows(parameters, SETTINGS)]


def with_rows(parameters: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, object]:
    """The parameters with these values over those of the same years, in the order of the years, and these settings."""
    made = with_part_rows(parameters, (row for row in rows if not is_yearly(row)), SETTINGS)
    for name, is_own in ((SCALES, is_scale), (CEILINGS, is_ceilings)):
        own = {row["code"]: dict(row) for row in [*parameters.get(name, ()), *rows] if is_own(row)}
        if own or name == SCALES:
            made[name] = sorted(own.values(), key=lambda row: row.get("from", ""))
    return made


def is_scale(row: Row) -> bool:
    return is_yearly(row) and not is_ceilings(row)


def is_ceilings(row: Row) -> bool:
    """Of legal aid."""
    return "households" in row


def is_yearly(row: Row) -> bool:
    return "part" not in row


def without_row(parameters: Mapping[str, object], code: str) -> dict[str, object]:
    kept = [row for row in rows_of(parameters) if is_yearly(row) and row["code"] != code]
    made = {**without_part_row(parameters, code, SETTINGS), SCALES: [row for row in kept if is_scale(row)]}
    if CEILINGS in parameters:
        made[CEILINGS] = [row for row in kept if is_ceilings(row)]
    return made


def describe_row(row: Row) -> Said:
    if not is_yearly(row):
        return say_part_row(row, SETTINGS)
    if is_ceilings(row):
        return _describe_ceilings(row)
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
        "Source": (f"{row['reference']} ({CONFIDENCES.get(row['confidence'], '')})",),
    }


def _describe_ceilings(row: Row) -> Said:
    return {
        TITLE: (capfirst(row["title"]),),
        "Vaut": (_describe_days(row),),
        "Plafonds": tuple(
            f"{each['persons']} personne{'s' if each['persons'] > 1 else ''} : aide totale jusqu’à {money(Decimal(each['full']))},"
            f" partielle jusqu’à {money(Decimal(each['partial']))}"
            for each in row["households"]
        ),
        "Source": (f"{row['reference']} ({CONFIDENCES.get(row['confidence'], '')})",),
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
        whole: Mapping[str, Any] = with_rows({}, rows)
        scales = read_scales(whole)
        read_ceilings(whole.get(CEILINGS, ()))
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


@cache
def _rows_of_file(path: Path) -> list[Row]:
    return as_kept(rows_of(read_toml(path)))


SCALES_OF_WITHHOLDINGS = catalogue_in_parameters(
    code=Edition.Catalogue.WITHHOLDING,
    rows_of=rows_of,
    with_rows=with_rows,
    without=without_row,
    say_row=describe_row,
    sense=lambda row: frozenset({row.get("from", BASE)[:4] if is_yearly(row) else row["part"]}),
    check=check,
    released=lambda territory: _rows_of_file(find_file(REFERENCE)),
)
