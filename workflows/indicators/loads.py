"""How cases are spread over those who follow them: by bands and by percentiles. Nobody is named, and nobody is ranked."""

from functools import partial

from workflows.indicators.kinds import AS_A_WHOLE, OF_LOADS, Action, Aggregation, Indicator

LAST_DAY = "Au dernier jour du trimestre, ou à celui des chiffres s’il n’est pas fini."
NOBODY = "Aucun professionnel n’est nommé ni classé."

_EACH = """
SELECT x.structure_id::text AS structure, count(*) AS value, count(*) AS age FROM (<rows>) x
GROUP BY x.structure_id, x.user_id
"""
CASES = """
SELECT DISTINCT a.structure_id, a.user_id, a.case_id FROM cases_assignment a JOIN cases_case c ON c.id = a.case_id
WHERE a.kind = 'responsible' AND a.since <= p.last AND (a.until IS NULL OR a.until > p.last)
  AND c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last) AND c.kind = '<kind>' AND {standing}
"""
PEOPLE = """
SELECT DISTINCT r.structure_id, r.user_id, r.case_id FROM cases_referent r WHERE r.user_id IS NOT NULL AND {held}
"""


def of_cases(*, kind: str, action: Action, code: str, section: str, name: str) -> tuple[Indicator, Indicator]:
    """`name`: the cases, as a title says them."""
    return _load_indicators(
        action=action,
        code=code,
        section=section,
        unit="dossiers",
        titles=(f"{name} par professionnel", f"Professionnels, selon leurs {name[0].lower()}{name[1:]}"),
        followed="dossiers en cours dont le professionnel est responsable dans sa structure",
        rows=CASES.replace("<kind>", kind),
    )


def of_people(*, action: Action, code: str, section: str) -> tuple[Indicator, Indicator]:
    return _load_indicators(
        action=action,
        code=code,
        section=section,
        unit="personnes",
        titles=("Personnes suivies par professionnel", "Professionnels, selon le nombre de personnes suivies"),
        followed="personnes dont le professionnel est référent dans sa structure",
        rows=PEOPLE,
    )


def _load_indicators(
    *, action: Action, code: str, section: str, unit: str, titles: tuple[str, str], followed: str, rows: str
) -> tuple[Indicator, Indicator]:
    indicator = partial(
        Indicator, action=action, section=section, dimensions=("structure",), source=_EACH.replace("<rows>", rows)
    )
    return (
        indicator(
            code=code,
            title=titles[0],
            definition=f"Nombre de {followed}. Médiane des professionnels qui en suivent. {LAST_DAY} {NOBODY}",
            unit=unit,
            measure=Aggregation.MEDIAN,
            bands=AS_A_WHOLE,
        ),
        indicator(
            code=f"{code}_bands",
            title=titles[1],
            definition=f"Professionnels, selon le nombre de {followed}. {LAST_DAY} {NOBODY}",
            unit="professionnels",
            measure=Aggregation.COUNT,
            bands=OF_LOADS,
        ),
    )
