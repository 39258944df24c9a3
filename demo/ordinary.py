"""The ordinary cases around the twelve households: six months of a working service, with its delays and failures.

Everything is drawn from one seed, so that two demonstrations of the same day are the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils.timezone import localdate

from cases.actions import debts
from cases.calendar import working_day_on_or_after, working_day_on_or_before
from cases.models import Case, FactSource, RepaymentPlan, Tenancy, User
from cases.queries import expected_balance
from cases.rules import counting
from demo import names
from demo.cast import Cast
from demo.homes import know, lease, report, statement
from demo.life import Story, office, open_task, working_days
from workflows.models import CaseTask

SEED = 91350
CASES, WATCHED, STOCK = 36, 4, 5
MONTHS = 6
LONG_LEAVE = 0.04
"""How often a step is left aside for weeks."""
IDEAS = 3
"""How many acts are tried before a refused professional leaves the step for another day."""
MOST_TIMES_LEFT = 3
"""Then the step waits for good, as some do."""

Data = dict[str, Any]


@dataclass(kw_only=True)
class Home:
    """What is true of a household, whether or not anyone knows it yet."""

    tenancy: Tenancy
    facts: Data
    balance: Decimal
    net_due: Decimal
    declines: int = 0


def stories(cast: Cast, today: date) -> Iterator[Story]:
    dice = Random(SEED)  # noqa: S311
    for number in range(CASES):
        # A dice of its own for each household: one more throw in one life changes no other.
        own = Random(dice.random())  # noqa: S311
        yield _life(cast, own, number, is_stock=number < STOCK, today=today)
    for number in range(CASES, CASES + WATCHED):
        yield _watched(cast, Random(dice.random()), number, today=today)  # noqa: S311


def _life(cast: Cast, dice: Random, number: int, *, is_stock: bool, today: date) -> Story:
    channel, code = _reporter(dice)
    at = yield _report_moment(dice, channel, code, is_stock=is_stock, today=today)
    home = _home(cast, dice, number, landlord=code if channel == "file" else "", at=at)
    known = _known(dice, home.facts, channel=channel)
    know(home.tenancy, at=at, source=FactSource.PROFESSIONAL if channel == "professional" else FactSource.CAF, **known)
    case = report(
        cast, home.tenancy, balance=home.balance, at=at, code=code, channel=channel,
        months_unpaid=round(home.balance / home.net_due, 1), as_of=at.date().replace(day=1),
        by=dice.choice(cast.able(code, "report_arrears")) if channel == "professional" else None,
        is_initial_stock=is_stock, is_urgent=home.facts["urgent"],
    )  # fmt: skip
    yield from follow(cast, dice, home, case, month=at.date().replace(day=1), at=at)


def follow(cast: Cast, dice: Random, home: Home, case: Case, *, month: date, at: datetime) -> Story:
    """Step after step until it is closed. `month`: the last for which the landlord’s balance is known."""
    times_left = 0
    while (task := open_task(case)) and times_left < MOST_TIMES_LEFT:
        at = yield _when(dice, task, at)
        month = _next_statements(dice, home, case, since=month, at=at)
        task = open_task(case)
        if task:
            times_left += not _take(cast, dice, home, task, at=at)
            case.refresh_from_db()


def _take(cast: Cast, dice: Random, home: Home, task: CaseTask, *, at: datetime) -> bool:
    """What comes to mind first; refused, something else."""
    by = _who(cast, dice, task)
    ideas = (_decide(cast, dice, home, task, at) for _ in range(IDEAS))
    return cast.attempts.take(task, ideas, by=by, at=at)


def _watched(cast: Cast, dice: Random, number: int, *, today: date) -> Story:
    """A debt too small to open a case: the landlord alone keeps an eye on it."""
    at = yield office(file_day("bailleur-a", months_ago=dice.randint(0, 2), today=today), hour=9)
    home = _home(cast, dice, number, landlord="bailleur-a", at=at)
    statement(
        home.tenancy, None, balance=round(home.net_due * Decimal("0.6"), 2), as_of=at.date().replace(day=1), at=at
    )
    debts.watch(tenancy=home.tenancy, structure=home.tenancy.landlord, on=at.date())


# Who reports, and when


def _reporter(dice: Random) -> tuple[str, str]:
    (found,) = dice.choices(
        (
            ("file", "bailleur-a"),
            ("file", "gestionnaire-b"),
            ("caf_list", "caf-91-pilotage"),
            ("professional", "ccas-grigny-accueil"),
            ("professional", "mds-grigny"),
            ("professional", "ccas-grigny"),
        ),
        (52, 20, 8, 9, 6, 5),
    )
    return found


def _report_moment(dice: Random, channel: str, code: str, *, is_stock: bool, today: date) -> datetime:
    if is_stock:
        return office(file_day("bailleur-a", months_ago=MONTHS, today=today), hour=9)
    if channel == "professional":
        return office(
            today - timedelta(days=30 * _months_ago(dice) + dice.randint(0, 29)),
            dice.randint(9, 17),
            dice.randint(0, 59),
        )
    return office(file_day(code, months_ago=_months_ago(dice), today=today), hour=9)


def file_day(code: str, *, months_ago: int, today: date) -> date:
    """Each sender’s day of the month, or the nearest working one of it: a second file of a month would be another total of
    it, and refused. The landlord’s last file came four days ago, so that inboxes are lively."""
    day = counting.add_months(today - timedelta(days=LAST_FILE.get(code, 16)), -months_ago)
    after = working_day_on_or_after(day)
    return after if after.month == day.month else working_day_on_or_before(day)


def _months_ago(dice: Random) -> int:
    """The service grows: recent months bring more cases than the first ones."""
    return min(int(dice.triangular(0, MONTHS, 0)), MONTHS - 1)


LAST_FILE = {"bailleur-a": 4, "gestionnaire-b": 9}


# What is true of a household


def _home(cast: Cast, dice: Random, number: int, *, landlord: str, at: datetime) -> Home:
    landlord = (
        landlord if landlord in ("bailleur-a", "gestionnaire-b") else dice.choice(["bailleur-a", "gestionnaire-b"])
    )
    is_social = landlord == "bailleur-a"
    age = dice.choice((dice.randint(22, 59), dice.randint(25, 50), dice.randint(25, 45), dice.randint(60, 82)))
    children = 0 if age > 59 else dice.choice((0, 0, 1, 1, 2, 2, 3, 4))
    rsa = age < 60 and dice.random() < 0.25
    facts: Data = {
        "dependent_children": children,
        "family_benefits": children > 0 and dice.random() < 0.92,
        "rsa": rsa,
        "employed": age < 60 and not rsa and dice.random() < 0.7,
        "urgent": dice.random() < 0.03,
        "legal_protection": dice.random() < 0.03,
        "msa": dice.random() < 0.01,
        "debt_disputed": dice.random() < 0.05,
        "landlord_support_agreed": is_social and children > 0 and dice.random() < 0.35,
        "followed_by": dice.choice(("mds-grigny", "ccas-grigny", "caf-91")) if dice.random() < 0.12 else "none",
    }
    rent, charges = Decimal(dice.randint(33000, 72000)) / 100, Decimal(dice.randint(7000, 19000)) / 100
    aid_kind = _aid_kind(dice, is_social=is_social, children=children)
    aid = Decimal(dice.randint(6000, 29000)) / 100 if aid_kind != "none" else Decimal(0)
    is_epfif = not is_social and dice.random() < 0.12
    tenancy = lease(
        cast,
        holder=names.person(dice, number=number, age=age, year=at.year),
        at=at,
        landlord=landlord,
        landlord_name="" if is_social else "EPFIF" if is_epfif else "Copropriétaire particulier",
        landlord_type="" if is_social else "epfif" if is_epfif else "person",
        housing="social" if is_social else "epfif" if is_epfif else "private",
        reference=f"{'L' if is_social else 'G2-'}{1000 + number}",
        lease_date=date(dice.randint(2008, 2025), dice.randint(1, 12), 1),
        rent=rent, charges=charges, aid=aid, aid_kind=aid_kind, direct_payment=is_social and aid_kind != "none",
        **asdict(names.address(dice, in_grigny_2=not is_social)),
    )  # fmt: skip
    net_due = rent + charges - aid
    months = Decimal(dice.choice((10, 10, 12, 15, 18, 20, 20, 25, 30, 45, 60))) / 10
    return Home(tenancy=tenancy, facts=facts, balance=round(net_due * months, 2), net_due=net_due)


def _aid_kind(dice: Random, *, is_social: bool, children: int) -> str:
    if dice.random() < 0.18:
        return "none"
    if is_social:
        return "APL"
    return "ALF" if children else "ALS"


def _known(dice: Random, facts: Data, *, channel: str) -> Data:
    """What whoever reports knows: a landlord’s file is completed by the CAF’s list three times out of four."""
    if channel == "professional" or dice.random() < 0.75:
        return facts
    return {name: facts[name] for name in ("family_benefits",) if dice.random() < 0.5}


def _next_statements(dice: Random, home: Home, case: Case, *, since: date, at: datetime) -> date:
    """The landlord’s files that came meanwhile: the debt grows, falls once someone acts, or follows its plan."""
    while (following := counting.add_months(since, 1)) <= at.date():
        since = following
        is_followed = case.plans.filter(state=RepaymentPlan.State.RUNNING).exists()
        change = Decimal(dice.choice((0, 0, 0, 0, 100) if is_followed else (-20, 0, 30, 60, 100))) / 100
        known = expected_balance(home.tenancy.debt, on=since) if is_followed else None
        home.balance = max(
            round((home.balance if known is None else known) + home.net_due * change, 2), Decimal("15.00")
        )
        statement(
            home.tenancy, case, balance=home.balance, months_unpaid=round(home.balance / home.net_due, 1),
            as_of=since, at=at,
        )  # fmt: skip
    return since


# Who takes a step, and when


def _when(dice: Random, task: CaseTask, at: datetime) -> datetime:
    """Most steps are taken in time, some late, a few very late."""
    hour, minute = dice.randint(9, 17), dice.randint(0, 59)
    if dice.random() < LONG_LEAVE:
        return working_days(at, dice.randint(20, 45), hour, minute)
    if task.node == "monitor" and task.due_on:
        return working_days(max(task.due_on, localdate(at)), dice.choice((-2, -1, 0, 0, 1, 4)), hour, minute)
    first, last = (0, 1) if task.node == "answer" and task.case.is_urgent else USUAL_DELAYS[task.node]
    return working_days(at, dice.randint(first, last), hour, minute)


USUAL_DELAYS = {
    "qualify": (1, 5),
    "answer": (1, 6),
    "arbitrate": (2, 6),
    "contact": (2, 7),
    "diagnose": (8, 21),
    "plan": (4, 11),
    "agree": (1, 7),
    "monitor": (18, 23),
    "close": (1, 4),
}
"""Working days from one step to the next."""


def _who(cast: Cast, dice: Random, task: CaseTask) -> User:
    return task.owner or dice.choice(cast.able(task.structure.code, task.step.right))


# What is decided


def _decide(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    return DECISIONS[task.node](cast, dice, home, task, at)


def _qualify(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    return {"result": "out_of_scope" if dice.random() < 0.04 else "complete", "facts": home.facts}


def _answer(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    is_imposed = task.process.answer("arbitrated") == "assigned"
    if is_imposed or dice.random() < 0.88:
        return {"accept": True, "professional": dice.choice(cast.professionals(task.structure.code))}
    return {"accept": False, "reason": dice.choice(("out_of_criteria", "unknown_here", "no_capacity", "no_capacity"))}


def _arbitrate(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    if dice.random() < 0.1:
        return {"structure": None, "out_of_scope": True}
    return {"structure": cast.structures[dice.choice(("ccas-grigny", "mds-grigny", "caf-91"))], "out_of_scope": False}


def _contact(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    (result,) = dice.choices(("reached", "again", "declined"), (64, 33, 3))
    if result == "again" and task.case.contact_attempts.count() >= 3:
        result = "not_reached"
    channel, means = dice.choice(
        (("phone", "phone"), ("office", "interview"), ("visit", "visit"), ("letter", "letter"))
    )
    if result == "reached" and channel == "letter":
        channel, means = "desk", "interview"
    return {"result": result, "channel": channel, "made_on": at.date(), "informed_by": means}


def _diagnose(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    (completeness,) = dice.choices(("complete", "partial", "default"), (72, 20, 8))
    if completeness == "default":
        return {"completeness": completeness}
    children = home.facts["dependent_children"]
    return {
        "completeness": completeness,
        "family": dice.choice(("lone_parent", "couple_children") if children else ("alone", "alone", "couple")),
        "cause": dice.choice(("income_loss", "income_loss", "benefit_break", "separation", "expense", "budget")),
        "resources": Decimal(dice.randint(600, 2300)),
        "expenses": Decimal(dice.randint(250, 900)),
        "other_debts": Decimal(dice.choice((0, 0, 0, 300, 850, 2400))),
        "rent_resumed": dice.choice(("yes", "yes", "partly", "no", "unknown")),
        "steps_taken": [],
        "wish": dice.choice(("stay", "stay", "stay", "move", "unsure")),
    }


def _plan(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    others = dice.sample(("fsl", "rights", "over_indebtedness", "rehousing"), k=dice.choice((0, 0, 1, 1, 2)))
    if others and dice.random() < 0.25:
        return {"kinds": others}
    known = expected_balance(task.case.tenancy.debt, on=localdate(at))
    amount = home.balance if known is None else known
    if amount <= 0:
        return {"kinds": others or ["rights"]}
    monthly = max(round(amount / dice.choice((2, 3, 4, 6, 8, 10, 12, 18))), 15)
    return {
        "kinds": ["repayment", *others],
        "amount": amount,
        "monthly": min(Decimal(monthly), amount),
        "first_due_on": counting.add_months(at.date().replace(day=5), 1),
    }


def _agree(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    plan = task.case.plans.first()
    (answer,) = dice.choices(("accepted", "countered", "refused"), (82, 12, 6))
    counter = round(plan.monthly * Decimal("1.3"), 2) if plan and answer == "countered" else None
    return {"answer": answer, "counter_monthly": counter}


def _monitor(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    has_plan = task.case.plans.filter(state=RepaymentPlan.State.RUNNING).exists()
    weights = (76, 10, 4, 10) if has_plan else (50, 0, 5, 45)
    (result,) = dice.choices(("paid" if has_plan else "kept", "incident", "broken", "close"), weights)
    month = localdate(at).replace(day=1)
    paid = dice.choice(("yes", "yes", "yes", "no", ""))
    return {"result": result, "reason": "instalments_unpaid", "rents": {month: paid} if paid else {}}


def _close(cast: Cast, dice: Random, home: Home, task: CaseTask, at: datetime) -> Data:
    contacted = task.process.answer("contacted")
    if contacted in ("declined", "not_reached"):
        return {"outcome": {"declined": "declined_support", "not_reached": "not_reached"}[contacted]}
    plan = task.case.plans.first()
    if plan and plan.state == RepaymentPlan.State.KEPT:
        return {"outcome": "cleared"}
    (outcome,) = dice.choices(("cleared", "fsl", "rights_opened", "rehoused", "plan_kept", "debt_erased", "left"),
                              (25, 22, 18, 10, 15, 6, 4))  # fmt: skip
    return {"outcome": outcome}


DECISIONS: dict[str, Callable[[Cast, Random, Home, CaseTask, datetime], Data]] = {
    "qualify": _qualify,
    "answer": _answer,
    "arbitrate": _arbitrate,
    "contact": _contact,
    "diagnose": _diagnose,
    "plan": _plan,
    "agree": _agree,
    "monitor": _monitor,
    "close": _close,
}
