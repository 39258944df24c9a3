"""The SQL that sources of indicators share. A case that an undone import had opened counts for nothing."""

from psycopg import sql

_TEXTS = {
    "not_taken_back": (
        "NOT EXISTS (SELECT FROM cases_journalentry u WHERE u.case_id = j.case_id"
        " AND u.kind = 'step.acceptance_taken_back' AND u.data->>'takes_back' = j.id::text)"
    ),
    "structure": "c.responsible_structure_id AS structure",
    "lease": (
        "coalesce(nullif(t.landlord_type, ''), w.legal_type, '') AS landlord_type,"
        " coalesce(nullif(t.housing, ''), w.housing, '') AS housing"
    ),
    "tenancy": (
        "LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id"
        " LEFT JOIN cases_landlordprofile w ON w.structure_id = t.landlord_id"
    ),
    "arrears": "c.kind = 'arrears' AND c.outcome <> 'voided'",
    "standing": "c.outcome <> 'voided'",
    "in_progress": "c.opened_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last)",
    "vacant": "v.since <= p.last AND (v.closed_on IS NULL OR v.closed_on > p.last)",
    "held": "r.since <= p.last AND (r.until IS NULL OR r.until > p.last)",
    "stood": "k.is_human AND k.created < p.ended AND (k.finished IS NULL OR k.finished >= p.ended)",
    "routed": (
        "SELECT case_id, min((decided_at AT TIME ZONE 'Europe/Paris')::date) AS day"
        " FROM workflows_routingdecision WHERE structure_id IS NOT NULL GROUP BY case_id"
    ),
    "accepted": (
        "SELECT case_id, min((happened_at AT TIME ZONE 'Europe/Paris')::date) AS day"
        " FROM cases_journalentry j WHERE kind = 'step.accepted' AND NOT EXISTS (SELECT FROM cases_journalentry u"
        " WHERE u.case_id = j.case_id AND u.kind = 'step.acceptance_taken_back'"
        " AND u.data->>'takes_back' = j.id::text) GROUP BY case_id"
    ),
    "met": (
        "SELECT case_id, min(made_on) AS day FROM cases_contactattempt"
        " WHERE result IN ('reached', 'declined') AND voided_at IS NULL GROUP BY case_id"
    ),
    "notices": (
        "SELECT n.*, (j.happened_at AT TIME ZONE 'Europe/Paris')::date AS day"
        " FROM cases_journalentry j JOIN cases_overpaymentnotice n ON n.id = (j.data->>'notice')::bigint"
        " WHERE j.kind = 'notice.recorded' AND j.happened_at >= %(first)s"
    ),
}
PARTS = {name: sql.SQL(text) for name, text in _TEXTS.items()}
"""Name, between braces in a source → its text. Written here, never typed by anyone."""
