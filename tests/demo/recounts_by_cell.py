"""The numbers inside the tables of the pages, counted again in SQL written apart, as `recounts` does: a line for each cell."""

# ruff: noqa: S608 - what is put in these texts is written here

from tests.demo.recounts import LATE, SEES, TO_DO

HEAT = f"""
SELECT s.name, k.node, count(*), count(*) FILTER (WHERE {LATE}), min(k.created AT TIME ZONE 'Europe/Paris')::date
FROM workflows_casetask k JOIN cases_structure s ON s.id = k.structure_id JOIN cases_case c ON c.id = k.case_id
  JOIN workflows_caseprocess p ON p.id = k.process_id
WHERE {TO_DO} AND s.territory = %(t)s AND c.kind = ANY(%(kinds)s) AND p.flow_class LIKE %(flow)s GROUP BY 1, 2
"""
"""Structure, step: how many wait, how many are late, since when the oldest one waits."""

ENDING = """greatest(k.due_on, (SELECT min(x.legal_date) FROM workflows_casetask_deadlines l JOIN cases_deadline x ON x.id = l.deadline_id
  WHERE l.casetask_id = k.id AND x.state IN ('running', 'missed')))"""
"""The last day of a step: its own, or that of the first of its delays to end where it is later."""
WEEK = f"""
SELECT u.first_name || ' ' || u.last_name, (SELECT count(DISTINCT c.id) FROM cases_case c JOIN cases_assignment a ON a.case_id = c.id WHERE c.closed_on IS NULL
    AND a.user_id = u.id AND a.structure_id = %(s)s AND (a.until IS NULL OR a.until > %(d)s)),
  greatest({ENDING}, %(d)s::date - 1) AS ending, count(*)
FROM workflows_casetask k LEFT JOIN cases_user u ON u.id = k.owner_id
WHERE {TO_DO} AND k.structure_id = %(s)s AND {ENDING} <= %(d)s::date + 14 - extract(isodow FROM %(d)s::date)::int GROUP BY u.id, ending
"""
"""Colleague, cases that he follows (his own, and those of colleagues), day (yesterday: late already), steps; until the Sunday of next week."""

LABELS = """
SELECT l.words, (SELECT count(*) FROM cases_caselabel p JOIN cases_case c ON c.id = p.case_id WHERE p.label_id = l.id AND c.closed_on IS NULL)
FROM cases_label l WHERE l.structure_id = %(s)s AND l.retired_at IS NULL
"""

_LINE = "FROM cases_debtline l JOIN cases_overpaymentnotice n ON n.id = l.notice_id WHERE n.creditor_id = %(s)s"
YEAR = f"SELECT l.cause, extract(month FROM n.letter_date)::int, count(*) {_LINE} AND extract(year FROM n.letter_date) = %(year)s GROUP BY 1, 2"
"""Cause, month of the letter, lines."""
MONTH = f"SELECT {{by}}, count(*) {_LINE} AND to_char(n.letter_date, 'YYYY-MM') = %(month)s GROUP BY 1"

_FILE = """FROM cases_debtstatement s JOIN cases_debt d ON d.id = s.debt_id WHERE d.tenancy_id = x.tenancy_id AND s.voided_at IS NULL
  AND s.as_of >= x.over AND s.as_of < (x.closed_on + %(months)s * interval '1 month' + interval '3 months')::date AND s.source_id IN (t.landlord_id, t.manager_id)
  ORDER BY s.as_of, s.id LIMIT 1"""
_BEFORE = """FROM cases_debtstatement s JOIN cases_debt d ON d.id = s.debt_id WHERE d.tenancy_id = x.tenancy_id AND s.voided_at IS NULL AND s.as_of <= x.closed_on
  ORDER BY s.as_of DESC, s.id DESC LIMIT 1"""
_ANSWER = "FROM cases_lateranswer a WHERE a.case_id = x.id AND a.closed_on = x.closed_on AND a.months = %(months)s"
_PLAN = "FROM cases_repaymentplan r WHERE r.case_id = x.id AND r.agreed_on <= x.closed_on AND (r.ended_on IS NULL OR r.ended_on > x.closed_on) ORDER BY r.id DESC LIMIT 1"
LATER = f"""
WITH x AS (SELECT c.id, c.tenancy_id, c.household_id, c.outcome, c.closed_on, (c.closed_on + %(months)s * interval '1 month')::date AS over FROM cases_case c
  WHERE c.kind = 'arrears' AND c.territory = %(t)s AND c.outcome <> 'voided' AND c.closed_on IS NOT NULL),
y AS (SELECT x.*, t.ended_on, h.archived_on, (SELECT s.as_of {_FILE}) AS on_, (SELECT s.balance {_FILE}) AS now_, (SELECT s.balance {_BEFORE}) AS before,
    (SELECT a.home {_ANSWER}) AS home, (SELECT a.trend {_ANSWER}) AS trend, (SELECT a.plan {_ANSWER}) AS kept, (SELECT r.id {_PLAN}) AS plan
  FROM x LEFT JOIN cases_tenancy t ON t.id = x.tenancy_id JOIN cases_household h ON h.id = x.household_id),
z AS (SELECT y.*,
    CASE WHEN outcome IN ('evicted', 'left', 'rehoused') OR (ended_on <= over AND (archived_on IS NULL OR ended_on < archived_on)) THEN 'no'
      WHEN on_ IS NOT NULL THEN 'yes' ELSE coalesce(home, 'unknown') END AS is_there,
    CASE WHEN now_ = 0 OR now_ < before THEN 'less' WHEN now_ = before THEN 'same' WHEN now_ > before THEN 'more' ELSE coalesce(trend, 'unknown') END AS moved,
    (SELECT CASE WHEN r.state = 'broken' AND r.ended_on < (closed_on + (%(months)s + 3) * interval '1 month')::date THEN 'broken'
        WHEN now_ <= r.monthly + (SELECT coalesce(sum(i.amount), 0) FROM cases_instalment i WHERE i.plan_id = r.id AND i.due_on > on_) THEN 'kept'
        WHEN now_ IS NOT NULL THEN 'broken' ELSE coalesce(nullif(kept, ''), 'unknown') END FROM cases_repaymentplan r WHERE r.id = y.plan) AS holds,
    EXISTS (SELECT FROM cases_case e WHERE e.household_id = y.household_id AND e.kind = 'arrears' AND e.id <> y.id AND e.outcome NOT IN ('voided', 'duplicate')
      AND e.opened_on > y.closed_on AND e.opened_on <= y.over) AS is_back
  FROM y)
SELECT date_trunc('quarter', z.closed_on)::date, count(*), count(*) FILTER (WHERE is_there = 'yes'), count(*) FILTER (WHERE is_there = 'no'),
  count(*) FILTER (WHERE moved = 'less'), count(*) FILTER (WHERE moved = 'same'), count(*) FILTER (WHERE moved = 'more'),
  count(*) FILTER (WHERE holds = 'kept'), count(*) FILTER (WHERE is_back), count(*) FILTER (WHERE is_there = 'unknown'), count(holds)
FROM z WHERE (date_trunc('month', over) + interval '1 month - 1 day')::date <= %(d)s GROUP BY 1
"""
"""Quarter of closing, then as `COHORT`, then how many had a plan. A month is counted once it is over."""
COHORT = (
    "Dossiers",
    "Dans le logement",
    "Partis",
    "Dette en baisse",
    "Stable",
    "En hausse",
    "Plans tenus",
    "De retour",
    "Non connu",
)

_AID = "(CASE WHEN t.aid_kind = 'none' OR t.direct_payment IS FALSE THEN 0 ELSE coalesce(t.aid, 0) END)"
_DEBTS = f"""
SELECT t.id, coalesce(m.name, o.name) AS landlord, v.balance, v.first_unpaid_on, t.aid_kind <> 'none' AS has_aid,
  greatest(t.rent + coalesce(t.charges, 0) - t.rent_reduction - {_AID}, 0) * coalesce((SELECT f.opening_dues FROM cases_landlordprofile f
    WHERE f.structure_id = coalesce(t.manager_id, t.landlord_id)), 1) AS opens_at,
  CASE WHEN t.aid_kind = 'none' OR (t.direct_payment IS NOT FALSE AND t.aid IS NULL) THEN NULL
    ELSE 2 * greatest(t.rent + coalesce(t.charges, 0) - {_AID}, 0) END AS legal_from,
  EXISTS (SELECT FROM cases_case c WHERE c.tenancy_id = t.id AND c.kind = 'arrears' AND c.closed_on IS NULL) AS is_open,
  EXISTS (SELECT FROM cases_milestone e JOIN cases_case c ON c.id = e.case_id WHERE c.tenancy_id = t.id AND c.closed_on IS NULL
    AND e.kind = 'arrears_reported' AND e.replaced_by_id IS NULL AND e.voided_at IS NULL) AS is_reported
FROM cases_tenancy t JOIN cases_structure o ON o.id = t.landlord_id LEFT JOIN cases_structure m ON m.id = t.manager_id
  CROSS JOIN LATERAL (SELECT s.balance, s.as_of, s.first_unpaid_on FROM cases_debtstatement s JOIN cases_debt d ON d.id = s.debt_id
    WHERE d.tenancy_id = t.id AND s.voided_at IS NULL AND {{source}} ORDER BY s.as_of DESC, s.id DESC LIMIT 1) v
WHERE t.ended_on IS NULL AND v.balance > 0 AND {{of}}
"""
_OWED = """(SELECT min(s.as_of) FROM cases_debtstatement s JOIN cases_debt d ON d.id = s.debt_id WHERE d.tenancy_id = x.id AND s.voided_at IS NULL AND {source}
  AND s.balance > 0 AND NOT EXISTS (SELECT FROM cases_debtstatement e WHERE e.debt_id = s.debt_id AND e.voided_at IS NULL AND {source_e}
    AND (e.as_of, e.id) > (s.as_of, s.id) AND e.balance <= 0))"""
"""Since when something is owed that was never paid whole since."""
_SINCE = _OWED.replace("s.balance > 0", "s.balance > 0 AND s.balance >= x.legal_from")
"""Since when it is an unpaid debt in law: two months of what is due."""
_SIGNS = f"""
SELECT x.landlord, x.balance, NOT is_open AND balance >= opens_at * 0.75 AND balance < opens_at AS near_due,
  NOT is_reported AND has_aid AND (balance < legal_from AND balance >= legal_from * 0.75
    OR balance >= 450 * 0.75 AND balance <= 450 AND coalesce(first_unpaid_on, {_OWED}) + interval '3 months' > '2027-01-01') AS near_law,
  NOT is_reported AND has_aid AND balance >= legal_from AND {_SINCE} + interval '2 months' <= %(d)s AS is_late
FROM ({_DEBTS}) x
"""


_WHOLE = """(SELECT p.case_id FROM cases_participation p WHERE p.structure_id = %(s)s AND p.level = 'full' AND p.since <= %(d)s AND (p.until IS NULL OR p.until > %(d)s)
  AND (%(r)s = 'manager' OR EXISTS (SELECT FROM cases_assignment a WHERE a.case_id = p.case_id AND a.structure_id = p.structure_id AND a.user_id = %(u)s
    AND a.since <= %(d)s AND (a.until IS NULL OR a.until > %(d)s))))"""


def signs(*, own: bool) -> str:
    """Of a landlord, his own leases by his own figures; of whoever follows cases, those whose case he sees in full."""
    source = "{}.source_id = %(s)s" if own else "true"
    of = (
        "coalesce(t.manager_id, t.landlord_id) = %(s)s"
        if own
        else "t.id IN (SELECT c.tenancy_id FROM cases_case c"
        f" WHERE c.kind = 'arrears' AND c.closed_on IS NULL AND c.id IN {_WHOLE} AND {SEES})"
    )
    return _SIGNS.format(source=source.format("s"), source_e=source.format("e"), of=of)


ALERTS = "SELECT count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE near_law), count(*) FILTER (WHERE near_due) FROM ({}) y"
TABS = ("Deux mois sans signalement", "Près du seuil légal", "Près d’un terme")
UNREPORTED = "SELECT landlord, count(*), sum(balance) FROM ({}) y WHERE is_late GROUP BY 1".format(
    _SIGNS.format(source="true", source_e="true",
        of="t.id IN (SELECT c.tenancy_id FROM cases_case c WHERE c.kind = 'arrears' AND c.closed_on IS NULL AND c.territory = %(t)s)")
)  # fmt: skip
"""By landlord: debts not yet reported two months after, and how much."""

_DESK = """SELECT m.beneficiary_id AS id FROM cases_householdmember m JOIN cases_household h ON h.id = m.household_id JOIN cases_case c ON c.household_id = h.id
  WHERE c.territory = %(t)s AND c.outcome <> 'voided' AND h.archived_on IS NULL AND %(k)s = 'caf_pilot' AND %(r)s IN ('agent', 'manager', 'pilot')"""
_FOLLOWED = f"""SELECT m.beneficiary_id FROM cases_householdmember m JOIN cases_case c ON c.household_id = m.household_id
  WHERE %(k)s NOT IN ('caf_pilot', 'landlord', 'rent_manager') AND %(r)s IN ('agent', 'manager') AND c.id IN {_WHOLE}
    AND NOT EXISTS (SELECT FROM cases_householdmember n JOIN cases_case e ON e.household_id = n.household_id
      WHERE n.beneficiary_id = m.beneficiary_id AND e.closed_on IS NULL AND e.id NOT IN {_WHOLE})"""
PAIRS = f"""
WITH mine AS (SELECT b.* FROM cases_beneficiary b WHERE b.merged_into_id IS NULL AND b.id IN ({_DESK} UNION {_FOLLOWED})),
homes AS (SELECT m.beneficiary_id AS id, m.household_id, t.address_key FROM cases_householdmember m LEFT JOIN cases_tenancy t ON t.household_id = m.household_id)
SELECT a.id, b.id FROM mine a JOIN mine b ON a.id < b.id
WHERE NOT EXISTS (SELECT FROM cases_distinctpeople p WHERE (p.one_id, p.other_id) IN ((a.id, b.id), (b.id, a.id))) AND (
  (a.caf_number = b.caf_number AND a.caf_number <> '' OR a.phone = b.phone AND a.phone <> '')
    AND (similarity(a.name_key, b.name_key) >= 0.45 OR NOT EXISTS (SELECT FROM homes i JOIN homes j USING (household_id) WHERE i.id = a.id AND j.id = b.id))
  OR similarity(a.name_key, b.name_key) >= 0.45 AND (a.birth_date = b.birth_date AND length(a.birth_date) = 10 AND a.birth_date NOT LIKE '%%-01-01'
    OR EXISTS (SELECT FROM homes i JOIN homes j USING (address_key) WHERE i.id = a.id AND j.id = b.id AND address_key <> '')))
"""
"""Two records of people whom the reader compares that share a number, a phone, a day of birth or an address, and a name."""
