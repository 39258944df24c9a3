"""What the pages of a protection officer count, counted again in SQL written apart, as `recounts` does.

His services are those of the same controller, in the same territory, as `%(s)s`; `%(month)s` is a month: « 2026-11 ».
"""

# ruff: noqa: S608 - what is put in these texts is written here

_OURS = "(SELECT x.id FROM cases_structure x JOIN cases_structure o ON o.organisation_id = x.organisation_id AND o.territory = x.territory WHERE o.id = %(s)s)"
_NOW = "p.since <= %(d)s AND (p.until IS NULL OR p.until > %(d)s)"
ACCESSES = f"""
SELECT s.name, p.basis, count(*) FILTER (WHERE {_NOW} AND p.level = 'full'), count(*) FILTER (WHERE {_NOW} AND p.level = 'card'),
  count(*) FILTER (WHERE {_NOW} AND p.level = 'thread'), count(*) FILTER (WHERE {_NOW}), count(*) FILTER (WHERE {_NOW} AND c.closed_on IS NOT NULL),
  count(*) FILTER (WHERE to_char(p.since, 'YYYY-MM') = %(month)s), count(*) FILTER (WHERE to_char(p.until, 'YYYY-MM') = %(month)s)
FROM cases_participation p JOIN cases_structure s ON s.id = p.structure_id JOIN cases_case c ON c.id = p.case_id WHERE s.id IN {_OURS} GROUP BY s.id, s.name, p.basis
"""
LEVELS = ("Complet", "Fiche", "Questions", "En tout", "dont clos", "Ouverts", "Terminés")
MOVED = f"""
SELECT to_char(day, 'YYYY-MM'), count(*) FILTER (WHERE opened), count(*) FILTER (WHERE NOT opened)
FROM (SELECT since AS day, true AS opened, structure_id FROM cases_participation UNION ALL SELECT until, false, structure_id FROM cases_participation) x
WHERE structure_id IN {_OURS} AND day IS NOT NULL GROUP BY 1
"""
_NAMED = "(SELECT min(i.given_on) FROM cases_informationgiven i WHERE i.case_id = p.case_id AND i.named_id = p.structure_id)"
_ANY = "EXISTS (SELECT FROM cases_informationgiven i WHERE i.case_id = p.case_id)"
_DUE = "(SELECT count(*) FROM cases_deadline x JOIN cases_deadlinerule w ON w.id = x.rule_id WHERE x.structure_id = s.id AND x.state = '{}' AND w.condition->'until' @> '\"person_informed\"')"
INFORMED = f"""
SELECT s.name, count(*), count(*) FILTER (WHERE {_NAMED} IS NOT NULL), count(*) FILTER (WHERE {_NAMED} IS NULL AND {_ANY}), count(*) FILTER (WHERE NOT {_ANY}),
  {_DUE.format("met")}, {_DUE.format("missed")}, {_DUE.format("running")},
  percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest({_NAMED} - p.since, CASE WHEN {_NAMED} IS NOT NULL THEN 0 END)), max(greatest({_NAMED} - p.since, CASE WHEN {_NAMED} IS NOT NULL THEN 0 END))
FROM cases_participation p JOIN cases_structure s ON s.id = p.structure_id WHERE s.id IN {_OURS} AND p.level = 'full' AND {_NOW} GROUP BY s.id, s.name
"""
"""Whole cases seen, the person being told of this service, of another, of none; the delays to tell her; days: the median, the most."""
TOLD = ("En entier", "Service nommé", "non nommé", "Aucune trace", "Échéances tenues", "dépassées", "en cours")

READINGS = f"""
SELECT s.name, count(a.case_id), count(DISTINCT a.case_id), count(DISTINCT a.case_id) FILTER (WHERE a."right" <> 'assignment'),
  count(*) FILTER (WHERE a.kind IN ('search', 'lookup')), count(*) FILTER (WHERE a.kind = 'list'), count(*) FILTER (WHERE a.kind IN ('download', 'print')),
  count(*) FILTER (WHERE a.kind = 'export'), count(DISTINCT a.user_id)
FROM cases_accessentry a JOIN cases_structure s ON s.id = a.structure_id WHERE s.id IN {_OURS} AND to_char(a.day, 'YYYY-MM') = %(month)s GROUP BY s.id, s.name
"""
READ = ("Lectures", "Dossiers lus", "dont sans affectation", "Recherches", "Listes", "Fichiers et impressions", "Exports", "Professionnels")  # fmt: skip
READ_BY_MONTH = f"""
SELECT to_char(a.day, 'YYYY-MM'), count(*), count(DISTINCT a.case_id) FROM cases_accessentry a WHERE a.structure_id IN {_OURS} AND a.case_id IS NOT NULL GROUP BY 1
"""
UNUSUAL = f"""
SELECT s.name, u.first_name || ' ' || u.last_name, to_char(a.day, 'DD/MM/YYYY'), count(DISTINCT a.case_id)
FROM cases_accessentry a JOIN cases_structure s ON s.id = a.structure_id JOIN cases_user u ON u.id = a.user_id
WHERE s.id IN {_OURS} AND to_char(a.day, 'YYYY-MM') = %(month)s AND a."right" NOT IN ('assignment', 'officer') GROUP BY s.id, s.name, u.id, a.day
HAVING count(DISTINCT a.case_id) >= %(many)s
"""
"""Days on which somebody opened so many cases that are not given to him."""

_TAKEN = f"""FROM cases_journalentry j WHERE j.kind IN ('list.exported', 'export.downloaded') AND (j.structure_id IN {_OURS} OR j.structure_id IS NULL AND EXISTS (
  SELECT FROM cases_membership m WHERE m.user_id = j.actor_id AND m.structure_id IN {_OURS} AND m.since <= (j.happened_at AT TIME ZONE 'Europe/Paris')::date
    AND (m.until IS NULL OR m.until >= (j.happened_at AT TIME ZONE 'Europe/Paris')::date)))"""
EXPORTED = f"SELECT (j.data->>'rows')::int {_TAKEN} AND to_char(j.happened_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM') = %(month)s"
EXPORTED_BY_MONTH = f"""
SELECT to_char(j.happened_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM'), count(*), sum((j.data->>'rows')::int) {_TAKEN} AND j.kind = 'list.exported' GROUP BY 1
"""
REGISTER = """
SELECT count(*) FILTER (WHERE q.ended_on IS NULL), count(*) FILTER (WHERE q.ended_on IS NOT NULL)
FROM cases_subjectrequest q JOIN cases_structure s ON s.id = %(s)s WHERE q.organisation_id = s.organisation_id AND q.territory = s.territory
"""

_ASKED = (
    "cases_sharingrequest q JOIN cases_case c ON c.id = q.case_id LEFT JOIN cases_deadline x ON x.id = q.deadline_id"
)
_ANSWERER = "coalesce(x.structure_id, c.responsible_structure_id)"
SHARING = f"""
SELECT s.name, way, count(*) FILTER (WHERE state = 'asked'), count(*) FILTER (WHERE state = 'accepted'), count(*) FILTER (WHERE state = 'declined'),
  count(*) FILTER (WHERE state = 'withdrawn'), count(*) FILTER (WHERE late)
FROM (SELECT q.structure_id AS id, 'faites' AS way, q.state, x.state = 'missed' AS late FROM {_ASKED}
  UNION ALL SELECT {_ANSWERER}, 'reçues', q.state, x.state = 'missed' FROM {_ASKED}) y JOIN cases_structure s ON s.id = y.id WHERE s.id IN {_OURS} GROUP BY s.id, s.name, way
"""
STATES = ("En attente", "Acceptées", "Déclinées", "Retirées", "Hors délai")
WISHES = f"""
SELECT s.name, (SELECT count(DISTINCT t.case_id) FROM cases_contactattempt t WHERE t.structure_id = s.id AND t.result = 'declined'),
  (SELECT count(*) FROM cases_case c WHERE c.responsible_structure_id = s.id AND c.outcome = 'declined_support'),
  (SELECT count(DISTINCT q.case_id) FROM {_ASKED} WHERE {_ANSWERER} = s.id AND q.decline_reason = 'objection')
FROM cases_structure s WHERE s.id IN {_OURS}
"""

_TAKES_PART = "(p.until IS NULL OR p.until >= (j.created_at AT TIME ZONE 'Europe/Paris')::date)"
_BROUGHT = "i.case_id IS NOT NULL AND (i.outcome = 'created' OR i.outcome = 'updated' AND j.state IN ('running', 'done', 'undoing', 'undone'))"
LISTS = f"""
SELECT j.public_id::text, count(*) FILTER (WHERE ours OR reaches), count(*) FILTER (WHERE (ours OR reaches) AND outcome = 'created'),
  count(*) FILTER (WHERE (ours OR reaches) AND outcome = 'updated'), count(*) FILTER (WHERE ours AND outcome = 'unchanged'),
  count(*) FILTER (WHERE ours AND outcome = 'watched'), count(*) FILTER (WHERE ours AND outcome = 'to_check'), count(*) FILTER (WHERE ours AND outcome = 'rejected')
FROM (SELECT j.id, j.public_id, i.outcome, j.structure_id IN {_OURS} AS ours,
    {_BROUGHT} AND EXISTS (SELECT FROM cases_participation p WHERE p.case_id = i.case_id AND p.structure_id IN {_OURS} AND {_TAKES_PART}) AS reaches
  FROM workflows_importjob j LEFT JOIN workflows_importrow i ON i.job_id = j.id) j GROUP BY j.id, j.public_id HAVING bool_or(ours OR reaches)
"""
"""Of each list: the lines of one of ours, or those that reached ours; what these became."""
BECAME = (r"dossiers? ouverts?", r"dossiers? complétés?", "sans changement", "en veille", "à vérifier", "refusées?")
REACHED = f"""
SELECT name, basis, sum(cases)::int FROM (
  SELECT CASE WHEN o.kind IN ('landlord', 'rent_manager') AND s.id NOT IN {_OURS} THEN 'Autres services du partenariat' ELSE s.name END AS name, p.basis,
    count(DISTINCT i.case_id) AS cases
  FROM workflows_importjob j JOIN workflows_importrow i ON i.job_id = j.id JOIN cases_participation p ON p.case_id = i.case_id
    JOIN cases_structure s ON s.id = p.structure_id JOIN cases_structure o ON o.id = j.structure_id
  WHERE j.public_id = %(job)s AND {_BROUGHT} AND {_TAKES_PART} AND (j.structure_id IN {_OURS} OR s.id IN {_OURS}) GROUP BY s.id, o.kind, p.basis) x GROUP BY 1, 2
"""
"""Services that the cases of a list reached, and on what ground: cases. Of a landlord’s list, never which."""
