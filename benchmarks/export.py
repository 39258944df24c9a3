"""A long list written by the worker, measured against one statement that reads the same lines."""

import resource
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, first, ms, rows, spent, timed
from cases.models import User
from workflows.exports import jobs
from workflows.exports.run import run_waiting
from workflows.lists import build_listing
from workflows.models import Export

LINES = 100_000
MANAGER = """
SELECT m.user_id FROM cases_membership m
JOIN cases_participation p ON p.structure_id = m.structure_id AND p.until IS NULL
WHERE m.role = 'manager' AND m.until IS NULL GROUP BY m.user_id ORDER BY count(*) DESC LIMIT 1
"""
FLOOR = """
SELECT c.id, c.opened_on, b.usual_name, b.first_names, c.is_urgent, t.flow_task, w.name, t.created, t.due_on, s.name,
  u.first_name, u.last_name, c.closed_on, c.outcome, d.balance
FROM unnest(%s::bigint[]) AS asked (id)
JOIN cases_case c ON c.id = asked.id
JOIN cases_structure s ON s.id = c.responsible_structure_id
LEFT JOIN workflows_casetask t ON t.case_id = c.id AND t.status IN ('NEW', 'STARTED') AND t.is_human
LEFT JOIN cases_structure w ON w.id = t.structure_id
LEFT JOIN cases_householdmember m ON m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id
LEFT JOIN cases_assignment a ON a.case_id = c.id AND a.structure_id = s.id AND a.kind = 'responsible'
  AND a.until IS NULL
LEFT JOIN cases_user u ON u.id = a.user_id
LEFT JOIN LATERAL (
  SELECT balance FROM cases_debtstatement e JOIN cases_debt o ON o.id = e.debt_id
  WHERE o.tenancy_id = c.tenancy_id AND e.voided_at IS NULL ORDER BY as_of DESC, e.id DESC LIMIT 1
) d ON true
"""


def list_exported(lines: int = LINES, *, file_type: str = "xlsx") -> Measure:
    """The busiest manager’s situations, open and closed, from what is asked to the file that can be taken."""
    user = User.objects.get(pk=first(MANAGER, otherwise="Aucun responsable n’a de dossier."))
    at = timezone.now()
    asked = build_listing("situations", user=user, asked={"etat": "toutes"}, today=localdate(at))
    ids = asked.ids(limit=lines)

    def by_product() -> None:
        export = Export.objects.create(
            by=user,
            list_code=asked.code,
            asked=asked.asked,
            scope=asked.scope,
            format=file_type,
            total=len(ids),
            asked_at=at,
        )
        run_waiting(at=at)
        export.refresh_from_db()
        sizes.append(export.file.size)
        export.file.delete(save=False)

    sizes: list[Any] = []
    most, jobs.MOST = jobs.MOST, lines
    try:
        product = spent(by_product)
    finally:
        jobs.MOST = most
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measure(
        rows=len(ids),
        product=product.wall,
        floor=timed(lambda: rows(FLOOR, ids)),
        details=f", dont {ms(product.cpu)} de processeur, fichier de {sizes[0] // 1024} ko, mémoire {memory} Mo au plus",
    )
