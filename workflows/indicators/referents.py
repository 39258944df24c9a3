"""Action 11, référents: is everybody who is followed by two structures coordinated, how long are places vacant (domain §E)."""

from workflows.indicators import loads
from workflows.indicators.kinds import AS_A_WHOLE, OF_PLACES, Action, IndicatorSection
from workflows.indicators.loads import LAST_DAY

COVER = IndicatorSection(Action.REFERENTS, "Couverture")
PLACES = IndicatorSection(Action.REFERENTS, "Places de référent")
DELAYS = IndicatorSection(Action.REFERENTS, "Délais")
MOVES = IndicatorSection(Action.REFERENTS, "Changements")
LOADS = IndicatorSection(Action.REFERENTS, "Charge des référents")

INDICATORS = (
    COVER.share(
        "ref_coordinated", "Personnes qui ont un coordinateur",
        "Part des personnes suivies par au moins deux structures qui ont un coordinateur, accord de la personne recueilli ou non. " + LAST_DAY,
        tells=("ref_followed",), bands=AS_A_WHOLE, source="""
SELECT EXISTS (SELECT FROM cases_coordination r WHERE r.case_id = x.case_id AND {held}) AS hit FROM (
  SELECT r.case_id FROM cases_referent r WHERE {held}
  GROUP BY r.case_id HAVING count(DISTINCT r.structure_id) >= 2
) x
""",
    ),
    COVER.count(
        "ref_followed", "Personnes suivies, selon le nombre de structures",
        "Personnes qui ont au moins un référent, selon le nombre de structures où elles en ont un. " + LAST_DAY,
        unit="personnes", dimensions=("followers",), bands=AS_A_WHOLE, source="""
SELECT least(count(DISTINCT r.structure_id), 3)::text AS followers FROM cases_referent r WHERE {held}
GROUP BY r.case_id
""",
    ),
    COVER.share(
        "ref_informed", "Personnes informées de leur référent",
        "Part des référents en fonction dont la personne est informée. " + LAST_DAY,
        dimensions=("structure",), bands=AS_A_WHOLE, source="SELECT r.structure_id AS structure, coalesce(r.informed_on <= p.last, false) AS hit FROM cases_referent r WHERE {held}",
    ),
    PLACES.share(
        "ref_held", "Places de référent pourvues",
        "Part des places tenues par un référent, parmi les places tenues et les places vacantes. " + LAST_DAY,
        dimensions=("structure",), bands=AS_A_WHOLE, source="""
SELECT r.structure_id AS structure, true AS hit FROM cases_referent r WHERE {held}
UNION ALL SELECT v.structure_id, false FROM cases_vacancy v
WHERE v.structure_id IS NOT NULL AND {vacant}
""",
    ),
    PLACES.count(
        "ref_vacant", "Places vacantes, selon leur ancienneté",
        "Places de référent ou de coordinateur que personne ne tient, selon le nombre de jours depuis qu’elles sont vacantes. " + LAST_DAY,
        unit="places", dimensions=("place",), bands=OF_PLACES, source="""
SELECT p.last - v.since AS age, coalesce(v.structure_id::text, 'coordinator') AS place FROM cases_vacancy v
WHERE {vacant}
""",
    ),
    DELAYS.median(
        "ref_vacancy_days", "Durée des vacances de place",
        "Jours pendant lesquels une place est restée vacante avant d’être pourvue, au jour où elle l’est. Médiane.",
        dimensions=("place",), source="""
SELECT v.closed_on AS day, coalesce(v.structure_id::text, 'coordinator') AS place, v.closed_on - v.since AS value
FROM cases_vacancy v WHERE v.outcome = 'filled'
""",
    ),
    DELAYS.median(
        "ref_to_accept", "De la proposition à la réponse",
        "Jours calendaires entre la proposition d’un référent et sa réponse, sans qui se propose lui-même ni les transferts. Médiane.",
        dimensions=("structure",), source="""
SELECT (r.answered_at AT TIME ZONE 'Europe/Paris')::date AS day, r.structure_id AS structure,
  (r.answered_at AT TIME ZONE 'Europe/Paris')::date - (r.proposed_at AT TIME ZONE 'Europe/Paris')::date AS value
FROM cases_referent r
WHERE r.answered_at > r.proposed_at AND r.user_id IS DISTINCT FROM r.proposed_by_id AND r.state <> 'withdrawn'
""",
    ),
    MOVES.count(
        "ref_ended", "Fins de suivi par un référent",
        "Référents dont le suivi a pris fin, selon le motif, au jour de la fin.",
        unit="suivis", dimensions=("end_reason", "structure"), source="SELECT r.until AS day, r.structure_id AS structure, r.end_reason FROM cases_referent r WHERE r.state = 'ended'",
    ),
    MOVES.count(
        "ref_objections", "Oppositions à la coordination",
        "Personnes qui se sont opposées à être coordonnées, au jour où elles l’ont dit.",
        unit="personnes", source="SELECT w.said_on AS day FROM cases_wish w WHERE w.kind = 'objection'",
    ),
    *loads.of_people(LOADS, code="ref_load"),
)  # fmt: skip
