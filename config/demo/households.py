"""The households that tell the story, their arrears part. The others have none: 8 Delaunay-Traoré and 9 Petrescu are
overpayments, 11 Aubry-Ndong is a coordination; they come with those procedures."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from cases.models import Beneficiary
from config.demo.cast import Cast
from config.demo.homes import know, lease, report
from config.demo.life import Story, take, working_days


def sissoko_lambert(cast: Cast, today: date) -> Story:
    """1. One net month of debt, taken early: the landlord has the ball."""
    samira = cast.people["Kessler"]
    at = yield working_days(today, -25)
    tenancy = lease(
        cast,
        at=at,
        holder=Beneficiary(
            title="mme", usual_name="Sissoko-Lambert", birth_name="Sissoko", first_names="Aminata",
            birth_date="1989-04-12", phone="0611223301", caf_number="4417026",
        ),
        reference="L7001", address="12 rue du Labyrinthe", building="B", door="34", residence="La Grande Borne",
        lease_date=date(2021, 6, 1), rent="438.20", charges="121.80", aid="220.00", aid_kind="APL",
        direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=2, family_benefits=True, rsa=False, employed=True)
    case = report(cast, tenancy, balance="340.00", months_unpaid=1, at=at)
    at = yield working_days(today, -22, hour=15)
    take(case, "answer", by=cast.people["Lambert"], at=at, accept=True, professional=samira)
    at = yield working_days(today, -17)
    take(case, "contact", by=samira, at=at, result="reached", channel="phone", made_on=at.date(), informed_by="phone")
    at = yield working_days(today, -8, hour=11)
    take(
        case, "diagnose", by=samira, at=at, completeness="complete", family="lone_parent", cause="income_loss",
        resources=Decimal(1480), expenses=Decimal(610), other_debts=Decimal(0), rent_resumed="yes", steps_taken=[], wish="stay",
    )  # fmt: skip
    at = yield working_days(today, -2, hour=16)
    take(
        case, "plan", by=samira, at=at, kinds=["repayment", "rights"], amount=Decimal(340), monthly=Decimal(34),
        first_due_on=first_of_next_month(today),
    )  # fmt: skip


def ferreira_nogueira(cast: Cast, today: date) -> Story:
    """2. Private housing and ALF: row R3 names the CAF. No message may be left."""
    claire = cast.people["Montel"]
    at = yield working_days(today, -9)
    tenancy = lease(
        cast,
        at=at,
        landlord="gestionnaire-b",
        holder=Beneficiary(
            title="mme", usual_name="Ferreira Nogueira", first_names="Lídia", birth_date="1992-09-30",
            phone="0611223302", caf_number="4417027", language="portugais", no_message=True, not_through_spouse=True,
        ),
        landlord_name="Copropriétaire particulier", landlord_type="person",
        reference="G2-118", address="8 avenue des Sablons", building="18", stair="2", door="141",
        residence="Grigny 2", housing="private", lease_date=date(2022, 10, 1), rent="690.00", charges="190.00",
        aid="312.00", aid_kind="ALF",
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=3, family_benefits=True, rsa=False, employed=False)
    case = report(cast, tenancy, balance="1136.00", months_unpaid=2, at=at)
    at = yield working_days(today, -6, hour=9)
    take(case, "answer", by=cast.people["Auger"], at=at, accept=True, professional=claire)
    at = yield working_days(today, -2, hour=14)
    take(case, "contact", by=claire, at=at, result="again", channel="letter", made_on=at.date())


STORIES: tuple[Callable[[Cast, date], Story], ...] = (sissoko_lambert, ferreira_nogueira)


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 5)
