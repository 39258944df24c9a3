"""The backlog of the busiest manager, the list behind a figure, and the pilot’s page of all structures."""

from collections.abc import Callable

from benchmarks.measures import BUSIEST_MANAGER, Measure, first
from cases.models import User
from workflows.views.backlog.backlog_list import PAGE_SIZE

Measured = Callable[..., Measure]
FIGURES = """
SELECT t.node, t.owner_id, count(*), min(t.created) FROM workflows_casetask t
WHERE t.status IN ('NEW', 'STARTED') AND t.is_human AND t.node <> 'wait_turn' AND t.structure_id = (
    SELECT structure_id FROM cases_membership WHERE user_id = %s AND role = 'manager' AND until IS NULL
    ORDER BY structure_id LIMIT 1
) GROUP BY t.node, t.owner_id
"""
LISTED = """
SELECT t.id, t.public_id, t.node, t.due_on, c.public_id, c.opened_on, b.usual_name, b.first_names FROM (
    SELECT * FROM workflows_casetask
    WHERE status IN ('NEW', 'STARTED') AND is_human AND node <> 'wait_turn' AND structure_id = (
        SELECT structure_id FROM cases_membership WHERE user_id = %s AND role = 'manager' AND until IS NULL
        ORDER BY structure_id LIMIT 1
    ) ORDER BY comes_first DESC, due_on, id LIMIT %s
) t
JOIN cases_case c ON c.id = t.case_id
LEFT JOIN cases_householdmember m ON m.household_id = c.household_id AND m.position = 'holder' AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id
"""
A_PILOT = "SELECT user_id FROM cases_membership WHERE role = 'pilot' AND until IS NULL ORDER BY user_id LIMIT 1"
OF_ALL = """
SELECT structure_id, count(*), min(created), count(*) FILTER (WHERE due_on < current_date) FROM workflows_casetask
WHERE status IN ('NEW', 'STARTED') AND is_human AND node <> 'wait_turn' GROUP BY structure_id
"""


def figures(measured: Measured) -> Measure:
    manager = _manager()
    return measured("backlog", manager, FIGURES, manager.pk)


def listed(measured: Measured) -> Measure:
    manager = _manager()
    return measured("backlog_list", manager, LISTED, manager.pk, PAGE_SIZE)


def of_all(measured: Measured) -> Measure:
    pilot = first(A_PILOT, otherwise="Aucun pilote.")
    return measured("backlogs", User.objects.get(pk=pilot), OF_ALL)


def _manager() -> User:
    return User.objects.get(pk=first(BUSIEST_MANAGER, otherwise="Aucun responsable n’a de dossier."))
