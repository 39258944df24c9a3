"""Six notices as people bring them, typed through the form: each line gets its authority, its dates and its judge."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cases.actions.lines import LawOfTheDay, facts_of
from cases.models import Case, DebtLine, OverpaymentNotice
from tests.factories import PARIS, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]
TODAY = datetime(2026, 11, 25, 10, 0, tzinfo=PARIS)
ALIKE = {
    "birth_date": "1985", "phone": "0611223308", "act": "notice_received", "receipt": "post", "routes_stated": "yes",
    "structure": "ccas-grigny", "lignes": "3",
}  # fmt: skip


@pytest.fixture
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def worker():
    return member("ccas-grigny")


def lines(*typed) -> dict[str, str]:
    names = ("benefit", "amount", "since", "until", "cause", "fraud", "fraud_by", "fraud_on")
    return {
        f"ligne{rank}-{name}": value
        for rank, line in enumerate(typed, start=1)
        for name, value in zip(names, line, strict=False)
    }


def type_in(client, worker, *typed, **letter) -> list[DebtLine]:
    client.force_login(worker)
    page = client.post(reverse("notice"), ALIKE | letter | lines(*typed), follow=True).content.decode()
    assert "Trop-perçu enregistré" in page, page
    return list(DebtLine.objects.select_related("notice", "debt").order_by("position"))


def dates(line: DebtLine) -> dict[str, date]:
    """Rule → last day of what the person may do."""
    rules = line.debt.deadlines.running().filter(rule__who="person")
    return dict(rules.values_list("rule__code", "legal_date"))


def law(line: DebtLine):
    return LawOfTheDay(on=TODAY.date(), territory="grigny").remedy_for(line)


def to_whom(line: DebtLine) -> tuple[str, str]:
    return law(line).contest.authority, law(line).court.code


def test_three_benefits_of_one_letter_have_three_authorities(client, worker):
    found = type_in(
        client,
        worker,
        ("rsa", "1 214,31", "06/2026", "08/2026", "resumed_work"),
        ("prime_activite", "187,40", "07/2026", "09/2026", "resumed_work"),
        ("apl", "412,00", "06/2026", "09/2026", "resumed_work"),
        usual_name="Delaunay-Traoré", first_names="Fatim", operator="caf", letter_date="2026-10-19",
        received_on="2026-10-22", file_number="4 518 207", routes_stated="partly",
    )  # fmt: skip
    assert [(each.benefit, each.amount, each.since, each.until, each.cause) for each in found] == [
        ("rsa", Decimal("1214.31"), date(2026, 6, 1), date(2026, 8, 1), "resumed_work"),
        ("prime_activite", Decimal("187.40"), date(2026, 7, 1), date(2026, 9, 1), "resumed_work"),
        ("apl", Decimal("412.00"), date(2026, 6, 1), date(2026, 9, 1), "resumed_work"),
    ]
    assert [to_whom(each) for each in found] == [
        ("président du conseil départemental", "ta"),
        ("commission de recours amiable", "ta"),
        ("directeur de la CAF, avis de la CRA", "ta"),
    ]
    assert [dates(each) for each in found] == [
        {"IND-01": date(2026, 11, 11), "IND-05b": date(2026, 12, 22)},
        {"IND-01": date(2026, 11, 11), "IND-05": date(2026, 12, 22)},
        {"IND-01": date(2026, 11, 11), "IND-05c": date(2026, 12, 22)},
    ]


def test_disability_and_family_benefits_go_to_the_commission_then_to_the_judicial_court(client, worker):
    found = type_in(
        client,
        worker,
        ("aah", "2 306,15", "03/2026", "09/2026", "couple_status"),
        ("prestations_familiales", "1 359,54", "03/2026", "09/2026", "couple_status"),
        usual_name="Mbemba-Leroux", first_names="Anicet", operator="caf", letter_date="2026-11-02",
        received_on="2026-11-05", file_number="6 702 118",
    )  # fmt: skip
    assert [(each.benefit, each.amount) for each in found] == [
        ("aah", Decimal("2306.15")),
        ("prestations_familiales", Decimal("1359.54")),
    ]
    assert [to_whom(each) for each in found] == [("commission de recours amiable", "tj")] * 2
    assert [dates(each) for each in found] == [{"IND-01": date(2026, 11, 25), "IND-05": date(2027, 1, 5)}] * 2


def test_an_unemployment_benefit_goes_to_the_director_and_to_contest_suspends(client, worker):
    (found,) = type_in(
        client,
        worker,
        ("are", "1 486,20", "03/2026", "04/2026", "resumed_work"),
        usual_name="Petrescu", first_names="Ioana", operator="france_travail", letter_date="2026-10-28",
        received_on="2026-10-30", file_number="0912345 K",
    )  # fmt: skip
    assert found.amount == Decimal("1486.20")
    assert to_whom(found) == ("recours gracieux, directeur général de France Travail", "tj")
    assert dates(found) == {"IND-14": date(2026, 12, 30)}
    assert law(found).suspension.stops("recourse") is True


def test_a_constraint_is_opposed_within_fifteen_days_before_everything_else(client, worker):
    (found,) = type_in(
        client,
        worker,
        ("are", "932,18", "09/2025", "10/2025"),
        usual_name="Petrescu", first_names="Ioana", operator="france_travail", letter_date="2026-11-16",
        received_on="2026-11-16", act="constraint_served", receipt="hand",
    )  # fmt: skip
    assert found.amount == Decimal("932.18")
    assert dates(found) == {"IND-12": date(2026, 12, 1)}
    assert to_whom(found)[1] == "tj"
    assert Case.objects.get().is_urgent


def test_a_letter_that_says_no_route_keeps_its_dates(client, worker):
    (found,) = type_in(
        client,
        worker,
        ("ij", "318,96", "07/2026", "07/2026", "body_error"),
        usual_name="Ouali-Petit", first_names="Rachid", operator="cpam", letter_date="2026-11-09",
        received_on="2026-11-12", routes_stated="no",
    )  # fmt: skip
    assert found.amount == Decimal("318.96")
    assert to_whom(found) == ("commission de recours amiable", "tj")
    assert dates(found) == {"IND-01": date(2026, 12, 2), "IND-05": date(2027, 1, 12)}
    assert OverpaymentNotice.objects.get().states_routes is False


def test_what_is_qualified_as_fraud_is_not_waived_and_the_christmas_bonus_goes_to_the_court(client, worker):
    rsa, bonus = type_in(
        client,
        worker,
        ("rsa", "1 821,60", "03/2026", "05/2026", "fraud_qualified", "yes", "operator", "2026-10-20"),
        ("prime_noel", "152,45", "12/2025", "12/2025", "fraud_qualified", "yes", "operator", "2026-10-20"),
        usual_name="Kabongo-Vidal", first_names="Prisca", operator="caf", letter_date="2026-11-05",
        received_on="2026-11-07", file_number="3 990 471",
    )  # fmt: skip
    assert [(each.amount, each.fraud, each.fraud_by, each.fraud_on) for each in (rsa, bonus)] == [
        (Decimal("1821.60"), "yes", "operator", date(2026, 10, 20)),
        (Decimal("152.45"), "yes", "operator", date(2026, 10, 20)),
    ]
    assert to_whom(rsa) == ("président du conseil départemental", "ta")
    assert dates(rsa)["IND-05b"] == date(2027, 1, 7)
    assert law(rsa).waiver.fraud == "excluded"
    assert to_whom(bonus) == ("", "ta")


@pytest.mark.parametrize(
    ("fraud", "words"),
    [
        (("unknown", "", "2026-10-20"), "Une date est donnée : dire si le courrier qualifie de fraude."),
        (("yes", "", ""), "Dire qui a décidé."),
    ],
)
def test_a_date_of_fraud_without_its_answer_or_a_fraud_that_nobody_decided_is_asked_back(client, worker, fraud, words):
    client.force_login(worker)
    typed = ALIKE | {"usual_name": "Roux", "first_names": "Zoé", "operator": "caf", "letter_date": "2026-11-05"}
    page = client.post(reverse("notice"), typed | lines(("rsa", "100", "", "", "", *fraud)))
    assert words in page.content.decode()
    assert not Case.objects.exists()


def test_a_fraud_that_the_letter_only_speaks_of_excludes_nothing(client, worker):
    (found,) = type_in(
        client,
        worker,
        ("rsa", "1 821,60", "03/2026", "05/2026", "", "alleged", "", "2026-11-05"),
        usual_name="Kabongo-Vidal", first_names="Prisca", operator="caf", letter_date="2026-11-05",
        received_on="2026-11-07",
    )  # fmt: skip
    known = LawOfTheDay(on=TODAY.date(), territory="grigny").standing_of_line(found, facts_of([found])[found.debt_id])
    assert known.find_possible("waiver")
