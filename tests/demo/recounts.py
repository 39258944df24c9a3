"""The numbers of the pages, counted again in SQL written apart: from what each is said to be, never from the code that shows it.

`%(d)s` is the day, `%(t)s` the territory, `%(s)s` a structure, `%(u)s` a person. Days are those of Paris.
"""

# ruff: noqa: S608 - what is put in these texts is written here

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

HOLIDAYS = "('2026-05-14'::date), ('2026-05-25'), ('2026-07-14'), ('2026-08-15'), ('2026-11-01'), ('2026-11-11')"
"""Of the year of the demonstration, those that its stories meet."""

TO_DO = "k.is_human AND k.status IN ('NEW', 'STARTED') AND k.node <> 'wait_turn'"
LATE = """(k.due_on < %(d)s AND (
  EXISTS (SELECT FROM workflows_casetask_deadlines l JOIN cases_deadline x ON x.id = l.deadline_id
    WHERE l.casetask_id = k.id AND x.safe_date = k.due_on AND x.state IN ('running', 'paused') AND x.legal_date < %(d)s)
  OR NOT EXISTS (SELECT FROM workflows_casetask_deadlines l JOIN cases_deadline x ON x.id = l.deadline_id
    WHERE l.casetask_id = k.id AND x.safe_date = k.due_on AND x.state IN ('running', 'paused') AND x.legal_date >= %(d)s)))"""
"""Its last day is over; without one, its own date is."""
ASIDE = "coalesce(k.set_aside_until > %(d)s, false)"
AGE = f"""(SELECT count(*) FROM generate_series((k.created AT TIME ZONE 'Europe/Paris')::date + 1, %(d)s::date, '1 day') g (on_day)
  WHERE extract(isodow FROM g.on_day) < 6 AND g.on_day::date NOT IN (VALUES {HOLIDAYS})
    AND NOT EXISTS (SELECT FROM cases_closure z WHERE z.structure_id = k.structure_id
      AND g.on_day BETWEEN z.first_day AND z.last_day))"""
"""Working days of the structure since it has the ball."""

TASKS = f"""
SELECT k.node, k.flow_task, k.owner_id, k.residence, {LATE} AS late, {ASIDE} AS aside, k.due_on - %(d)s::date AS left_, {AGE} AS age
FROM workflows_casetask k WHERE {TO_DO} AND k.structure_id = %(s)s
"""
TILES = f"""
SELECT count(*) FILTER (WHERE owner_id IS NULL AND NOT aside), count(*) FILTER (WHERE node = 'answer'),
  count(*) FILTER (WHERE late), count(*) FILTER (WHERE left_ <= 7 AND NOT late AND NOT aside),
  count(*) FILTER (WHERE left_ <= 14 AND NOT late AND NOT aside),
  (SELECT count(*) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id
    WHERE {TO_DO} AND c.responsible_structure_id = %(s)s AND k.structure_id <> %(s)s),
  count(*) FILTER (WHERE aside),
  (SELECT count(*) FROM cases_case c WHERE c.closed_on IS NULL AND c.kind <> 'coordination'
    AND c.responsible_structure_id = %(s)s AND NOT EXISTS (
      SELECT FROM workflows_casetask k WHERE k.case_id = c.id AND k.is_human AND k.status IN ('NEW', 'STARTED')))
FROM ({TASKS}) x
"""
NAMED = ("À prendre", "Sans réponse", "En retard", "Bientôt en retard, 7 jours", "Bientôt en retard, 14 jours",
    "Chez un autre", "Mises de côté", "Sans prochaine étape")  # fmt: skip
"""« Dormantes » is counted apart: it asks the journal what people did."""
DORMANT = f"""
SELECT count(*) FROM workflows_casetask k WHERE {TO_DO} AND k.structure_id = %(s)s AND NOT {ASIDE}
  AND k.created < ((%(d)s::date - CASE WHEN k.comes_first THEN %(judicial)s ELSE %(amicable)s END)::timestamp AT TIME ZONE 'Europe/Paris')
  AND NOT EXISTS (SELECT FROM cases_journalentry j WHERE j.case_id = k.case_id AND j.actor_id IS NOT NULL
    AND j.happened_at >= ((%(d)s::date - CASE WHEN k.comes_first THEN %(judicial)s ELSE %(amicable)s END)::timestamp AT TIME ZONE 'Europe/Paris')
    AND j.kind NOT LIKE 'label.%%' AND j.kind NOT LIKE 'substitute.%%' AND j.kind NOT LIKE 'sharing.%%'
    AND j.kind NOT LIKE 'person.%%' AND j.kind NOT LIKE 'household.%%'
    AND j.kind NOT IN ('case.handed_over', 'case.put_back', 'case.rerouted', 'professional.assigned', 'professional.released',
      'referent.carried_over', 'task.escalated', 'task.freed', 'task.given', 'task.reminded', 'task.returned',
      'task.set_aside', 'task.set_back'))
"""
BY = """
SELECT {by}, count(*) FILTER (WHERE age <= 2), count(*) FILTER (WHERE age BETWEEN 3 AND 5),
  count(*) FILTER (WHERE age BETWEEN 6 AND 10), count(*) FILTER (WHERE age > 10), count(*), count(*) FILTER (WHERE late)
FROM ({tasks}) x GROUP BY 1
"""
AGES = ("0 à 2 j", "3 à 5 j", "6 à 10 j", "plus de 10 j", "Total", "En retard")

MEMBERS = f"""
SELECT u.first_name || ' ' || u.last_name,
  (SELECT count(*) FROM workflows_casetask k WHERE {TO_DO} AND k.node <> 'lines' AND k.owner_id = u.id AND k.structure_id = %(s)s),
  (SELECT count(*) FROM cases_case c JOIN cases_assignment a ON a.case_id = c.id WHERE c.closed_on IS NULL
    AND a.user_id = u.id AND a.structure_id = %(s)s AND a.kind = 'responsible' AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))
FROM cases_user u WHERE EXISTS (SELECT FROM cases_membership m WHERE m.user_id = u.id AND m.structure_id = %(s)s
  AND m.since <= %(d)s AND (m.until IS NULL OR m.until >= %(d)s))
"""

SEES = """(
  EXISTS (SELECT FROM cases_assignment a JOIN cases_membership m ON m.user_id = a.user_id AND m.structure_id = a.structure_id
    WHERE a.case_id = c.id AND a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s)
      AND m.since <= %(d)s AND (m.until IS NULL OR m.until >= %(d)s))
  OR EXISTS (SELECT FROM cases_participation p JOIN cases_membership m ON m.structure_id = p.structure_id
    JOIN cases_structure s ON s.id = p.structure_id
    WHERE p.case_id = c.id AND m.user_id = %(u)s AND m.since <= %(d)s AND (m.until IS NULL OR m.until >= %(d)s)
      AND p.since <= %(d)s AND (p.until IS NULL OR p.until > %(d)s) AND p.level IN ('full', 'card') AND (
        (s.kind <> 'caf_pilot' AND m.role = 'manager')
        OR (s.kind <> 'caf_pilot' AND m.role = 'agent' AND p.part = 'asked')
        OR ((m.role = 'pilot' OR s.kind = 'caf_pilot' AND m.role IN ('agent', 'manager')) AND p.part IN ('qualifying', 'arbiter')))))"""
"""Whom the case is given to; the manager of a structure that takes part; who is asked to take it; the pilot who decides."""
DEADLINES = f"""
SELECT x.state, x.safe_date, x.case_id IN (
    SELECT a.case_id FROM cases_assignment a WHERE a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s)
    UNION SELECT k.case_id FROM workflows_casetask k WHERE {TO_DO} AND k.owner_id = %(u)s) AS mine,
  EXISTS (SELECT FROM cases_membership m WHERE m.user_id = %(u)s AND m.since <= %(d)s AND (m.until IS NULL OR m.until >= %(d)s)
    AND m.structure_id IN (x.structure_id, c.responsible_structure_id)) AS ours
FROM cases_deadline x JOIN cases_case c ON c.id = x.case_id WHERE x.state = 'running' AND {SEES}
"""
DATES = f"SELECT count(*) FILTER (WHERE mine), count(*) FILTER (WHERE ours) FROM ({DEADLINES}) x"
REPLACED = """EXISTS (SELECT FROM cases_assignment a WHERE a.kind = 'substitute' AND a.user_id = %(u)s AND a.case_id = k.case_id
  AND a.structure_id = k.structure_id AND a.replaces_id = k.owner_id AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))"""
INBOX = f"""
SELECT count(*) FILTER (WHERE (k.owner_id = %(u)s OR {REPLACED}) AND k.node <> 'lines'),
  count(*) FILTER (WHERE k.owner_id IS DISTINCT FROM %(u)s AND NOT {REPLACED} AND c.id IN (
    SELECT a.case_id FROM cases_assignment a WHERE a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))
    AND NOT (k.owner_id IS NULL AND EXISTS (SELECT FROM cases_membership m WHERE m.user_id = %(u)s AND m.structure_id = k.structure_id)))
FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id WHERE {TO_DO} AND {SEES}
"""
"""« Pour moi », with what is to whom one replaces, and « En attente ». That a notice waits for its lines is nobody’s to do."""

STEERING = """
SELECT count(*) FILTER (WHERE node = 'qualify'), count(*) FILTER (WHERE node = 'arbitrate'), count(*) FILTER (WHERE node = 'wait_turn')
FROM workflows_casetask k JOIN cases_structure s ON s.id = k.structure_id
WHERE k.is_human AND k.status IN ('NEW', 'STARTED') AND s.code = %(desk)s
"""
ANSWERS = f"""
SELECT s.name, (SELECT count(*) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id
    WHERE {TO_DO} AND k.node = 'answer' AND k.structure_id = s.id AND c.kind = %(kind)s),
  count(*) FILTER (WHERE j.kind = 'step.accepted'),
  count(*) FILTER (WHERE j.kind = 'step.unanswered' AND NOT c.is_initial_stock), count(*) FILTER (WHERE j.kind = 'step.declined')
FROM cases_structure s LEFT JOIN (cases_journalentry j JOIN cases_case c ON c.id = j.case_id AND c.kind = %(kind)s AND c.outcome <> 'voided')
  ON j.structure_id = s.id AND (j.happened_at AT TIME ZONE 'Europe/Paris')::date >= %(d)s::date - 365
WHERE s.territory = %(t)s GROUP BY s.id, s.name
"""
BACKLOGS = f"""
SELECT s.name, count(*), count(*) FILTER (WHERE k.owner_id IS NULL AND NOT {ASIDE}), count(*) FILTER (WHERE k.node = 'answer'),
  count(*) FILTER (WHERE {LATE}), count(*) FILTER (WHERE k.due_on <= %(d)s::date + 7 AND NOT {LATE} AND NOT {ASIDE}),
  count(*) FILTER (WHERE k.due_on <= %(d)s::date + 14 AND NOT {LATE} AND NOT {ASIDE}), count(*) FILTER (WHERE {ASIDE})
FROM workflows_casetask k JOIN cases_structure s ON s.id = k.structure_id JOIN cases_case c ON c.id = k.case_id
WHERE {TO_DO} AND s.territory = %(t)s AND c.kind = %(kind)s GROUP BY s.name
"""
PLACES = """
SELECT s.name, (SELECT count(*) FROM cases_referent r WHERE r.structure_id = s.id AND r.state IN ('accepted', 'active')),
  (SELECT count(*) FROM cases_referent r JOIN cases_vacancy v ON v.case_id = r.case_id AND v.structure_id IS NULL AND v.closed_on IS NULL
    WHERE r.structure_id = s.id AND r.state IN ('accepted', 'active')),
  (SELECT count(*) FROM cases_vacancy v WHERE v.structure_id = s.id AND v.closed_on IS NULL),
  (SELECT count(*) FROM cases_referent r WHERE r.structure_id = s.id AND r.state = 'proposed')
FROM cases_structure s WHERE s.territory = %(t)s
"""
CARRIED = """
SELECT u.first_name || ' ' || u.last_name,
  count(*) FILTER (WHERE r.state IN ('accepted', 'active')),
  (SELECT count(*) FROM cases_coordination o JOIN cases_referent q ON q.id = o.referent_id
    WHERE o.state IN ('accepted', 'agreed') AND q.user_id = u.id AND q.structure_id = %(s)s)
FROM cases_user u LEFT JOIN cases_referent r ON r.user_id = u.id AND r.structure_id = %(s)s
WHERE EXISTS (SELECT FROM cases_membership m WHERE m.user_id = u.id AND m.structure_id = %(s)s) GROUP BY u.id
"""
QUESTIONS = """
SELECT count(*) FILTER (WHERE q.state = 'asked'), count(*) FILTER (WHERE q.state = 'asked' AND EXISTS (
  SELECT FROM cases_question_deadlines l JOIN cases_deadline x ON x.id = l.deadline_id WHERE l.question_id = q.id AND x.state = 'missed'))
FROM cases_question q WHERE q.structure_id = %(s)s
"""
CAUSES = """
SELECT count(*) FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id
WHERE n.creditor_id = %(s)s AND date_trunc('month', n.letter_date) = date_trunc('month', %(d)s::date)
"""

_LOCAL = "AT TIME ZONE 'Europe/Paris'"
_IN = "BETWEEN %(first)s AND %(last)s"
_ARREARS = "c.kind = 'arrears' AND c.outcome <> 'voided' AND c.territory = %(t)s"
_OVERPAID = "c.kind = 'overpayment' AND c.outcome <> 'voided' AND c.territory = %(t)s"
_OPEN = "c.opened_on <= %(last)s AND (c.closed_on IS NULL OR c.closed_on > %(last)s)"
_JOURNAL = f"FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id WHERE (j.happened_at {_LOCAL})::date {_IN} AND {_ARREARS}"
INDICATORS = {
    "Impayés signalés": f"SELECT count(*) FROM cases_report r JOIN cases_case c ON c.id = r.case_id WHERE r.voided_at IS NULL AND r.reported_on {_IN} AND {_ARREARS}",
    "Bailleurs et gestionnaires qui signalent": f"SELECT count(DISTINCT r.structure_id) FROM cases_report r JOIN cases_case c ON c.id = r.case_id WHERE r.voided_at IS NULL AND r.channel IN ('file', 'landlord_form') AND r.reported_on {_IN} AND {_ARREARS}",
    "Dossiers ouverts": f"SELECT count(*) FROM cases_case c WHERE c.opened_on {_IN} AND {_ARREARS}",
    "Dossiers clos": f"SELECT count(*) FROM cases_case c WHERE c.closed_on {_IN} AND {_ARREARS}",
    "Issues des dossiers clos": f"SELECT count(*) FROM cases_case c WHERE c.closed_on {_IN} AND {_ARREARS}",
    "Dossiers pris en charge": f"SELECT count(*) FROM cases_case c WHERE {_ARREARS} AND (SELECT min(j.happened_at) {_LOCAL} FROM cases_journalentry j WHERE j.case_id = c.id AND j.kind = 'step.accepted')::date {_IN}",
    "Dossiers en cours, selon leur ancienneté": f"SELECT count(*) FROM cases_case c WHERE {_OPEN} AND {_ARREARS}",
    "Dossiers en cours, selon leur étape": f"SELECT count(*) FROM cases_case c WHERE {_OPEN} AND {_ARREARS}",
    "Ménages, selon leur composition": f"SELECT count(*) FROM cases_case c WHERE c.opened_on {_IN} AND {_ARREARS}",
    "Orientations déclinées": f"SELECT count(*) {_JOURNAL} AND j.kind = 'step.declined'",
    "Orientations restées sans réponse": f"SELECT count(*) {_JOURNAL} AND j.kind = 'step.unanswered' AND NOT c.is_initial_stock",
    "Lignes de trop-perçu saisies": f"SELECT count(*) FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id JOIN cases_journalentry j ON j.kind = 'notice.recorded' AND (j.data->>'notice')::int = n.id WHERE (j.happened_at {_LOCAL})::date {_IN} AND {_OVERPAID}",
    "Issues des lignes closes": f"SELECT count(*) FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id WHERE l.closed_on {_IN} AND {_OVERPAID}",
    "Dossiers de trop-perçu ouverts": f"SELECT count(*) FROM cases_case c WHERE c.opened_on {_IN} AND {_OVERPAID}",
    "Dossiers de trop-perçu clos": f"SELECT count(*) FROM cases_case c WHERE c.closed_on {_IN} AND {_OVERPAID}",
    "Dossiers de trop-perçu en cours, selon leur ancienneté": f"SELECT count(*) FROM cases_case c WHERE {_OPEN} AND {_OVERPAID}",
    "Personnes suivies, selon le nombre de structures": "SELECT count(DISTINCT r.case_id) FROM cases_referent r WHERE r.since <= %(last)s AND (r.until IS NULL OR r.until > %(last)s)",
    "Places vacantes, selon leur ancienneté": "SELECT count(*) FROM cases_vacancy v WHERE v.since <= %(last)s AND (v.closed_on IS NULL OR v.closed_on > %(last)s)",
}  # fmt: skip
"""Title of an indicator → how many cases, people, places it counts in a quarter."""


def ask(sql: str, **known: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, known)
        return cursor.fetchall()


def ask_number(sql: str, **known: Any) -> int:
    return int(ask(sql, **known)[0][0])


def encours(structure: int, by: str, *, on: date) -> Iterator[tuple[Any, dict[str, int]]]:
    """Of each group: its numbers, by the heading of their column."""
    for key, *numbers in ask(BY.format(by=by, tasks=TASKS), s=structure, d=on):
        yield key, dict(zip(AGES, numbers, strict=True))
