"""Action 11, référents: is everybody who is followed by two structures coordinated, how long are places vacant (domain §E)."""

from functools import partial

from workflows.indicators import loads
from workflows.indicators.kinds import AS_A_WHOLE, OF_PLACES, Action, Aggregation, Indicator

COVER, PLACES, DELAYS, MOVES = "Couverture", "Places de référent", "Délais", "Changements"
LOADS = "Charge des référents"

_indicator = partial(Indicator, action=Action.REFERENTS)

LAST_DAY = "Au dernier jour du trimestre, ou à celui des chiffres s’il n’est pas fini."

INDICATORS = (
    _indicator(
        code="ref_coordinated",
        section=COVER,
        title="Personnes qui ont un coordinateur",
        definition="Part des personnes suivies par au moins deux structures qui ont un coordinateur, accord de la personne recueilli ou non. " + LAST_DAY,
        unit="%",
        measure=Aggregation.SHARE,
        bands=AS_A_WHOLE,
        source="""
SELECT EXISTS (SELECT FROM cases_coordination r WHERE r.case_id = x.case_id AND {held}) AS hit FROM (
  SELECT r.case_id FROM cases_referent r WHERE {held}
  GROUP BY r.case_id HAVING count(DISTINCT r.structure_id) >= 2
) x
""",
    ),
    _indicator(
        code="ref_followed",
        section=COVER,
        title="Personnes suivies, selon le nombre de structures",
        definition="Personnes qui ont au moins un référent, selon le nombre de structures où elles en ont un. " + LAST_DAY,
        unit="personnes",
        measure=Aggregation.COUNT,
        dimensions=("followers",),
        bands=AS_A_WHOLE,
        source="""
SELECT least(count(DISTINCT r.structure_id), 3)::text AS followers FROM cases_referent r WHERE {held}
GROUP BY r.case_id
""",
    ),
    _indicator(
        code="ref_informed",
        section=COVER,
        title="Personnes informées de leur référent",
        definition="Part des référents en fonction dont la personne est informée. " + LAST_DAY,
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure",),
        bands=AS_A_WHOLE,
        source="SELECT r.structure_id::text AS structure, coalesce(r.informed_on <= p.last, false) AS hit FROM cases_referent r WHERE {held}",
    ),
    _indicator(
        code="ref_held",
        section=PLACES,
        title="Places de référent pourvues",
        definition="Part des places tenues par un référent, parmi les places tenues et les places vacantes. " + LAST_DAY,
        unit="%",
        measure=Aggregation.SHARE,
        dimensions=("structure",),
        bands=AS_A_WHOLE,
        source="""
SELECT r.structure_id::text AS structure, true AS hit FROM cases_referent r WHERE {held}
UNION ALL SELECT v.structure_id::text, false FROM cases_vacancy v
WHERE v.structure_id IS NOT NULL AND v.since <= p.last AND (v.closed_on IS NULL OR v.closed_on > p.last)
""",
    ),
    _indicator(
        code="ref_vacant",
        section=PLACES,
        title="Places vacantes, selon leur ancienneté",
        definition="Places de référent ou de coordinateur que personne ne tient, selon le nombre de jours depuis qu’elles sont vacantes. " + LAST_DAY,
        unit="places",
        measure=Aggregation.COUNT,
        dimensions=("place",),
        bands=OF_PLACES,
        source="""
SELECT p.last - v.since AS age, coalesce(v.structure_id::text, 'coordinator') AS place FROM cases_vacancy v
WHERE v.since <= p.last AND (v.closed_on IS NULL OR v.closed_on > p.last)
""",
    ),
    _indicator(
        code="ref_vacancy_days",
        section=DELAYS,
        title="Durée des vacances de place",
        definition="Jours pendant lesquels une place est restée vacante avant d’être pourvue, au jour où elle l’est. Médiane.",
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("place",),
        source="""
SELECT v.closed_on AS day, coalesce(v.structure_id::text, 'coordinator') AS place, v.closed_on - v.since AS value
FROM cases_vacancy v WHERE v.outcome = 'filled'
""",
    ),
    _indicator(
        code="ref_to_accept",
        section=DELAYS,
        title="De la proposition à la réponse",
        definition="Jours calendaires entre la proposition d’un référent et sa réponse, sans qui se propose lui-même ni les transferts. Médiane.",
        unit="jours",
        measure=Aggregation.MEDIAN,
        dimensions=("structure",),
        source="""
SELECT (r.answered_at AT TIME ZONE 'Europe/Paris')::date AS day, r.structure_id::text AS structure,
  (r.answered_at AT TIME ZONE 'Europe/Paris')::date - (r.proposed_at AT TIME ZONE 'Europe/Paris')::date AS value
FROM cases_referent r
WHERE r.answered_at > r.proposed_at AND r.user_id IS DISTINCT FROM r.proposed_by_id AND r.state <> 'withdrawn'
""",
    ),
    _indicator(
        code="ref_ended",
        section=MOVES,
        title="Fins de suivi par un référent",
        definition="Référents dont le suivi a pris fin, selon le motif, au jour de la fin.",
        unit="suivis",
        measure=Aggregation.COUNT,
        dimensions=("end_reason", "structure"),
        source="SELECT r.until AS day, r.structure_id::text AS structure, r.end_reason FROM cases_referent r WHERE r.state = 'ended'",
    ),
    _indicator(
        code="ref_objections",
        section=MOVES,
        title="Oppositions à la coordination",
        definition="Personnes qui se sont opposées à être coordonnées, au jour où elles l’ont dit.",
        unit="personnes",
        measure=Aggregation.COUNT,
        source="SELECT w.said_on AS day FROM cases_wish w WHERE w.kind = 'objection'",
    ),
    *loads.of_people(action=Action.REFERENTS, code="ref_load", section=LOADS),
)  # fmt: skip
