"""What a day is made of beside the steps: appointments, a diagnosis begun, an absence, a request to share, two records of one person."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from cases.actions import appointments, diagnosis, sharing_requests
from cases.models import Appointment, Beneficiary, Case, User
from demo.cast import Cast
from demo.homes import know, lease, report
from demo.life import Story, take, working_days
from workflows.actions import absences

MINUTES = 45


def stories(cast: Cast, today: date) -> Iterator[Story]:
    yield agenda_of_the_mds(cast, today)
    yield agenda_of_the_caf(cast, today)
    yield nsimba_is_diagnosed(cast, today)
    yield haddou_is_asked_for(cast, today)
    yield keita_is_away(cast, today)
    yield one_person_twice(cast, today)


def agenda_of_the_mds(cast: Cast, today: date) -> Story:
    """One kept, one missed, one of yesterday that waits for its answer, two to come."""
    samira, lucie = cast.people["Kessler"], cast.people["Arnoux"]
    at = yield working_days(today, -7, hour=9)
    kept = _meet("Haddou", samira, on=working_days(today, -4, hour=10), at=at)
    missed = _meet("Nsimba", lucie, on=working_days(today, -3, hour=14), at=at)
    at = yield working_days(today, -4, hour=11)
    appointments.mark_kept(appointment=kept, by=samira, at=at)
    at = yield working_days(today, -3, hour=15, minute=30)
    appointments.mark_missed(appointment=missed, by=lucie, at=at)
    at = yield working_days(today, -2, hour=9, minute=30)
    _meet("Sissoko-Lambert", samira, on=working_days(today, -1, hour=16), at=at)
    _meet("Haddou", samira, on=working_days(today, 1, hour=9), at=at)
    _meet("Nsimba", lucie, on=working_days(today, 2, hour=14), at=at, place=Appointment.Place.HOME)


def agenda_of_the_caf(cast: Cast, today: date) -> Story:
    claire = cast.people["Montel"]
    at = yield working_days(today, -1, hour=11)
    _meet("Ferreira Nogueira", claire, on=working_days(today, 1, hour=14), at=at, place=Appointment.Place.PHONE)
    _meet("Keïta-Morin", claire, on=working_days(today, 3, hour=10), at=at)


def nsimba_is_diagnosed(cast: Cast, today: date) -> Story:
    """With the interpreter: what is known is kept, the judge will read the rest."""
    lucie = cast.people["Arnoux"]
    at = yield working_days(today, -3, hour=16, minute=10)
    case = case_of("Nsimba")
    person = case.household.members.get()
    essentials = {
        "family": "couple_children", "cause": "income_loss", "rent_resumed": "no", "nothing_asked": False, "wish": "stay",
    }  # fmt: skip
    means = [
        {"kind": "rsa", "amount": Decimal("1012.40"), "person_id": person.pk},
        {"kind": "family", "amount": Decimal("346.10")},
    ]
    for code, values, lines in (
        ("essentiel", essentials, {}),
        ("entretien", {"presence": "present", "met_on": at.date(), "interpreter": True}, {}),
        ("ressources", {}, {"resource_lines": means}),
        ("charges", {}, {"expense_lines": [{"kind": "energy", "amount": Decimal("118.00")}]}),
    ):
        diagnosis.save_block(
            case=case, structure=case.responsible_structure, by=lucie, code=code, values=values, lines=lines,
            version=None, at=at,
        )  # fmt: skip


def keita_is_away(cast: Cast, today: date) -> Story:
    """Said by his manager on the day: two colleagues share his cases, the nearest date first."""
    at = yield working_days(today, -2, hour=8, minute=45)
    absences.declare(
        user=cast.people["Keita"], structure=cast.structures["mds-grigny"], since=at.date(),
        last_day=localdate(working_days(today, 8)), substitutes=[cast.people["Kessler"], cast.people["Delmas"]],
        by=cast.people["Lambert"], at=at,
    )  # fmt: skip


def haddou_is_asked_for(cast: Cast, today: date) -> Story:
    """The CCAS has the mother at its counter and asks what the MDS does for her."""
    at = yield working_days(today, -1, hour=10, minute=20)
    sharing_requests.ask(
        case=case_of("Haddou"), structure=cast.structures["ccas-grigny"], basis="SH-3", by=cast.people["Olivier"],
        reason="Madame demande une aide pour l’énergie : éviter deux démarches.", at=at,
    )  # fmt: skip


def one_person_twice(cast: Cast, today: date) -> Story:
    """Known to the MDS under her married name in a flat that she left; the CCAS meets her under her own."""
    at = yield working_days(today, -70, hour=10)
    left = lease(
        cast, at=at, reference="L7021", address="14 rue des Enclos", building="C", door="44", residence="La Grande Borne",
        rent="421.00", charges="118.00", aid_kind="none",
        holder=Beneficiary(
            title="mme", usual_name="Mansour", birth_name="Belaïd", first_names="Hanane", birth_date="1990-11-21",
            phone="+33611223321", caf_number="4417041",
        ),
    )  # fmt: skip
    know(left, at=at, dependent_children=1, family_benefits=False, rsa=True, employed=False)
    first = report(cast, left, balance="640.00", months_unpaid=1, at=at)
    at = yield working_days(today, -67, hour=9)
    lucie = cast.people["Arnoux"]
    take(first, "answer", by=cast.people["Lambert"], at=at, accept=True, professional=lucie)
    at = yield working_days(today, -61, hour=9)
    take(first, "contact", by=lucie, at=at, result="declined", channel="phone", made_on=at.date())
    at = yield working_days(today, -60, hour=9)
    take(first, "close", by=lucie, at=at, outcome="declined_support")
    at = yield working_days(today, -6, hour=11)
    now = lease(
        cast, at=at, landlord="gestionnaire-b", landlord_name="Copropriétaire particulier", landlord_type="person",
        reference="G2-321", address="3 rue Rodin", building="7", door="12", residence="Grigny 2", housing="private",
        rent="610.00", charges="140.00", aid_kind="none",
        holder=Beneficiary(
            title="mme", usual_name="Belaïd", first_names="Hanane", birth_date="1990-11-21", phone="+33611223321",
        ),
    )  # fmt: skip
    know(now, at=at, source="professional", dependent_children=1, family_benefits=False, rsa=True, employed=False)
    nadege = cast.people["Olivier"]
    report(
        cast, now, balance="1500.00", months_unpaid=2, at=at, code="ccas-grigny", channel="professional", by=nadege,
    )  # fmt: skip


def case_of(name: str) -> Case:
    return Case.objects.select_related("responsible_structure").get(
        household__members=Beneficiary.objects.filter(usual_name=name).earliest("pk")
    )


def _meet(
    name: str, professional: User, *, on: datetime, at: datetime, place: str = Appointment.Place.OFFICE
) -> Appointment:
    case = case_of(name)
    return appointments.make(
        case=case, person=case.household.members.order_by("pk")[0], professional=professional,
        structure=case.responsible_structure, starts_at=on, minutes=MINUTES, place=place, by=professional, at=at,
    )  # fmt: skip
