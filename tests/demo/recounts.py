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
    WHERE l.casetask_id = k.id AND x.state IN ('running', 'missed') AND x.legal_date < %(d)s)
  OR NOT EXISTS (SELECT FROM workflows_casetask_deadlines l JOIN cases_deadline x ON x.id = l.deadline_id
    WHERE l.casetask_id = k.id AND x.state IN ('running', 'missed') AND x.legal_date >= %(d)s)))"""
"""The last day of one of its delays is over; without one, its own date is."""
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
MINE = f"((k.owner_id = %(u)s OR {REPLACED}) AND k.node <> 'lines')"
AWAITED = f"""(k.owner_id IS DISTINCT FROM %(u)s AND NOT {REPLACED} AND c.id IN (
    SELECT a.case_id FROM cases_assignment a WHERE a.user_id = %(u)s AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))
    AND NOT (k.owner_id IS NULL AND EXISTS (SELECT FROM cases_membership m WHERE m.user_id = %(u)s AND m.structure_id = k.structure_id)))"""
INBOX = f"""
SELECT count(*) FILTER (WHERE {MINE}), count(*) FILTER (WHERE {AWAITED})
FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id WHERE {TO_DO} AND {SEES}
"""
"""« Pour moi », with what is to whom one replaces, and « En attente ». That a notice waits for its lines is nobody’s to do."""

FOLLOWS = "(%(k)s NOT IN ('landlord', 'rent_manager', 'caf_pilot') AND %(r)s IN ('agent', 'manager'))"
PILOTS = "(CASE WHEN %(k)s = 'caf_pilot' THEN %(r)s IN ('agent', 'manager', 'pilot') ELSE %(k)s NOT IN ('landlord', 'rent_manager') AND %(r)s = 'pilot' END)"
CLAIMS = "(%(k)s IN ('landlord', 'rent_manager') AND %(r)s IN ('agent', 'manager', 'correspondent'))"
OFFERED = f"""(CASE WHEN k.node IN ('agree', 'await_answer') THEN {CLAIMS} OR (%(k)s NOT IN ('landlord', 'rent_manager', 'caf_pilot') AND %(r)s = 'correspondent')
  WHEN k.node IN ('arbitrate', 'choose_coordinator', 'qualify') THEN {PILOTS}
  WHEN k.node = 'fill_place' THEN (%(k)s = 'caf_pilot' AND {PILOTS}) OR ({FOLLOWS} AND %(r)s = 'manager')
  ELSE k.node <> 'lines' AND {FOLLOWS} END)"""
"""What a member of a structure of kind `k`, in role `r`, may do there."""
TO_TAKE = f"(k.owner_id IS NULL AND k.structure_id = %(s)s AND {OFFERED} AND ({SEES} OR {CLAIMS}))"
_ASKED = f"FROM {{table}} x JOIN cases_case c ON c.id = x.case_id WHERE x.state = 'asked' AND c.closed_on IS NULL AND c.responsible_structure_id = %(s)s AND ({FOLLOWS} OR {PILOTS}) AND {SEES}"
MENU = f"""
SELECT (SELECT count(*) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id
    WHERE {TO_DO} AND {TO_TAKE}),
  (SELECT count(*) {_ASKED.format(table="cases_sharingrequest")}) + (SELECT count(*) {_ASKED.format(table="workflows_proposedcompletion")}),
  (SELECT count(DISTINCT i.job_id) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id
      JOIN workflows_importrow i ON i.case_id = c.id JOIN workflows_routingdecision d ON d.id = i.decision_id
    WHERE {TO_DO} AND k.node = 'answer' AND k.structure_id = %(s)s AND d.structure_id = %(s)s AND {FOLLOWS} AND {SEES}),
  (SELECT count(*) FROM cases_question q WHERE q.structure_id = %(s)s AND q.state = 'asked' AND %(r)s = 'correspondent'),
  (SELECT count(*) FROM cases_subjectrequest q JOIN cases_structure s ON s.id = %(s)s
    WHERE q.organisation_id = s.organisation_id AND q.territory = s.territory AND q.ended_on IS NULL AND %(r)s = 'dpo'),
  (SELECT count(*) FROM notifications_notice n WHERE n.user_id = %(u)s AND n.read_at IS NULL)
"""
"""« À prendre »; what others ask of one’s cases; lots, questions, requests of persons; what the bell counts."""

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

JOBS = "SELECT j.id, j.public_id::text FROM workflows_importjob j WHERE j.structure_id = %(s)s"
LINES = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'rejected'), count(*) FILTER (WHERE outcome = 'to_check'), count(*) FILTER (WHERE outcome = 'created'),
  count(*) FILTER (WHERE outcome = 'updated'), count(*) FILTER (WHERE outcome = 'watched'), count(*) FILTER (WHERE outcome = 'unchanged'),
  count(*) FILTER (WHERE outcome = 'ignored'), count(*) FILTER (WHERE "column" <> '' AND outcome <> 'rejected')
FROM workflows_importrow WHERE job_id = %(job)s
"""
OUTCOMES = ("Toutes", "Erreurs seulement", "À vérifier", "Dossiers ouverts", "Mis à jour", "En veille", "Sans changement",
    "Ignorées", "Une valeur illisible")  # fmt: skip

_LOCAL = "AT TIME ZONE 'Europe/Paris'"
_IN = "BETWEEN %(first)s AND %(last)s"
_ARREARS = "c.kind = 'arrears' AND c.outcome <> 'voided' AND c.territory = %(t)s"
_OVERPAID = "c.kind = 'overpayment' AND c.outcome <> 'voided' AND c.territory = %(t)s"
_OPEN = "c.opened_on <= %(last)s AND (c.closed_on IS NULL OR c.closed_on > %(last)s)"
_JOURNAL = f"FROM cases_journalentry j JOIN cases_case c ON c.id = j.case_id WHERE (j.happened_at {_LOCAL})::date {_IN} AND {_ARREARS}"
# A move stands as long as corrections never outnumber the moves that follow it.
_STANDS = "(SELECT coalesce(max(net), 0) FROM (SELECT sum(CASE WHEN w.is_correction THEN 1 ELSE -1 END) OVER (ORDER BY w.id) AS net FROM cases_measuremove w WHERE w.measure_id = v.measure_id AND w.id > v.id) after) <= 0 AND NOT v.is_correction"
_FSL = f"SELECT count(*) FROM cases_measure m JOIN cases_case c ON c.id = m.case_id WHERE m.kind = 'fsl' AND (SELECT min(v.happened_on) FROM cases_measuremove v WHERE v.measure_id = m.id AND v.state = '{{state}}' AND {_STANDS}) {_IN} AND {_ARREARS}"
_MILESTONES = f"SELECT count(*) FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id WHERE s.kind = '{{kind}}' AND s.voided_at IS NULL AND s.replaced_by_id IS NULL AND s.happened_on {_IN} AND {_ARREARS}"
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
    **dict.fromkeys(("Ménages, selon le nombre d’enfants à charge", "Ménages, selon l’âge du titulaire", "Ménages, selon qu’ils ont le RSA", "Ménages, selon l’aide au logement",
        "Ménages, selon l’étape de la procédure d’expulsion"), f"SELECT count(*) FROM cases_case c WHERE c.opened_on {_IN} AND {_ARREARS}"),
    "Résultat de la prise de contact": f"SELECT count(*) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id WHERE k.node = 'contact' AND k.status = 'DONE' AND (k.finished {_LOCAL})::date {_IN} AND {_ARREARS}",
    "Réorientations": f"SELECT count(*) FROM workflows_routingdecision d JOIN cases_case c ON c.id = d.case_id WHERE (d.decided_at {_LOCAL})::date {_IN} AND d.structure_id <> (SELECT e.structure_id FROM workflows_routingdecision e WHERE e.case_id = d.case_id AND e.id < d.id AND e.structure_id IS NOT NULL ORDER BY e.id DESC LIMIT 1) AND {_ARREARS}",
    "Plans d’apurement signés": f"SELECT count(*) FROM cases_repaymentplan p JOIN cases_case c ON c.id = p.case_id WHERE p.agreed_on {_IN} AND {_ARREARS}",
    "Aides du FSL demandées": _FSL.format(state="filed"),
    "Aides du FSL accordées": _FSL.format(state="granted"),
    "Aides au logement suspendues": _MILESTONES.format(kind="aid_suspended"),
    "Aides au logement rétablies": _MILESTONES.format(kind="aid_restored"),
    "Commandements de payer": f"{_MILESTONES.format(kind='order_to_pay_served')} AND s.happened_on >= c.opened_on",
    "Assignations": f"{_MILESTONES.format(kind='summons_served')} AND s.happened_on >= c.opened_on",
    "Délais dépassés": f"SELECT count(*) FROM cases_deadline x JOIN cases_deadlinerule w ON w.id = x.rule_id JOIN cases_case c ON c.id = x.case_id WHERE w.who = 'person' AND x.state = 'missed' AND (x.ended_at {_LOCAL})::date {_IN} AND {_OVERPAID}",
    "Dossiers de trop-perçu en cours, selon leur étape": f"SELECT count(*) FROM cases_case c WHERE {_OPEN} AND {_OVERPAID}",
    "Fins de suivi par un référent": f"SELECT count(*) FROM cases_referent r WHERE r.state = 'ended' AND r.until {_IN}",
    "Places vacantes, selon leur ancienneté": "SELECT count(*) FROM cases_vacancy v WHERE v.since <= %(last)s AND (v.closed_on IS NULL OR v.closed_on > %(last)s)",
}  # fmt: skip
"""Title of an indicator → how many cases, people, places it counts in a quarter."""

_KEPT = "NOT EXISTS (SELECT FROM cases_journalentry z WHERE z.kind = 'step.acceptance_taken_back' AND z.data->>'takes_back' = j.id::text)"
_FRESH = f"{_ARREARS} AND NOT c.is_initial_stock"
_HELD = "(r.since <= %(last)s AND (r.until IS NULL OR r.until > %(last)s))"
_FACT = "s.voided_at IS NULL AND s.replaced_by_id IS NULL"
_ROUTED = f"(SELECT min((d.decided_at {_LOCAL})::date) FROM workflows_routingdecision d WHERE d.case_id = c.id AND d.structure_id IS NOT NULL)"
_TAKEN = f"(SELECT min((j.happened_at {_LOCAL})::date) FROM cases_journalentry j WHERE j.case_id = c.id AND j.kind = 'step.accepted' AND {_KEPT})"
_MET = "(SELECT min(t.made_on) FROM cases_contactattempt t WHERE t.case_id = c.id AND t.result IN ('reached', 'declined') AND t.voided_at IS NULL)"
_DAYS = "SELECT value FROM (SELECT {from_} AS begun, {to} AS done FROM cases_case c WHERE {of}) x CROSS JOIN LATERAL (SELECT greatest(done, begun) AS day, greatest(done - begun, 0) AS value) y WHERE day {in_}"
_REPORTED = f"""SELECT DISTINCT ON (r.id) {{said}} FROM cases_report r JOIN cases_case c ON c.id = r.case_id JOIN cases_debt d ON d.tenancy_id = r.tenancy_id
  JOIN cases_debtstatement s ON s.debt_id = d.id AND s.voided_at IS NULL AND s.as_of <= r.reported_on AND coalesce(s.first_unpaid_on::text, s.months_unpaid::text) IS NOT NULL
  WHERE r.voided_at IS NULL AND r.reported_on {_IN} AND {_FRESH} ORDER BY r.id, s.as_of DESC, s.id DESC"""
_DONE = f"""SELECT (k.finished {_LOCAL})::date <= coalesce((SELECT min(x.legal_date) FROM cases_deadline x JOIN workflows_casetask_deadlines l ON l.deadline_id = x.id
    WHERE l.casetask_id = k.id AND x.safe_date = k.due_on), k.due_on) FROM workflows_casetask k JOIN cases_case c ON c.id = k.case_id
  WHERE k.node = '{{node}}' AND k.status = 'DONE' AND k.due_on IS NOT NULL AND (k.finished {_LOCAL})::date {_IN} AND {_FRESH}"""
_RENT = f"""SELECT m.paid = 'yes' FROM cases_rentmonth m JOIN cases_case c ON c.tenancy_id = m.tenancy_id
  WHERE m.paid IN ('yes', 'no', 'partly') AND date_trunc('month', m.month) = date_trunc('month', c.opened_on + interval '{{months}} months')
    AND (c.opened_on + interval '{{months}} months')::date {_IN} AND {_ARREARS}"""
# With its amendments, and theirs.
_LINKS = "(SELECT a.* FROM cases_repaymentplan a WHERE (a.id = p.id OR a.amends_id = p.id OR a.amends_id IN (SELECT b.id FROM cases_repaymentplan b WHERE b.amends_id = p.id)) AND a.agreed_on IS NOT NULL AND a.ended_on <= (p.agreed_on + interval '{months} months')::date)"
_PLANS = f"""SELECT NOT EXISTS (SELECT FROM {_LINKS} k WHERE k.state = 'broken') FROM cases_repaymentplan p JOIN cases_case c ON c.id = p.case_id
  WHERE (p.agreed_on + interval '{{months}} months')::date {_IN} AND p.amends_id IS NULL AND {_ARREARS}
    AND NOT EXISTS (SELECT FROM {_LINKS} k WHERE k.state IN ('withdrawn', 'replaced'))"""
_BACK = f"""SELECT EXISTS (SELECT FROM cases_case e WHERE e.household_id = c.household_id AND e.kind = 'arrears' AND e.id <> c.id AND e.outcome NOT IN ('voided', 'duplicate')
    AND e.opened_on > c.closed_on AND e.opened_on <= (c.closed_on + interval '{{months}} months')::date) FROM cases_case c
  WHERE c.closed_on IS NOT NULL AND {_ARREARS}
    AND (date_trunc('month', (c.closed_on + interval '{{months}} months')::date) + interval '1 month' - interval '1 day')::date {_IN}"""
_NOTICED = f"""FROM cases_overpaymentnotice n JOIN cases_case c ON c.id = n.case_id JOIN LATERAL (SELECT (j.happened_at {_LOCAL})::date AS day FROM cases_journalentry j
    WHERE j.kind = 'notice.recorded' AND j.data->>'notice' = n.id::text) y ON true WHERE y.day {_IN} AND {_OVERPAID}"""
_LOAD = """SELECT count(DISTINCT c.id) FROM cases_case c JOIN cases_assignment a ON a.case_id = c.id
  WHERE a.kind = 'responsible' AND a.since <= %(last)s AND (a.until IS NULL OR a.until > %(last)s) AND {open} AND {of} GROUP BY a.structure_id, a.user_id"""
_MOVED = f"""SELECT g.amount FROM cases_ledgerentry g JOIN cases_debtline l ON l.debt_id = g.debt_id JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id
  WHERE g.kind = '{{kind}}' AND g.on {_IN} AND g.id NOT IN (SELECT corrects_id FROM cases_ledgerentry WHERE corrects_id IS NOT NULL) AND {_OVERPAID}"""
SHARES = {
    "Signalés dans les deux mois": _REPORTED.format(said="CASE WHEN s.first_unpaid_on <= r.reported_on THEN r.reported_on < s.first_unpaid_on + interval '2 months' ELSE s.months_unpaid < 2 END"),
    "Réponses aux orientations dans le délai": _DONE.format(node="answer"),
    "Contacts dans le délai": _DONE.format(node="contact"),
    "Ménages rencontrés": f"SELECT q.data->>'contacted' = 'reached' FROM workflows_casetask k JOIN workflows_caseprocess q ON q.id = k.process_id JOIN cases_case c ON c.id = k.case_id WHERE k.node = 'contact' AND k.status = 'DONE' AND (k.finished {_LOCAL})::date {_IN} AND {_ARREARS}",
    "Part des orientations déclinées": f"SELECT j.kind = 'step.declined' {_JOURNAL} AND j.kind IN ('step.accepted', 'step.declined') AND {_KEPT}",
    "Retours dans les 12 mois": f"""SELECT EXISTS (SELECT FROM cases_case b WHERE b.household_id = c.household_id AND b.kind = 'arrears' AND b.id <> c.id AND b.outcome NOT IN ('', 'voided', 'duplicate')
        AND b.closed_on BETWEEN c.opened_on - interval '12 months' AND c.opened_on) FROM cases_case c WHERE c.opened_on {_IN} AND {_ARREARS}
      UNION ALL SELECT EXISTS (SELECT FROM cases_journalentry b WHERE b.case_id = j.case_id AND b.kind = 'case.closed' AND b.happened_at BETWEEN j.happened_at - interval '12 months' AND j.happened_at)
        {_JOURNAL} AND j.kind = 'case.reopened'""",
    **{f"Loyer courant payé {months} mois après l’ouverture": _RENT.format(months=months) for months in (1, 3, 6)},
    **{f"Plans tenus à {months} mois": _PLANS.format(months=months) for months in (6, 12)},
    "Diagnostic transmis avant l’audience": f"SELECT EXISTS (SELECT FROM cases_milestone d WHERE d.case_id = s.case_id AND d.kind = 'dsf_sent' AND d.voided_at IS NULL AND d.replaced_by_id IS NULL AND d.happened_on <= s.happened_on) FROM cases_milestone s JOIN cases_case c ON c.id = s.case_id WHERE s.kind = 'hearing' AND {_FACT} AND s.happened_on {_IN} AND s.happened_on >= c.opened_on AND {_ARREARS}",
    "Ménages qu’aucun service ne suivait": f"SELECT f.value #>> '{{}}' = 'none' FROM cases_case c JOIN cases_householdfact f ON f.household_id = c.household_id AND f.name = 'followed_by' WHERE c.opened_on {_IN} AND {_ARREARS}",
    "Retours, six mois après": _BACK.format(months=6),
    "Retours, un an après": _BACK.format(months=12),
    "Trop-perçus qui se répètent": f"SELECT EXISTS (SELECT FROM cases_overpaymentnotice b JOIN cases_case e ON e.id = b.case_id WHERE e.household_id = c.household_id AND e.outcome <> 'voided' AND b.operator = n.operator AND b.letter_date < n.letter_date AND b.letter_date >= n.letter_date - interval '12 months') {_NOTICED}",
    "Courriers pris en main en 10 jours": f"SELECT y.day - coalesce(n.received_on, n.letter_date) <= 10 {_NOTICED}",
    "Recours et démarches dans le délai": f"SELECT x.state = 'met' FROM cases_deadline x JOIN cases_deadlinerule w ON w.id = x.rule_id JOIN cases_case c ON c.id = x.case_id WHERE w.who = 'person' AND x.state IN ('met', 'missed') AND (x.ended_at {_LOCAL})::date {_IN} AND {_OVERPAID}",
    "Personnes qui ont un coordinateur": f"SELECT EXISTS (SELECT FROM cases_coordination r WHERE r.case_id = x.case_id AND {_HELD}) FROM (SELECT r.case_id FROM cases_referent r WHERE {_HELD} GROUP BY 1 HAVING min(r.structure_id) <> max(r.structure_id)) x",
    "Personnes informées de leur référent": f"SELECT r.informed_on IS NOT NULL AND r.informed_on <= %(last)s FROM cases_referent r WHERE {_HELD}",
    "Places de référent pourvues": f"SELECT true FROM cases_referent r WHERE {_HELD} UNION ALL SELECT false FROM cases_vacancy r WHERE r.structure_id IS NOT NULL AND r.since <= %(last)s AND (r.closed_on IS NULL OR r.closed_on > %(last)s)",
}  # fmt: skip
"""Title of a share → a line for each that is counted: is it within?"""
MEDIANS = {
    "Ancienneté de la dette au signalement": _REPORTED.format(said="CASE WHEN s.first_unpaid_on <= r.reported_on THEN r.reported_on - s.first_unpaid_on ELSE round(30 * s.months_unpaid) END"),
    "Du signalement à l’orientation": f"SELECT greatest({_ROUTED} - c.opened_on, 0) FROM cases_case c WHERE {_ROUTED} {_IN} AND {_FRESH}",
    "De l’orientation à l’acceptation": f"SELECT greatest({_TAKEN} - {_ROUTED}, 0) FROM cases_case c WHERE {_TAKEN} {_IN} AND {_FRESH}",
    "De l’acceptation au premier contact": _DAYS.format(from_=_TAKEN, to=_MET, of=f"{_FRESH} AND {_TAKEN} IS NOT NULL AND {_MET} IS NOT NULL", in_=_IN),
    "Du signalement au premier contact": _DAYS.format(from_="c.opened_on", to=_MET, of=f"{_FRESH} AND {_MET} IS NOT NULL", in_=_IN),
    "Dette à l’entrée": f"SELECT (SELECT r.balance FROM cases_report r WHERE r.case_id = c.id AND r.voided_at IS NULL ORDER BY r.reported_on, r.id LIMIT 1) FROM cases_case c WHERE c.opened_on {_IN} AND {_ARREARS}",
    "Dette à la sortie": f"SELECT (SELECT s.balance FROM cases_debtstatement s JOIN cases_debt d ON d.id = s.debt_id WHERE d.tenancy_id = c.tenancy_id AND s.voided_at IS NULL AND s.as_of <= c.closed_on ORDER BY s.as_of DESC, s.id DESC LIMIT 1) FROM cases_case c WHERE c.closed_on {_IN} AND {_ARREARS}",
    "Délai de réponse du FSL": f"""SELECT done - filed FROM (SELECT m.case_id, min(v.happened_on) FILTER (WHERE v.state = 'filed') AS filed, min(v.happened_on) FILTER (WHERE v.state IN ('granted', 'refused')) AS done
        FROM cases_measure m JOIN cases_measuremove v ON v.measure_id = m.id WHERE m.kind = 'fsl' AND {_STANDS} GROUP BY m.id, m.case_id) x JOIN cases_case c ON c.id = x.case_id
      WHERE done >= filed AND done {_IN} AND {_ARREARS}""",
    "Dossiers d’impayé par professionnel": _LOAD.format(open=_OPEN, of=_ARREARS),
    "Dossiers de trop-perçu par professionnel": _LOAD.format(open=_OPEN, of=_OVERPAID),
    "Personnes suivies par professionnel": f"SELECT count(DISTINCT r.case_id) FROM cases_referent r WHERE r.user_id IS NOT NULL AND {_HELD} GROUP BY r.structure_id, r.user_id",
    "Du courrier à sa prise en main": f"SELECT greatest(y.day - coalesce(n.received_on, n.letter_date), 0) {_NOTICED}",
    "Délai de réponse des organismes": f"SELECT (q.ended_at {_LOCAL})::date - (q.asked_at {_LOCAL})::date FROM cases_question q JOIN cases_debtline l ON l.id = q.line_id JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id WHERE q.state = 'answered' AND (q.ended_at {_LOCAL})::date {_IN} AND c.outcome <> 'voided' AND c.territory = %(t)s",
    "Durée des vacances de place": f"SELECT v.closed_on - v.since FROM cases_vacancy v WHERE v.outcome = 'filled' AND v.closed_on {_IN}",
    "De la proposition à la réponse": f"SELECT (r.answered_at {_LOCAL})::date - (r.proposed_at {_LOCAL})::date FROM cases_referent r WHERE r.answered_at > r.proposed_at AND r.state <> 'withdrawn' AND (r.proposed_by_id IS NULL OR r.user_id <> r.proposed_by_id) AND (r.answered_at {_LOCAL})::date {_IN}",
}  # fmt: skip
"""Title of a median → a line for each that is counted: its days, its euros, its cases. A line of nothing is not counted."""
SUMS = {
    "Montants accordés par le FSL": f"SELECT m.amount_granted FROM cases_measure m JOIN cases_case c ON c.id = m.case_id WHERE m.kind = 'fsl' AND (SELECT min(v.happened_on) FROM cases_measuremove v WHERE v.measure_id = m.id AND v.state = 'granted' AND {_STANDS}) {_IN} AND {_ARREARS}",
    "Montants annulés": _MOVED.format(kind="cancelled"),
    "Montants remis": _MOVED.format(kind="remitted"),
    "Montants échelonnés": f"SELECT l.amount FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id JOIN cases_case c ON c.id = n.case_id WHERE l.outcome = 'scheduled' AND l.closed_on {_IN} AND {_OVERPAID}",
}  # fmt: skip
"""Title of a sum → a line for each amount of it."""


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


ANSWERED_BY = {
    "Orientations déclinées": "j",
    "Orientations restées sans réponse": "j",
    "Part des orientations déclinées": "j",
    "Réorientations": "d",
    "Réponses aux orientations dans le délai": "k",
}
"""Of the answers, the structure is the one that was asked, in what its line of the journal, its step or its decision says."""
_LEASE = "SELECT coalesce(nullif(t.{own}, ''), w.{usual}, '') FROM cases_tenancy t LEFT JOIN cases_landlordprofile w ON w.structure_id = t.landlord_id WHERE t.id = c.tenancy_id"
NATURE = f"coalesce(({_LEASE.format(own='landlord_type', usual='legal_type')}), '')"
HOUSING = f"coalesce(({_LEASE.format(own='housing', usual='housing')}), '')"
"""As the lease says, else as its landlord is; nothing where nobody knows."""


def of_part(title: str, sql: str, *by: str) -> str | None:
    """What an indicator counts of the cases that `%(structure)s` answers for, of that `%(landlord_type)s`, of that
    `%(housing)s`; None of what is not made of cases."""
    whose = f"{ANSWERED_BY[title]}.structure_id" if title in ANSWERED_BY else "c.responsible_structure_id"
    wanted = {"structure": whose, "landlord_type": NATURE, "housing": HOUSING}
    for which in (_ARREARS, _OVERPAID):
        if which in sql:
            return sql.replace(which, " AND ".join([which, *(f"{wanted[each]} = %({each})s" for each in by)]))
    return None
