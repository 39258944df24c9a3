"""A draft tried on many past situations, as the worker does it, measured against reading the same rows."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, ms, rows, undone
from cases.models import Edition, User
from cases.rules.editions import Row
from workflows.actions import simulations
from workflows.models import Simulation
from workflows.queries import simulation
from workflows.routing.apply import table_in_force
from workflows.routing.editable_tables import ARREARS_TABLE

DECISIONS = 50_000
VARIED = """
WITH first AS (
  SELECT min(d.id) AS id FROM workflows_routingdecision d JOIN cases_case c ON c.id = d.case_id
  WHERE c.kind = 'arrears' GROUP BY d.case_id ORDER BY min(d.id) DESC LIMIT %s
), known AS (
  SELECT id, abs(hashint8(id)) AS h FROM first
)
UPDATE workflows_routingdecision d SET decided_at = now() - (k.h %% 170) * interval '1 day',
  explanation = d.explanation || jsonb_build_object('facts', jsonb_build_object(
    'housing', jsonb_build_object('value', (ARRAY['social', 'private', 'epfif'])[1 + k.h %% 3], 'source', 'bailleur'),
    'aid_kind', jsonb_build_object('value', (ARRAY['APL', 'ALF', 'ALS', 'none'])[1 + k.h / 3 %% 4], 'source', 'CAF'),
    'dependent_children', jsonb_build_object('value', k.h / 12 %% 6, 'source', 'CAF'),
    'family_benefits', jsonb_build_object('value', k.h / 72 %% 2 = 0, 'source', 'CAF'),
    'rsa', jsonb_build_object('value', k.h / 144 %% 3 = 0, 'source', 'CAF'),
    'employed', jsonb_build_object('value', k.h / 432 %% 2 = 0, 'source', 'signalement'),
    'age', jsonb_build_object('value', 20 + k.h / 864 %% 70, 'source', 'date de naissance'),
    'months_unpaid', jsonb_build_object('value', k.h / 97 %% 18, 'source', 'bailleur'),
    'debt', jsonb_build_object('value', k.h / 101 %% 9000, 'source', 'bailleur'),
    'stage', jsonb_build_object('value', (ARRAY['amicable', 'order_to_pay', 'summons'])[1 + k.h / 7 %% 3], 'source', 'dossier')
  ))
FROM known k WHERE k.id = d.id
"""
"""The facts of copied cases are as various as in life."""
READ = """
SELECT d.id, d.case_id, d.decided_at, d.explanation -> 'facts', t.landlord_id FROM workflows_routingdecision d
JOIN cases_case c ON c.id = d.case_id LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id
WHERE c.kind = 'arrears' AND d.decided_at >= %s AND d.explanation ? 'facts'
  AND NOT EXISTS (SELECT 1 FROM workflows_routingdecision e WHERE e.case_id = d.case_id AND e.id < d.id)
ORDER BY d.id DESC
"""


def draft_simulated(count: int = DECISIONS) -> Measure:
    """From what is asked to the last batch. The floor reads the same rows at once, and decides nothing."""
    at = timezone.now()
    rows(VARIED, count)
    rows("ANALYZE workflows_routingdecision")
    since = simulation.first_day(localdate(at), months=simulation.USUAL)
    found = rows(READ, since)
    if not found:
        raise CommandError("Aucune orientation. Créer des données avec `manage.py multiply_cases N`.")
    base, _ = table_in_force(on=localdate(at), territory="grigny")
    pilot = User.objects.order_by("pk")[0]
    draft = Edition(
        catalogue=base.catalogue,
        territory=base.territory,
        number=0,
        state=Edition.State.WITHDRAWN,  # a pilot may have a draft of his own
        effective_on=localdate(at) + timedelta(days=1),
        parameters=base.parameters,
    )
    draft.save()
    changed = _swapped(ARREARS_TABLE.rows_of_edition(base))

    def by_product() -> None:
        asked = simulations.ask(edition=draft, rows=changed, base=base, months=simulation.USUAL, by=pilot, at=at)
        simulations.run_waiting(at=at)
        asked.refresh_from_db()
        if (asked.state, asked.done) != (Simulation.State.DONE, len(found)):
            raise CommandError(f"La simulation a compté {asked.done} situations sur {len(found)}.")
        moved.append(asked.moved)

    moved: list[int] = []
    product, check = undone(by_product)
    floor, _ = undone(lambda: rows(READ, since))
    whole = product + check
    details = f", dont {ms(whole.cpu)} de processeur, {moved[-1]} iraient ailleurs"
    return Measure(rows=len(found), product=whole.wall, floor=floor.wall, details=details)


def _swapped(kept: list[dict[str, Any]]) -> list[Row]:
    """The two structures that most rules name exchange them."""
    named = Counter(row["lead"]["structure"] for row in kept if "structure" in (row.get("lead") or {}))
    [(one, _), (other, _)] = named.most_common(2)
    exchanged = {one: {"structure": other}, other: {"structure": one}}
    return [{**row, "lead": exchanged.get((row.get("lead") or {}).get("structure"), row.get("lead"))} for row in kept]
