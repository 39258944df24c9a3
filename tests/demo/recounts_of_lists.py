"""What the lists and the procedures say of themselves, counted again in SQL written apart, as `recounts` does."""

# ruff: noqa: S608 - what is put in these texts is written here

from tests.demo.recounts import DEADLINES, FOLLOWS, HOLIDAYS, LATE, SEES, TASKS, TO_DO

STEPS = f"""
SELECT k.node, count(*) FILTER (WHERE k.structure_id = ANY(%(all)s)), count(*) FILTER (WHERE k.structure_id = ANY(%(all)s) AND {LATE}),
  count(*) FILTER (WHERE NOT k.structure_id = ANY(%(all)s))
FROM workflows_casetask k JOIN workflows_caseprocess p ON p.id = k.process_id JOIN cases_case c ON c.id = k.case_id
WHERE k.is_human AND k.status IN ('NEW', 'STARTED') AND p.flow_class LIKE %(flow)s
  AND (k.structure_id = ANY(%(all)s) OR c.closed_on IS NULL AND c.responsible_structure_id = ANY(%(all)s)) GROUP BY 1
"""
"""Step: how many wait there, how many of them are late, how many wait in another structure for a case that these answer for."""
TIMES = """
SELECT k.node, percentile_disc(0.5) WITHIN GROUP (ORDER BY (k.finished AT TIME ZONE 'Europe/Paris')::date - (k.created AT TIME ZONE 'Europe/Paris')::date)
FROM workflows_casetask k JOIN workflows_caseprocess p ON p.id = k.process_id JOIN cases_case c ON c.id = k.case_id
WHERE k.is_human AND k.status = 'DONE' AND k.structure_id = ANY(%(all)s) AND p.flow_class LIKE %(flow)s AND NOT c.is_initial_stock
  AND c.outcome <> 'voided' AND (k.finished AT TIME ZONE 'Europe/Paris')::date >= %(d)s::date - 365 GROUP BY 1 HAVING count(*) >= 5
"""
"""Step: the days that half of its ends took at most. A step of which few ended has none."""

LEAD = f"SELECT count(*), count(*) FILTER (WHERE late) FROM ({TASKS}) x"
LEFT = f"""
SELECT count(*) FILTER (WHERE safe_date < %(d)s), count(*) FILTER (WHERE safe_date = %(d)s),
  count(*) FILTER (WHERE safe_date > %(d)s AND safe_date <= %(d)s::date + 7), count(*) FILTER (WHERE safe_date > %(d)s::date + 7)
FROM ({DEADLINES}) x WHERE {{part}}
"""
GROUPS = ("Sans attendre", "Aujourd’hui", "Sous sept jours", "Plus tard")

_ANSWERED = """FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id WHERE j.structure_id = %(s)s AND c.outcome <> 'voided'
  AND (j.happened_at AT TIME ZONE 'Europe/Paris')::date >= %(d)s::date - 365"""
_TAKEN = f"""{_ANSWERED} AND j.kind = 'step.accepted'
  AND NOT EXISTS (SELECT FROM cases_journalentry z WHERE z.kind = 'step.acceptance_taken_back' AND z.data->>'takes_back' = j.id::text)"""
RECEIVED = f"""
SELECT (SELECT count(*) {_TAKEN}), (SELECT count(*) {_ANSWERED} AND j.kind = 'step.declined'),
  (SELECT count(*) {_ANSWERED} AND j.kind = 'step.unanswered' AND NOT c.is_initial_stock),
  (SELECT count(*) FROM workflows_casetask k WHERE {TO_DO} AND k.node = 'answer' AND k.structure_id = %(s)s)
"""
ANSWERS = ("Acceptées", "Déclinées", "Sans réponse dans le délai", "Attendent une réponse")
_WORKED = f"""(SELECT count(*) FROM generate_series({{0}} + 1, {{1}}, '1 day') g (on_day) WHERE extract(isodow FROM g.on_day) < 6
  AND g.on_day::date NOT IN (VALUES {HOLIDAYS}) AND NOT EXISTS (SELECT FROM cases_closure z WHERE z.structure_id = %(s)s AND g.on_day BETWEEN z.first_day AND z.last_day))"""
WAITED = f"""
WITH x AS (SELECT c.opened_on, (j.happened_at AT TIME ZONE 'Europe/Paris')::date AS taken, (SELECT min(t.made_on) FROM cases_contactattempt t WHERE t.case_id = c.id
    AND t.structure_id = %(s)s AND t.voided_at IS NULL AND t.made_on >= (j.happened_at AT TIME ZONE 'Europe/Paris')::date) AS tried {_TAKEN} AND NOT c.is_initial_stock)
SELECT 'Du signalement à l’acceptation', count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY {_WORKED.format("opened_on", "taken")}) FROM x
UNION ALL SELECT 'De l’acceptation au premier contact tenté', count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY {_WORKED.format("taken", "tried")}) FROM x WHERE tried IS NOT NULL
"""
"""What is waited for: how many waited, and the working days of the structure that half of them waited at most."""

LOTS = f"""
SELECT o.name, count(DISTINCT c.id) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id JOIN workflows_importrow i ON i.case_id = c.id
  JOIN workflows_routingdecision d ON d.id = i.decision_id JOIN workflows_importjob b ON b.id = i.job_id JOIN cases_structure o ON o.id = b.structure_id
WHERE {TO_DO} AND k.node = 'answer' AND k.structure_id = %(s)s AND d.structure_id = %(s)s AND {FOLLOWS} AND {SEES} GROUP BY b.id, o.name
"""
VACANT = """
SELECT s.name, count(*) FILTER (WHERE %(d)s::date - v.since < 15), count(*) FILTER (WHERE %(d)s::date - v.since BETWEEN 15 AND 29),
  count(*) FILTER (WHERE %(d)s::date - v.since >= 30), count(*)
FROM cases_vacancy v JOIN cases_case c ON c.id = v.case_id LEFT JOIN cases_structure s ON s.id = v.structure_id
WHERE v.closed_on IS NULL AND c.territory = %(t)s GROUP BY s.id
"""
AGES = ("Moins de 15 jours", "15 à 29 jours", "30 jours et plus", "Total")
"""Without a structure: the place of the coordinator."""
OTHERS = """
SELECT u.first_name || ' ' || u.last_name, (SELECT count(*) FROM cases_case c JOIN cases_assignment a ON a.case_id = c.id WHERE c.closed_on IS NULL
    AND c.kind <> 'coordination' AND a.user_id = u.id AND a.structure_id = %(s)s AND a.kind = 'responsible' AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))
FROM cases_user u WHERE EXISTS (SELECT FROM cases_membership m WHERE m.user_id = u.id AND m.structure_id = %(s)s)
"""
MISSING = """
SELECT (SELECT count(*) FROM cases_vacancy v WHERE v.closed_on IS NULL AND v.structure_id = %(s)s),
  (SELECT count(DISTINCT v.case_id) FROM cases_vacancy v JOIN cases_referent r ON r.case_id = v.case_id AND r.structure_id = %(s)s AND r.state IN ('accepted', 'active')
    WHERE v.closed_on IS NULL AND v.structure_id IS NULL),
  (SELECT count(*) FROM cases_referent r WHERE r.structure_id = %(s)s AND r.state = 'proposed')
"""
MINE = "SELECT count(*) FROM cases_referent r WHERE r.user_id = %(u)s AND r.state IN ('accepted', 'active')"
