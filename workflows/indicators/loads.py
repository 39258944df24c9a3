"""How cases are spread over those who follow them: by bands and by percentiles. Nobody is named, and nobody is ranked."""

from typing import Any

from workflows.indicators.kinds import AS_A_WHOLE, OF_LOADS, Indicator, IndicatorSection

LAST_DAY = "Au dernier jour du trimestre, ou à celui des chiffres s’il n’est pas fini."
NOBODY = "Aucun professionnel n’est nommé ni classé."

_EACH = """
SELECT x.structure_id AS structure, count(*) AS value, count(*) AS age FROM (<rows>) x
GROUP BY x.structure_id, x.user_id
"""
CASES = """
SELECT DISTINCT a.structure_id, a.user_id, a.case_id FROM cases_assignment a JOIN cases_case c ON c.id = a.case_id
WHERE a.kind = 'responsible' AND a.since <= p.last AND (a.until IS NULL OR a.until > p.last)
  AND {in_progress} AND c.kind = '<kind>' AND {standing}
"""
PEOPLE = """
SELECT DISTINCT r.structure_id, r.user_id, r.case_id FROM cases_referent r WHERE r.user_id IS NOT NULL AND {held}
"""


def of_cases(section: IndicatorSection, *, kind: str, code: str, name: str) -> tuple[Indicator, Indicator]:
    """`name`: the cases, as a title says them."""
    return _load_indicators(
        section, code, f"{name} par professionnel", f"Professionnels, selon leurs {name[0].lower()}{name[1:]}",
        unit="dossiers",
        followed="dossiers en cours dont le professionnel est responsable dans sa structure",
        rows=CASES.replace("<kind>", kind),
    )  # fmt: skip


def of_people(section: IndicatorSection, *, code: str) -> tuple[Indicator, Indicator]:
    return _load_indicators(
        section, code, "Personnes suivies par professionnel", "Professionnels, selon le nombre de personnes suivies",
        unit="personnes",
        followed="personnes dont le professionnel est référent dans sa structure",
        rows=PEOPLE,
    )  # fmt: skip


def _load_indicators(
    section: IndicatorSection, code: str, title: str, title_of_bands: str, *, unit: str, followed: str, rows: str
) -> tuple[Indicator, Indicator]:
    counted: dict[str, Any] = {
        "of_workers": True,
        "dimensions": ("structure",),
        "source": _EACH.replace("<rows>", rows),
    }
    return (
        section.median(
            code, title,
            f"Nombre de {followed}. Médiane des professionnels qui en suivent. {LAST_DAY} {NOBODY}",
            unit=unit, bands=AS_A_WHOLE, **counted,
        ),
        section.count(
            f"{code}_bands", title_of_bands,
            f"Professionnels, selon le nombre de {followed}. {LAST_DAY} {NOBODY}",
            unit="professionnels", bands=OF_LOADS, **counted,
        ),
    )  # fmt: skip
