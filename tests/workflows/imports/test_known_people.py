"""What a file says of a person who is known already: blanks are filled, and nothing of her identity is replaced (decision 0030)."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cases.models import Beneficiary, Household, Tenancy
from tests import factories
from tests.workflows.imports.test_undo import imported
from workflows.imports.complete import details_to_add
from workflows.imports.lines import FilePlanner

KNOWN: dict[str, Any] = {
    "usual_name": "Okonkwo",
    "first_names": "Ngozi",
    "birth_date": "1980-05-17",
    "phone": "+33612345678",
    "email": "ngozi@example.org",
    "caf_number": "1234567",
}
SAID_OTHERWISE = {
    "usual_name": "Dupont",
    "first_names": "Fanta",
    "birth_date": "1981-06-18",
    "phone": "+33687654321",
    "email": "autre@example.org",
    "caf_number": "7654321",
}


def test_nothing_that_is_known_is_replaced():
    assert details_to_add(Beneficiary(**KNOWN), SAID_OTHERWISE) == {}


@pytest.mark.parametrize(
    ("known", "said", "added"),
    [
        ({"birth_date": "1980"}, {"birth_date": "1980-05-17"}, {"birth_date": "1980-05-17"}),
        ({"birth_date": "1980"}, {"birth_date": "1981-05-17"}, {}),
        ({"birth_date": "1980-05-17"}, {"birth_date": "1980"}, {}),
        ({"usual_name": "?ahin"}, {"usual_name": "Şahin"}, {"usual_name": "Şahin"}),
        ({"usual_name": "?ahin"}, {"usual_name": "Dupont"}, {}),
        ({"first_names": "Ng?zi"}, {"first_names": "Fanta"}, {}),
        ({"phone": ""}, {"phone": "+33687654321"}, {"phone": "+33687654321"}),
    ],
)
def test_what_was_partly_known_is_completed_by_what_agrees_with_it(known, said, added):
    assert details_to_add(Beneficiary(**KNOWN | known), SAID_OTHERWISE | said) == added


@pytest.mark.django_db
def test_a_landlords_file_fills_the_blanks_of_whoever_is_followed_elsewhere_and_overwrites_nothing(tmp_path: Path):
    home = factories.household(**KNOWN | {"caf_number": ""})
    factories.reported(factories.tenancy(landlord="gestionnaire-b", home=home))
    headings = [
        "Réf. locataire",
        "Nom",
        "Prénom",
        "Né(e) le",
        "Téléphone",
        "N° allocataire",
        "Adresse",
        "Solde débiteur",
    ]
    line = ["L7001", "OKONKWO", "Ngozi", "17/05/1980", "06 87 65 43 21", "7654321", "3 rue des Lacs", "1 060,00"]

    imported(tmp_path, line, headings=headings)

    person = Beneficiary.objects.get()
    assert Household.objects.count() == 1
    assert {name: getattr(person, name) for name in KNOWN} == KNOWN | {"caf_number": "7654321"}


@pytest.mark.django_db
def test_what_a_colleague_writes_while_the_file_is_read_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The CAF's file fills blanks of the person and of the landlord's lease: both were filled since its lines were looked up."""
    home = factories.household(**KNOWN | {"phone": "", "email": ""})
    lease = factories.tenancy(landlord="gestionnaire-b", home=home, rent=None, reference="L7001")
    factories.reported(lease)
    looked_up = FilePlanner.load_known_homes

    def look_up(planner: FilePlanner, rows: Any) -> None:
        looked_up(planner, rows)
        Beneficiary.objects.update(phone="+33699999999")
        Tenancy.objects.update(rent=Decimal(480))

    monkeypatch.setattr(FilePlanner, "load_known_homes", look_up)
    headings = ["N° allocataire", "Nom", "Prénom", "Né(e) le", "Téléphone", "E-mail", "Loyer", "Solde débiteur"]
    line = ["1234567", "OKONKWO", "Ngozi", "17/05/1980", "06 87 65 43 21", "ngozi@example.org", "450,00", "1 060,00"]

    imported(tmp_path, line, headings=headings, code="caf-91")

    person, lease = Beneficiary.objects.get(), Tenancy.objects.get()
    assert (person.phone, person.email, lease.rent) == ("+33699999999", "ngozi@example.org", Decimal(480))
