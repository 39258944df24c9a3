"""What À faire and Mon départ say above their lines, counted again in SQL written apart, as `recounts` does."""

# ruff: noqa: S608 - what is put in these texts is written here

from tests.demo.recounts import AWAITED, CLAIMS, FOLLOWS, MINE, OFFERED, SEES, TO_DO, TO_TAKE

_RIGHT = "x.state = 'running' AND EXISTS (SELECT FROM cases_deadlinerule w WHERE w.id = x.rule_id AND w.condition->>'last_day' = 'true')"
_NEAREST = f"""least(k.due_on, CASE WHEN NOT EXISTS (SELECT FROM cases_structure o WHERE o.id = k.structure_id AND o.kind IN ('landlord', 'rent_manager'))
  THEN (SELECT min(x.legal_date) FROM cases_deadline x WHERE x.case_id = k.case_id AND {_RIGHT}) END)"""
"""What expires first: the step, or a right of its case."""
_LEFT = f"""CASE WHEN k.comes_first AND {_NEAREST} < %(d)s THEN 'Procédure d’expulsion ou contrainte : sans attendre'
  WHEN k.comes_first THEN 'Procédure d’expulsion ou contrainte' WHEN {_NEAREST} < %(d)s THEN 'Sans attendre' WHEN {_NEAREST} = %(d)s THEN 'Aujourd’hui'
  WHEN {_NEAREST} <= %(d)s::date + 7 THEN 'Sous sept jours' ELSE 'Plus tard' END"""
LEFT = f"""
SELECT CASE WHEN {TO_TAKE} THEN 'a-prendre' WHEN {AWAITED} AND {SEES} THEN 'en-attente' ELSE 'pour-moi' END, {_LEFT}, count(*)
FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id WHERE {TO_DO} AND ({SEES} AND ({MINE} OR {AWAITED}) OR {TO_TAKE}) GROUP BY 1, 2
"""
"""List, heading, steps."""
PRESSING = ("Procédure d’expulsion ou contrainte : sans attendre", "Sans attendre")

MEETINGS = f"""
SELECT count(*) FROM cases_appointment x JOIN cases_case c ON c.id = x.case_id WHERE x.professional_id = %(u)s AND {FOLLOWS} AND {SEES}
  AND (x.starts_at AT TIME ZONE 'Europe/Paris')::date <= %(d)s AND x.state NOT IN ('moved', 'cancelled')
  AND (x.state = 'planned' OR (x.starts_at AT TIME ZONE 'Europe/Paris')::date = %(d)s)
"""
"""Of the day; and of before, without a result."""

_IN_HAND = f"""({SEES} AND (EXISTS (SELECT FROM cases_assignment a WHERE a.case_id = c.id AND a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))
  OR EXISTS (SELECT FROM workflows_casetask k WHERE k.case_id = c.id AND {TO_DO} AND (k.owner_id = %(u)s OR k.owner_id IS NULL AND k.structure_id = %(s)s AND {OFFERED}))))"""
RISKS = f"""
SELECT (SELECT count(*) FROM cases_deadline x JOIN cases_case c ON c.id = x.case_id WHERE {_RIGHT} AND x.legal_date BETWEEN %(d)s AND %(d)s::date + 7 AND {_IN_HAND})
  + (SELECT count(*) FROM cases_milestone x JOIN cases_case c ON c.id = x.case_id WHERE x.kind IN ('order_to_pay_planned', 'hearing') AND x.replaced_by_id IS NULL
    AND c.closed_on IS NULL AND x.happened_on BETWEEN %(d)s AND %(d)s::date + 15 AND {_IN_HAND})
"""
"""Rights that expire within seven days; orders to pay announced, and hearings, within fifteen."""

REPORTS = f"""
WITH x AS (SELECT DISTINCT c.id, (SELECT k.node FROM workflows_casetask k WHERE k.case_id = c.id AND k.is_human AND k.status IN ('NEW', 'STARTED')
    AND k.node <> 'lines' ORDER BY (k.node IN ('agree', 'await_answer')) DESC, k.id LIMIT 1) AS node
  FROM cases_report r JOIN cases_case c ON c.id = r.case_id JOIN cases_tenancy t ON t.id = r.tenancy_id JOIN cases_household h ON h.id = c.household_id
  WHERE c.closed_on IS NULL AND h.archived_on IS NULL AND {CLAIMS} AND (r.structure_id = %(s)s OR coalesce(t.manager_id, t.landlord_id) = %(s)s
    AND EXISTS (SELECT FROM cases_repaymentplan p WHERE p.case_id = c.id)))
SELECT count(*) FILTER (WHERE node = 'agree'), count(*) FILTER (WHERE node IN ('wait_turn', 'qualify', 'answer', 'arbitrate')),
  count(*) FILTER (WHERE node IS NULL OR node NOT IN ('agree', 'wait_turn', 'qualify', 'answer', 'arbitrate')) FROM x
"""
STATES = ("Plan à approuver", "Reçu", "Pris en charge")
"""Of a landlord’s open reports: a plan waits for him; nobody took the case yet; somebody did."""

LEAVING = """
WITH held AS (SELECT r.case_id, EXISTS (SELECT FROM cases_referent q WHERE q.case_id = r.case_id AND q.structure_id = %(s)s AND q.state = 'proposed') AS asked
    FROM cases_referent r WHERE r.user_id = %(u)s AND r.structure_id = %(s)s AND r.state IN ('accepted', 'active')),
  mine AS (SELECT c.id, c.kind FROM cases_case c WHERE EXISTS (SELECT FROM cases_assignment a WHERE a.case_id = c.id AND a.user_id = %(u)s
      AND a.structure_id = %(s)s AND a.until IS NULL AND c.closed_on IS NULL)
    OR EXISTS (SELECT FROM workflows_casetask k WHERE k.case_id = c.id AND k.owner_id = %(u)s AND k.structure_id = %(s)s AND k.is_human AND k.status IN ('NEW', 'STARTED')))
SELECT (SELECT count(*) FROM mine WHERE kind <> 'coordination' OR id IN (SELECT case_id FROM held WHERE NOT asked)),
  (SELECT count(*) FROM cases_referent r WHERE r.user_id = %(u)s AND r.structure_id = %(s)s AND r.state = 'proposed')
"""
"""Cases and places still to hand on: not those that somebody is asked to take; and people whom one is asked to follow."""
