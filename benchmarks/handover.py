"""A portfolio of thousands that changes hands, measured against the statements that write its bare rows."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, first, ms, rows, undone
from cases.actions import people
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    Deadline,
    Household,
    HouseholdMember,
    JournalEntry,
    Membership,
    Participation,
    Referent,
    Structure,
    User,
)
from cases.rules.names import name_key
from workflows import engine
from workflows.actions import handovers, referents
from workflows.actions.copies import copy_row, insert_pairs
from workflows.models import CaseProcess, CaseTask

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
    people.create_household(holder=someone, others=[], at=at)
    referent = referents.propose(beneficiary=someone, structure=structure, user=user, by=user, at=at)
    referents.answer_proposal(referent=referent, accept=True, by=user, at=at)
    task = CaseTask.objects.open().get(case=referent.case)
    engine.complete(task, by=user, at=at, data={"means": "phone", "on": localdate(at)})
    return referent.pk


def alike(model: int, count: int) -> list[int]:
    """As many other people who are followed as that one is, written as copies. Returns their référents."""
    if count < 1:
        return []
    first_one = Referent.objects.select_related("case").get(pk=model)
    case, places = first_one.case, list(range(count))
    new = {"public_id": "gen_random_uuid()"}
    persons = list(copy_row(Beneficiary, first_one.beneficiary_id, changed=new, by="id", lists={"place": places}))
    homes = list(copy_row(Household, case.household_id, changed=new, by="id", lists={"place": places}))
    living = {"household_id": "m.home_id", "beneficiary_id": "m.person_id"}
    both = {"home_id": homes, "person_id": persons}
    member = HouseholdMember.objects.get(household=case.household_id)
    copy_row(HouseholdMember, member.pk, changed=living, by="household_id", lists=both)
    found = copy_row(Case, case.pk, changed=new | living, by="household_id", lists=both)
    cases = [found[home] for home in homes]
    of_case = {"case_id": "m.case_id"}
    for kind in (Participation, Assignment, JournalEntry):
        for source in kind.objects.filter(case=case).order_by("pk").values_list("pk", flat=True):
            copy_row(kind, source, changed=of_case, lists={"case_id": cases})
    changed = new | of_case | {"beneficiary_id": "m.person_id"}
    followed = copy_row(Referent, model, changed=changed, lists={"case_id": cases, "person_id": persons})
    delays = {
        source: copy_row(Deadline, source, changed=new | of_case, lists={"case_id": cases})
        for source in Deadline.objects.filter(case=case).values_list("pk", flat=True)
    }
    process = CaseProcess.objects.get(case=case)
    changed = of_case | {"data": "s.data || jsonb_build_object('referent', m.referent_id)"}
    ids = [followed[each] for each in cases]
    processes = copy_row(CaseProcess, process.pk, changed=changed, lists={"case_id": cases, "referent_id": ids})
    changed = new | of_case | {"process_id": "m.process_id"}
    beside = CaseTask.deadlines.through
    for source in process.task_set.order_by("pk").values_list("pk", flat=True):
        of_process = [processes[each] for each in cases]
        tasks = copy_row(CaseTask, source, changed=changed, lists={"case_id": cases, "process_id": of_process})
        for delay in beside.objects.filter(casetask=source).values_list("deadline", flat=True):
            insert_pairs(beside, [(tasks[each], delays[delay][each]) for each in cases], "casetask_id", "deadline_id")
    rows("ANALYZE cases_referent, cases_case, workflows_casetask, workflows_caseprocess, cases_deadline")
    return ids
