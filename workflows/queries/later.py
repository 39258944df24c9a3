"""Whom one asks what became of a household six and twelve months after its case closed, and what is known of it.

What is known is read as the indicator counts it: one statement, `NEWS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg import sql

from cases import permissions
from cases.expressions import OneOf
from cases.models import (
    Assignment,
    Case,
    CaseKind,
    CaseOutcome,
    HouseholdMember,
    LaterAnswer,
    Membership,
    Role,
    SharingObjection,
    User,
)
from cases.queries import of_person
from cases.rules.later import ASKED_FOR, HORIZONS, LaterNews
from cases.written_once import read_written

NEWS = """
SELECT c.id AS case_id, c.closed_on, h.months, h.due_on, h.until_on, p.id AS plan_id,
  b.balance AS balance_before, b.as_of AS before_on, f.balance AS file_balance, f.as_of AS file_on,
  n.file_home, n.file_trend, n.file_plan, a.id AS answer_id,
  coalesce(n.file_home, a.home, 'unknown') AS home, coalesce(n.file_trend, a.trend, 'unknown') AS trend,
  CASE WHEN p.id IS NOT NULL THEN coalesce(n.file_plan, nullif(a.plan, ''), 'unknown') END AS plan,
  EXISTS (
    SELECT FROM cases_case e WHERE e.household_id = c.household_id AND e.kind = 'arrears' AND e.id <> c.id
      AND e.outcome NOT IN ('voided', 'duplicate') AND e.opened_on > c.closed_on AND e.opened_on <= h.due_on
  ) AS returned
FROM cases_case c
CROSS JOIN LATERAL (
  SELECT m AS months, (c.closed_on + make_interval(months => m))::date AS due_on,
    (c.closed_on + make_interval(months => m + 3))::date AS until_on
  FROM (VALUES (6), (12)) v (m)
) h
JOIN cases_household o ON o.id = c.household_id
LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id
LEFT JOIN cases_debt d ON d.tenancy_id = t.id
LEFT JOIN LATERAL (
  SELECT s.balance, s.as_of FROM cases_debtstatement s
  WHERE s.debt_id = d.id AND s.voided_at IS NULL AND s.as_of <= c.closed_on ORDER BY s.as_of DESC, s.id DESC LIMIT 1
) b ON true
LEFT JOIN LATERAL (
  SELECT s.balance, s.as_of FROM cases_debtstatement s
  WHERE s.debt_id = d.id AND s.voided_at IS NULL AND s.as_of >= h.due_on AND s.as_of < h.until_on
    AND s.source_id IN (t.landlord_id, t.manager_id) ORDER BY s.as_of, s.id LIMIT 1
) f ON true
LEFT JOIN LATERAL (
  SELECT r.id, r.monthly, r.state = 'broken' AND r.ended_on < h.until_on AS is_broken,
    (SELECT coalesce(sum(i.amount), 0) FROM cases_instalment i WHERE i.plan_id = r.id AND i.due_on > f.as_of) AS to_come
  FROM cases_repaymentplan r
  WHERE r.case_id = c.id AND r.agreed_on <= c.closed_on AND (r.ended_on IS NULL OR r.ended_on > c.closed_on)
  ORDER BY r.id DESC LIMIT 1
) p ON true
CROSS JOIN LATERAL (
  SELECT CASE
      WHEN c.outcome IN ('evicted', 'left', 'rehoused') THEN 'no'
      WHEN t.ended_on <= h.due_on AND (o.archived_on IS NULL OR t.ended_on < o.archived_on) THEN 'no'
      WHEN f.as_of IS NOT NULL THEN 'yes'
    END AS file_home,
    CASE
      WHEN f.balance = 0 OR f.balance < b.balance THEN 'less'
      WHEN f.balance = b.balance THEN 'same'
      WHEN f.balance > b.balance THEN 'more'
    END AS file_trend,
    CASE
      WHEN p.is_broken OR f.balance > p.to_come + p.monthly THEN 'broken'
      WHEN f.balance <= p.to_come + p.monthly THEN 'kept'
    END AS file_plan
) n
LEFT JOIN cases_lateranswer a ON a.case_id = c.id AND a.closed_on = c.closed_on AND a.months = h.months
WHERE c.closed_on IS NOT NULL AND {arrears}
"""
"""A row for each closed case and horizon: what the file says, what was answered, and what stands of both.

`archived_on`: what is archived ends its leases without anybody having left.
"""
NOT_ASKED = (
    CaseOutcome.EVICTED,
    CaseOutcome.LEFT,
    CaseOutcome.REHOUSED,
    CaseOutcome.DECEASED,
    CaseOutcome.DUPLICATE,
    CaseOutcome.NO_DEBT,
    CaseOutcome.OUT_OF_SCOPE,
    CaseOutcome.VOIDED,
)
"""Outcomes that say it already, or of which there is nothing to say."""
SHORT_MONTH, LONG_MONTH = timedelta(days=30), timedelta(days=31)
"""Days a month of which six months or more have never fewer, or more."""


@dataclass(frozen=True, kw_only=True)
class KnownLater:
    """Of one case, at one horizon."""

    case_id: int
    months: int
    due_on: date
    until_on: date
    has_plan: bool
    file_on: date | None
    file_balance: Decimal | None
    balance_before: Decimal | None
    before_on: date | None
    by_file: LaterNews | None
    """None: the file says nothing."""
    is_answered: bool
    standing: LaterNews
    """What is counted: the file’s, then the answer’s."""
    returned: bool


def read_known_later(cases: Iterable[int], *, asked_on: date | None = None) -> dict[tuple[int, int], KnownLater]:
    """By case and horizon; of the one horizon whose time it is that day, if there is a day."""
    ids = list(cases)
    if not ids:
        return {}
    arrears = "c.kind = 'arrears' AND c.id = ANY(%(ids)s)"
    in_time = " AND h.due_on <= %(on)s AND %(on)s < h.until_on" if asked_on else ""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(NEWS).format(arrears=sql.SQL(arrears + in_time)), {"ids": ids, "on": asked_on})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row["case_id"], row["months"]): _known_later(row) for row in rows}


def _known_later(row: dict[str, Any]) -> KnownLater:
    has_plan = row["plan_id"] is not None
    by_file = None
    if row["file_home"]:
        plan = (row["file_plan"] or "unknown") if has_plan else ""
        by_file = LaterNews(home=row["file_home"], trend=row["file_trend"] or "unknown", plan=plan)
    return KnownLater(
        case_id=row["case_id"],
        months=row["months"],
        due_on=row["due_on"],
        until_on=row["until_on"],
        has_plan=has_plan,
        file_on=row["file_on"],
        file_balance=row["file_balance"],
        balance_before=row["balance_before"],
        before_on=row["before_on"],
        by_file=by_file,
        is_answered=row["answer_id"] is not None,
        standing=LaterNews(home=row["home"], trend=row["trend"], plan=row["plan"] or ""),
        returned=row["returned"],
    )


def find_later_questions(user: User, *, held: permissions.Rights, today: date) -> list[KnownLater]:
    """What the reader is asked, the oldest first: of the cases that he closed; of those of his structure whose professional
    no longer follows them. Two queries, one when nothing is asked, which read no name."""
    known = read_known_later(read_written(_asked_cases, user, today, held, None), asked_on=today)
    return sorted(
        (each for each in known.values() if is_asked(each, today=today)), key=attrgetter("due_on", "case_id")
    )


def count_later_questions(user: User, *, held: permissions.Rights, today: date, most: int) -> int:
    """How many, up to `most` and one more: of whoever closed thousands, some tell that there are enough. Two queries, or four."""
    count = 0
    for some in (2 * most, None):
        cases = read_written(_asked_cases, user, today, held, some)
        known = read_known_later(cases, asked_on=today)
        count = sum(is_asked(each, today=today) for each in known.values())
        if count > most or some is None or len(cases) < some:
            break
    return min(count, most + 1)


def read_cases_asked_about(asked: Iterable[KnownLater]) -> dict[int, Case]:
    """By their keys, with `usual_name` and `first_names` of their holders."""
    return Case.objects.annotate(**of_person("")).in_bulk([each.case_id for each in asked])


def is_asked(known: KnownLater, *, today: date) -> bool:
    """Its time has come, and neither file nor colleague said it."""
    return known.due_on <= today < known.until_on and known.by_file is None and not known.is_answered


def may_be_asked(case: Case) -> bool:
    """Of whose household something may be asked: see `_askable`."""
    return _askable(Case.objects.filter(pk=case.pk)).exists()


def _asked_cases(user: User, today: date, held: permissions.Rights, most: int | None) -> QuerySet[Case, int]:
    """Their keys, or so many of them, for a query that is written once: in days, a little more than the months that `NEWS` counts."""
    mine = held.get("handle_case", frozenset())
    if not mine:
        return Case.objects.none().values_list("pk", flat=True)
    in_time = Q(pk__in=[])
    for months in HORIZONS:
        first, last = today - (months + ASKED_FOR) * LONG_MONTH, today - months * SHORT_MONTH
        in_time |= Q(closed_on__range=(first, last))
    follows = Assignment.objects.active(today).filter(
        user=OuterRef("user"), structure=OuterRef("structure"), case=OuterRef(OuterRef("pk"))
    )
    members = Membership.objects.active(today).filter(structure=OuterRef("responsible_structure"))
    asked_of_another = members.filter(Q(role=Role.MANAGER) | Q(Exists(follows)), user=OuterRef("closed_by"))
    sees = permissions.sees_case(user, "pk", at=today, held=held)
    closed = Case.objects.filter(in_time, responsible_structure__in=mine, kind=CaseKind.ARREARS).order_by()
    own, left = closed.filter(sees, closed_by=user), closed.exclude(closed_by=user)
    if permissions.may_see_many(held):  # of whom few are asked of him: what he sees costs more to know
        asked = left.filter(~Exists(asked_of_another)).values("pk")
        left = Case.objects.filter(OneOf("pk", ArraySubquery(asked)), sees).order_by()
    else:  # of all those that his structure closed, few are his
        seen = permissions.visible_case_ids(user, at=today, held=held, is_open=False)
        left = left.filter(OneOf("pk", ArraySubquery(seen))).filter(~Exists(asked_of_another))
    found = [_askable(rows).values_list("pk", flat=True) for rows in (own, left)]
    return found[0].union(found[1], all=True)[
        :most
    ]  # his own first: where they are enough, the others are not looked for


def _askable(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Closed cases of arrears, of households that may be spoken of: neither archived nor anonymised, restricted or opposed;
    and of nobody who said how she may be reached: a call to ask for news is one call too many."""
    with_instructions = HouseholdMember.objects.filter(household=OuterRef("household"), until=None).filter(
        Q(beneficiary__no_message=True) | Q(beneficiary__not_through_spouse=True) | ~Q(beneficiary__safe_address="")
    )
    opposed = SharingObjection.objects.filter(
        Q(household=OuterRef("household")) | Q(household__merged_into=OuterRef("household"))
    )
    return cases.filter(
        ~Exists(permissions.restrictions_of(OuterRef("household"))),
        ~Exists(opposed),
        ~Exists(with_instructions),
        kind=CaseKind.ARREARS,
        closed_on__isnull=False,
        household__archived_on=None,
        household__anonymised_on=None,
    ).exclude(outcome__in=NOT_ASKED)


def find_answers(case: Case) -> Sequence[LaterAnswer]:
    """Of its present closing."""
    if case.closed_on is None:
        return []
    return list(LaterAnswer.objects.filter(case=case, closed_on=case.closed_on).select_related("by", "structure"))
