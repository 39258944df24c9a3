"""The households that tell the story, their arrears part. The others have none: 8 Delaunay-Traoré and 9 Petrescu are
overpayments (`overpayments.py`), 11 Aubry-Ndong is a coordination (`coordination.py`), as is a part of 10 Zerrouki."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from cases import calendar
from cases.actions import protections, sharing, support
from cases.models import Beneficiary, LegalProtection
from cases.rules import counting
from demo.cast import Cast
from demo.homes import know, lease, report, statement
from demo.life import Story, announce, office, take, working_days
from demo.papers import call_to_appointment, holder_of, send_with_tenant
from workflows.actions import milestones
from workflows.actions.reopen import reopen_case


def sissoko_lambert(cast: Cast, today: date) -> Story:
    """1. One net month of debt, taken early: the landlord has the ball."""
    samira = cast.people["Kessler"]
    at = yield working_days(today, -25)
    tenancy = lease(
        cast,
        at=at,
        holder=Beneficiary(
            title="mme", usual_name="Sissoko-Lambert", birth_name="Sissoko", first_names="Aminata",
            birth_date="1989-04-12", phone="+33611223301", caf_number="4417026",
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
        first_due_on=fifth_of_next_month(today),
    )  # fmt: skip


def ferreira_nogueira(cast: Cast, today: date) -> Story:
    """2. Private housing and ALF: row R3 names the CAF. No message may be left. An order to pay is announced."""
    claire = cast.people["Montel"]
    at = yield working_days(today, -9)
    tenancy = lease(
        cast,
        at=at,
        landlord="gestionnaire-b",
        holder=Beneficiary(
            title="mme", usual_name="Ferreira Nogueira", first_names="Lídia", birth_date="1992-09-30",
            phone="+33611223302", caf_number="4417027", language="portugais", no_message=True, not_through_spouse=True,
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
    at = yield working_days(today, -1, hour=11)
    announce(case, by=cast.people["Urbain"], at=at, on=calendar.working_day_on_or_after(today + timedelta(days=18)))


def ouattara_vidal(cast: Cast, today: date) -> Story:
    """3. Nobody’s public. The landlord believed that the MDS followed her; it declines, then the CCAS, which a row still
    to be confirmed names: the pilot must arbitrate. Her landlord announces an order to pay, with short notice."""
    at = yield working_days(today, -12)
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="mme", usual_name="Ouattara-Vidal", birth_name="Ouattara", first_names="Mariam",
            birth_date="1979-02-18", phone="+33611223303", caf_number="4417028",
        ),
        reference="L7003", address="5 place de l’Ellipse", building="D", stair="1", door="22",
        residence="La Grande Borne", lease_date=date(2016, 3, 1), rent="402.10", charges="98.40", aid="61.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=0, family_benefits=False, rsa=False, employed=True)
    know(tenancy, at=at, source="landlord", followed_by="mds-grigny")
    case = report(cast, tenancy, balance="878.90", months_unpaid=2, at=at)
    at = yield working_days(today, -9, hour=11)
    take(case, "answer", by=cast.people["Lambert"], at=at, accept=False, reason="unknown_here")
    at = yield working_days(today, -3, hour=15)
    take(case, "answer", by=cast.people["Ritter"], at=at, accept=False, reason="no_capacity")
    at = yield working_days(today, -2, hour=10)
    announce(case, by=cast.people["Sorel"], at=at, on=calendar.working_day_on_or_after(today + timedelta(days=9)))


def bertin(cast: Cast, today: date) -> Story:
    """4. 610 € owed. Net due 610 − 210 = 400 €: not an impayé before 2027 (under 800 €), one from 2027 (over 450 €). He is
    under curatelle: who assists him is served too, and signs beside him."""
    nadege = cast.people["Olivier"]
    at = yield working_days(today, -12)
    month = at.date().replace(day=1)
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="m", usual_name="Bertin", first_names="Roland", birth_date="1955-05-08", phone="+33611223304",
            caf_number="4417029",
        ),
        reference="L7004", address="3 rue de l’Astrolabe", building="A", stair="2", door="11",
        residence="La Grande Borne", lease_date=date(1998, 9, 1), rent="470.00", charges="140.00", aid="210.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=0, family_benefits=False, rsa=False, employed=False)
    case = report(
        cast, tenancy, balance="610.00", months_unpaid=1, as_of=month - timedelta(days=1),
        first_unpaid_on=counting.add_months(month.replace(day=5), -1), at=at,
    )  # fmt: skip
    at = yield working_days(today, -9, hour=14)
    take(case, "answer", by=cast.people["Ritter"], at=at, accept=True, professional=nadege)
    at = yield working_days(today, -8, hour=15)
    judged = today - timedelta(days=420)
    protections.protect_person(
        protection=LegalProtection(
            beneficiary=holder_of(case), kind=LegalProtection.Kind.REINFORCED_CURATELLE, guardian_title="mme",
            guardian_name="Solène Abadie", service="Association tutélaire des Rives", phone="+33169000088",
            address="2 place des Tilleuls, 91000 Évry-Courcouronnes", judged_on=judged,
            court="tribunal de proximité de Juvisy-sur-Orge", since=judged + timedelta(days=12),
            until=counting.add_months(judged, 60),
        ),
        at=at, by=nadege, structure=case.responsible_structure, case=case,
    )  # fmt: skip
    call_to_appointment(case, day=working_days(today, -4).date(), place="au domicile de M. Bertin", by=nadege, at=at)
    at = yield working_days(today, -4)
    take(case, "contact", by=nadege, at=at, result="reached", channel="visit", made_on=at.date(), informed_by="visit")


def keita_morin(cast: Cast, today: date) -> Story:
    """5. Lease renewed in March 2024, order to pay three weeks ago: six weeks to pay, of which three are left."""
    claire = cast.people["Montel"]
    at = yield working_days(today, -12, minute=30)
    tenancy = lease(
        cast, at=at, landlord="gestionnaire-b",
        holder=Beneficiary(
            title="m", usual_name="Keïta-Morin", first_names="Ibrahim", birth_date="1985-07-21",
            phone="+33611223305", caf_number="4417030",
        ),
        spouse=Beneficiary(
            title="mme", usual_name="Keïta-Morin", birth_name="Morin", first_names="Élodie", birth_date="1987-01-09",
        ),
        landlord_name="SCI familiale", landlord_type="sci_family",
        reference="G2-205", address="14 rue Vlaminck", building="22", stair="1", door="87", residence="Grigny 2",
        housing="private", lease_date=date(2024, 3, 14), rent="720.00", charges="210.00", aid="268.00",
        aid_kind="ALF",
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=2, family_benefits=True, rsa=False, employed=True)
    case = report(
        cast, tenancy, balance="2790.00", months_unpaid=3, channel="landlord_form", at=at, by=cast.people["Urbain"]
    )
    at = yield working_days(today, -10, hour=15)
    take(case, "answer", by=cast.people["Auger"], at=at, accept=True, professional=claire)
    at = yield working_days(today, -8, hour=11)
    milestones.record(
        case=case, kind="order_to_pay_served", happened_on=three_weeks_ago(today), known="proved", by=claire, at=at
    )
    take(
        case,
        "contact",
        by=claire,
        at=at,
        result="reached",
        channel="office",
        made_on=at.date(),
        informed_by="interview",
    )


def haddou(cast: Cast, today: date) -> Story:
    """6. Lease of 2018 that was never renewed, order to pay of the same day: two months to pay."""
    samira = cast.people["Kessler"]
    at = yield working_days(today, -12, minute=10)
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="mme", usual_name="Haddou", first_names="Nawal", birth_date="1983-11-02", phone="+33611223306",
            caf_number="4417031",
        ),
        reference="L7006", address="21 rue du Minotaure", building="F", stair="3", door="52",
        residence="La Grande Borne", lease_date=date(2018, 4, 1), rent="455.30", charges="132.70", aid="243.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=4, family_benefits=True, rsa=False, employed=False)
    case = report(cast, tenancy, balance="1380.00", months_unpaid=4, at=at)
    at = yield working_days(today, -11, hour=16)
    take(case, "answer", by=cast.people["Lambert"], at=at, accept=True, professional=samira)
    at = yield working_days(today, -8, hour=9)
    milestones.record(
        case=case, kind="order_to_pay_served", happened_on=three_weeks_ago(today), known="proved", by=samira, at=at
    )
    take(case, "contact", by=samira, at=at, result="reached", channel="phone", made_on=at.date(), informed_by="phone")


def nsimba(cast: Cast, today: date) -> Story:
    """7. Hearing soon, rent not resumed, diagnosis begun: what remains decides. Legal aid was asked for in time."""
    lucie = cast.people["Arnoux"]
    at = yield working_days(today, -24)
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="m", usual_name="Nsimba", first_names="Glodi", birth_date="1990-08-14", phone="+33611223307",
            caf_number="4417032", language="lingala", needs_interpreter=True,
        ),
        reference="L7007", address="9 place de la Treille", building="C", stair="4", door="63",
        residence="La Grande Borne", lease_date=date(2020, 2, 1), rent="471.00", charges="143.00", aid="251.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=3, family_benefits=True, rsa=True, employed=False)
    case = report(cast, tenancy, balance="3267.00", months_unpaid=9, at=at)
    at = yield working_days(today, -22, hour=14)
    take(case, "answer", by=cast.people["Lambert"], at=at, accept=True, professional=lucie)
    at = yield working_days(today, -20, hour=11)
    take(case, "contact", by=lucie, at=at, result="again", channel="phone", made_on=at.date())
    at = yield working_days(today, -15, hour=10)
    take(
        case, "contact", by=lucie, at=at, result="reached", channel="visit", made_on=at.date(), informed_by="visit",
        note="Loyer courant non repris depuis quatre mois. Assignation remise pendant la visite, audience proche.",
    )  # fmt: skip
    for kind, days in (("order_to_pay_served", 150), ("summons_served", 62)):
        milestones.record(
            case=case, kind=kind, happened_on=today - timedelta(days=days), known="proved", by=lucie, at=at
        )
    milestones.record(
        case=case,
        kind="hearing",
        happened_on=calendar.working_day_on_or_after(today + timedelta(days=24)),
        known="proved",
        by=lucie,
        at=at,
    )
    milestones.record(
        case=case, kind="prefect_notified", happened_on=today - timedelta(days=58), known="proved", by=lucie, at=at
    )
    statement(tenancy, case, balance="3630.00", months_unpaid=10, as_of=today.replace(day=1), at=at)
    at = yield working_days(today, -10, hour=11)
    send_with_tenant(
        case, "legal_aid", court="tribunal de proximité de Juvisy-sur-Orge", by=lucie, at=at,
        enclosures=["dernier avis d’impôt", "copie de l’assignation, ou de la décision"],
    )  # fmt: skip
    milestones.record(case=case, kind="legal_aid_asked", happened_on=at.date(), known="proved", by=lucie, at=at)
    at = yield working_days(today, -3, hour=15)
    support.write_note(
        case=case, structure=case.responsible_structure, author=lucie, visibility="internal", at=at,
        text="Diagnostic commencé avec l’interprète : ressources et charges à compléter, bulletins demandés.",
    )  # fmt: skip


def zerrouki(cast: Cast, today: date) -> Story:
    """10. Three structures around a family, and a professional about to leave. He is coordinated in `coordination.py`."""
    fanny = cast.people["Delmas"]
    at = yield working_days(today, -40)
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="m", usual_name="Zerrouki", first_names="Nabil", birth_date="1981-03-27", phone="+33611223310",
            caf_number="4417035",
        ),
        spouse=Beneficiary(title="mme", usual_name="Zerrouki", first_names="Samia", birth_date="1984-06-15"),
        reference="L7010", address="17 rue des Enclos", building="E", stair="2", door="31",
        residence="La Grande Borne", lease_date=date(2019, 10, 1), rent="498.00", charges="151.00", aid="188.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=3, family_benefits=True, rsa=False, employed=True)
    case = report(cast, tenancy, balance="1383.00", months_unpaid=3, at=at)
    at = yield working_days(today, -38, hour=10)
    take(case, "answer", by=cast.people["Lambert"], at=at, accept=True, professional=fanny)
    at = yield working_days(today, -33, hour=16)
    take(
        case,
        "contact",
        by=fanny,
        at=at,
        result="reached",
        channel="office",
        made_on=at.date(),
        informed_by="interview",
    )
    for code in ("ccas-grigny", "caf-91"):
        sharing.take_part(
            case=case, structure=cast.structures[code], part="support", level="card", at=at, by=fanny,
        )  # fmt: skip
    at = yield working_days(today, -18, hour=11)
    take(
        case, "diagnose", by=fanny, at=at, completeness="complete", family="couple_children", cause="benefit_break",
        resources=Decimal(1890), expenses=Decimal(870), other_debts=Decimal(640), rent_resumed="partly",
        steps_taken=["rights"], wish="stay",
    )  # fmt: skip
    at = yield working_days(today, -11, hour=9)
    take(
        case, "plan", by=fanny, at=at, kinds=["repayment", "fsl", "rights"], amount=Decimal(1383),
        monthly=Decimal(60), first_due_on=fifth_of_next_month(today),
    )  # fmt: skip
    at = yield working_days(today, -8, hour=14)
    take(case, "agree", by=cast.people["Sorel"], at=at, answer="accepted", counter_monthly=None)
    at = yield working_days(today, -1, hour=17)
    support.write_note(
        case=case, structure=case.responsible_structure, author=fanny, visibility="shared", at=at,
        text="Je quitte la MDS dans six jours : le dossier est à confier à un autre professionnel avant mon départ.",
    )  # fmt: skip


def karaman(cast: Cast, today: date) -> Story:
    """12. A plan of 24 × 75 € kept to the end; the household comes back in the tenth month after closing."""
    sabrina = cast.people["Haddad"]
    first_due_on = counting.add_months(today.replace(day=5), -33)
    at = yield office(first_due_on - timedelta(days=60))
    tenancy = lease(
        cast, at=at,
        holder=Beneficiary(
            title="m", usual_name="Karaman", first_names="Emre", birth_date="1958-12-01", phone="+33611223312",
            caf_number="4417037", language="turc",
        ),
        reference="L7012", address="6 rue du Labyrinthe", building="B", stair="1", door="12",
        residence="La Grande Borne", lease_date=date(2009, 7, 1), rent="391.00", charges="119.00", aid="120.00",
        aid_kind="APL", direct_payment=True,
    )  # fmt: skip
    know(tenancy, at=at, dependent_children=0, family_benefits=False, rsa=False, employed=False)
    case = report(cast, tenancy, balance="1800.00", months_unpaid=4, at=at)
    at = yield working_days(at, 2)
    take(case, "answer", by=cast.people["Ritter"], at=at, accept=True, professional=sabrina)
    at = yield working_days(at, 5)
    take(case, "contact", by=sabrina, at=at, result="reached", channel="visit", made_on=at.date(), informed_by="visit")
    at = yield working_days(at, 12)
    take(
        case, "diagnose", by=sabrina, at=at, completeness="complete", family="couple", cause="expense",
        resources=Decimal(1340), expenses=Decimal(520), other_debts=Decimal(0), rent_resumed="yes", steps_taken=[],
        wish="stay",
    )  # fmt: skip
    at = yield working_days(at, 6)
    take(
        case, "plan", by=sabrina, at=at, kinds=["repayment"], amount=Decimal(1800), monthly=Decimal(75),
        first_due_on=first_due_on,
    )  # fmt: skip
    at = yield working_days(at, 2)
    take(case, "agree", by=cast.people["Sorel"], at=at, answer="accepted", counter_monthly=None)
    for month in range(24):
        at = yield office(counting.add_months(first_due_on, month) + timedelta(days=2))
        take(case, "monitor", by=sabrina, at=at, result="paid", rents={at.date(): "yes"})
    at = yield working_days(at, 1)
    take(case, "close", by=sabrina, at=at, outcome="cleared", note="")
    tenth_month_ends = counting.add_months(at.date(), 10)
    at = yield office(min(today - timedelta(days=20), tenth_month_ends - timedelta(days=4)))
    reopen_case(case=case, by=cast.people["Ritter"], at=at)
    statement(tenancy, case, balance="780.00", months_unpaid=2, as_of=at.date(), at=at)
    at = yield working_days(at, 3)
    take(case, "answer", by=cast.people["Ritter"], at=at, accept=True, professional=sabrina)
    at = yield working_days(at, 5)
    take(case, "contact", by=sabrina, at=at, result="reached", channel="phone", made_on=at.date(), informed_by="phone")


STORIES: tuple[Callable[[Cast, date], Story], ...] = (
    sissoko_lambert,
    ferreira_nogueira,
    ouattara_vidal,
    bertin,
    keita_morin,
    haddou,
    nsimba,
    zerrouki,
    karaman,
)


def three_weeks_ago(day: date) -> date:
    """The day on which the orders to pay of households 5 and 6 were served."""
    return calendar.working_day_on_or_before(day - timedelta(days=21))


def fifth_of_next_month(day: date) -> date:
    """The fifth, on which rents and instalments are due here."""
    return counting.add_months(day.replace(day=5), 1)
