"""How long whoever follows a person may do nothing: a delay of his place, whatever step waits, that each act begins anew."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import localdate

from cases.actions import deadlines
from cases.actions.territory_editions import territories_with_rule
from cases.models import Case, Deadline, DeadlineRule, Referent, Structure
from cases.models.deadlines import DeadlineQuerySet

LATELY = timedelta(days=7)
"""How far back acts are looked for, each day: an outage of some days loses none."""
LIMIT = 500
"""As many expired delays as the sweep sees at once, and référents in one reading of the journal."""
ACT = "referent_last_act"


def restart_acts_delay(referent: Referent, *, on: date, at: datetime) -> None:
    """The référent did something for the person that day: his delay is met, and counts from there."""
    deadlines.meet(of_acts(referent.structure, referent.case).waiting(), at=at)
    start_acts_delay(referent, on=on)


def start_acts_delay(referent: Referent, *, on: date) -> None:
    deadlines.start(case=referent.case, fact=ACT, on=on, structure=referent.structure, context={})


def acts_no_more(referent: Referent, *, at: datetime) -> None:
    """The référent no longer follows the person: his delay to do something for her ends."""
    deadlines.cancel(of_acts(referent.structure, referent.case).waiting(), at=at)


def of_acts(structure: Structure, *cases: Case | int) -> DeadlineQuerySet:
    return Deadline.objects.filter(case__in=cases, structure=structure, rule__start=ACT)


# Of the référents in place, those who did something lately on a case of the person’s home, themselves or by whoever
# replaced them, since the day from which their delay counts. Another person’s coordination is not hers.
ACTED = """
WITH acts AS (
  SELECT j.actor_id, j.case_id, max((j.happened_at AT TIME ZONE %(zone)s)::date) AS day
  FROM cases_journalentry j
  WHERE j.happened_at > %(since)s AND j.actor_id IS NOT NULL AND j.case_id IS NOT NULL
  GROUP BY j.actor_id, j.case_id
), whose AS (
  SELECT a.actor_id AS user_id, a.case_id, a.day FROM acts a
  UNION ALL
  SELECT s.replaces_id, a.case_id, a.day FROM acts a
  JOIN cases_assignment s ON s.case_id = a.case_id AND s.user_id = a.actor_id AND s.replaces_id IS NOT NULL
    AND s.since <= a.day AND (s.until IS NULL OR s.until > a.day)
)
SELECT r.id, max(w.day) FROM whose w
JOIN cases_case c ON c.id = w.case_id
JOIN cases_referent r ON r.user_id = w.user_id AND r.state = ANY(%(holding)s)
JOIN cases_case own ON own.id = r.case_id AND own.household_id = c.household_id
  AND own.territory = ANY(%(territories)s)
WHERE r.id > %(after)s AND (c.beneficiary_id IS NULL OR c.beneficiary_id = r.beneficiary_id)
GROUP BY r.id, r.case_id, r.structure_id, r.since
HAVING max(w.day) > r.since AND NOT EXISTS (
  SELECT FROM cases_deadline d JOIN cases_deadlinerule e ON e.id = d.rule_id
  WHERE d.case_id = r.case_id AND d.structure_id = r.structure_id AND e.start = %(act)s
    AND d.started_on >= max(w.day)
)
ORDER BY r.id LIMIT %(limit)s
"""


def follow_acts(*, at: datetime) -> int:
    """Count anew the delays of the référents who acted: once a day for each. Run every day, since it reads the journal of
    a week; returns how many."""
    territories = territories_with_rule(fact=ACT, on=localdate(at))
    followed = last = 0
    while territories and (found := _who_acted(at, territories, after=last)):
        for pk, day in found:
            _follow_act(pk, on=day, at=at)
        followed += len(found)
        last, _ = found[-1]
        if len(found) < LIMIT:
            break
    return followed


def follow_before_missing(*, at: datetime) -> int:
    """At a tick, before the sweep: whoever acted in time is not late. Returns how many delays were counted anew."""
    expired = Deadline.objects.expired(localdate(at)).order_by("legal_date", "pk")
    rules = set(expired.values_list("rule", flat=True)[:LIMIT])  # in the order of the sweep, by its index
    late = rules and DeadlineRule.objects.filter(pk__in=rules, start=ACT).exists()
    return follow_acts(at=at) if late else 0


def _who_acted(at: datetime, territories: list[str], *, after: int) -> list[tuple[int, date]]:
    """Of the référents whose ids come after: one for whom the rule starts nothing would be found for ever."""
    params: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "since": at - LATELY,
        "holding": list(Referent.HOLDING),
        "act": ACT,
        "territories": territories,
        "after": after,
        "limit": LIMIT,
    }
    with connection.cursor() as cursor:
        cursor.execute(ACTED, params)
        return cursor.fetchall()


@transaction.atomic
def _follow_act(pk: int, *, on: date, at: datetime) -> None:
    """Under the lock of the case: he may have left the place in between."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(referents=pk)
    referent = Referent.objects.select_related("structure").get(pk=pk)
    referent.case = case
    if referent.has_place and not of_acts(referent.structure, case).filter(started_on__gte=on).exists():
        restart_acts_delay(referent, on=on, at=at)
