"""A portfolio of thousands that changes hands, measured against the statements that write its bare rows."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, first, ms, rows, undone
from cases.actions import people
from cases.actions.rows import Counterparts, copy_row
from cases.models import (
    Beneficiary,
    HouseholdMember,
    Membership,
    Outbox,
    Participation,
    Referent,
    Structure,
    User,
)
from cases.rules.names import name_key
from workflows import engine
from workflows.actions import handovers, referents
from workflows.models import CaseTask

PEOPLE = 5000
STRUCTURE = """
SELECT structure_id FROM cases_membership WHERE until IS NULL AND role = 'agent' AND structure_id IN (
  SELECT structure_id FROM cases_membership WHERE until IS NULL AND role = 'manager'
) GROUP BY structure_id HAVING count(*) > 1 ORDER BY count(*) DESC, structure_id LIMIT 1
"""
NOBODY = "Aucune structure n’a un responsable et deux professionnels."
BY_HAND = (
    "UPDATE cases_referent SET state = 'ended', until = %(on)s, end_reason = 'handed_over' WHERE id = ANY(%(held)s)",
    """
    INSERT INTO cases_referent (public_id, case_id, beneficiary_id, structure_id, user_id, state, proposed_by_id,
      proposed_at, answered_at, decline_reason, since, informed_by, end_reason, without_successor)
    SELECT gen_random_uuid(), case_id, beneficiary_id, structure_id, %(to)s, 'accepted', %(by)s, now(), now(), '',
      %(on)s, '', '', '' FROM cases_referent WHERE id = ANY(%(held)s)
    """,
    "UPDATE cases_assignment SET until = %(on)s WHERE case_id = ANY(%(cases)s) AND until IS NULL",
    """
    INSERT INTO cases_assignment (case_id, user_id, structure_id, kind, since)
    SELECT case_id, %(to)s, structure_id, 'responsible', %(on)s FROM cases_referent WHERE id = ANY(%(held)s)
    """,
    """
    INSERT INTO cases_assignment (case_id, user_id, structure_id, kind, since, until)
    SELECT case_id, user_id, structure_id, 'overlap', %(on)s, %(on)s + 31 FROM cases_referent WHERE id = ANY(%(held)s)
    """,
    "UPDATE workflows_casetask SET owner_id = %(to)s WHERE case_id = ANY(%(cases)s) AND status = 'NEW' AND is_human",
    """
    WITH line AS (
      INSERT INTO cases_journalentry (kind, case_id, actor_id, happened_at, data)
      SELECT kind, case_id, %(by)s, now(), '{}' FROM cases_referent, unnest(
        ARRAY['referent.proposed', 'referent.ended', 'referent.accepted', 'professional.assigned']) AS kind
      WHERE id = ANY(%(held)s) RETURNING id
    ) INSERT INTO cases_outbox (entry_id) SELECT id FROM line
    """,
)


def portfolio_handed_over(count: int = PEOPLE) -> Measure:
    """From what is asked to the last batch, as the worker does it."""
    structure = Structure.objects.get(pk=first(STRUCTURE, otherwise=NOBODY))
    members = Membership.objects.filter(structure=structure, until=None).order_by("pk")
    manager = User.objects.filter(pk__in=members.filter(role="manager").values("user")).order_by("pk")[0]
    going, to = User.objects.filter(pk__in=members.filter(role="agent").values("user")).order_by("pk")[:2]
    at = timezone.now()
    held = [_followed(going, structure), *alike(_followed(going, structure), count - 1)]
    pairs = [[pk, to.pk] for pk in held]

    def by_product() -> None:
        handovers.ask_transfer(moves=handovers.moves_of(pairs), structure=structure, by=manager, at=at)
        handovers.run_waiting(at=at)

    product, check = undone(by_product)
    cases = list(Referent.objects.filter(pk__in=held).values_list("case", flat=True))
    params = {"held": held, "cases": cases, "to": to.pk, "by": manager.pk, "on": localdate(at)}

    def by_hand() -> None:
        for sql in BY_HAND:
            _execute(sql, params)

    floor, floor_check = undone(by_hand)
    whole = product + check
    said = f" avec étapes, délais et journal, dont {ms(whole.cpu)} de processeur"
    return Measure(rows=count, product=whole.wall, floor=(floor + floor_check).wall, details=said)


def _execute(sql: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _followed(user: User, structure: Structure) -> int:
    """In place since the day before yesterday, and the person was told."""
    at = timezone.now() - timedelta(days=2)
    someone = Beneficiary(usual_name="Mesure", first_names="Alix", name_key=name_key("Mesure", "Alix"))
    people.create_household(territory="grigny", holder=someone, others=[], at=at)
    referent = referents.propose(beneficiary=someone, structure=structure, user=user, by=user, at=at)
    referents.answer_proposal(referent=referent, accept=True, by=user, at=at)
    task = CaseTask.objects.open().get(case=referent.case)
    engine.complete(task, by=user, at=at, data={"means": "phone", "on": localdate(at)})
    return referent.pk


def alike(model: int, count: int) -> list[int]:
    """As many other people who are followed as that one is, written as copies. Returns their référents."""
    if count < 1:
        return []
    found = Referent.objects.select_related("case__household", "beneficiary").get(pk=model)
    case = found.case
    others: Counterparts = {("place", 0): range(count)}
    living = HouseholdMember.objects.get(household=case.household_id)
    taking_part = Participation.objects.filter(case=case)
    for row in (found.beneficiary, case.household, living, case, *taking_part.order_by("pk")):
        copy_row(row, others)
    for row in engine.find_written(case):
        if not isinstance(row, Outbox):  # they were told
            copy_row(row, others)
    rows("ANALYZE cases_referent, cases_case, workflows_casetask, workflows_caseprocess, cases_deadline")
    return list(others["referent", model])
