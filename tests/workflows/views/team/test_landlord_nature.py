"""What the files of a landlord are read by, corrected by the administrator, and with whom he stands."""

import pytest
from django.urls import reverse

from cases.actions.landlords import CannotCorrectLandlord, correct_nature
from cases.models import JournalEntry, LandlordProfile
from tests import factories
from tests.factories import NOON, structure
from tests.pages import html_of

pytestmark = pytest.mark.django_db


def address(code: str) -> str:
    return reverse("landlord_nature", args=[code])


def test_the_nature_of_a_landlord_is_corrected_and_journalled_once(client, anne):
    for _ in range(2):
        done = client.post(address("bailleur-a"), {"legal_type": "sem", "housing": "social"}, follow=True)
        assert "les prochains fichiers se lisent ainsi" in html_of(done)
    profile = LandlordProfile.objects.get(structure__code="bailleur-a")
    assert (profile.legal_type, profile.housing) == ("sem", "social")
    entry = JournalEntry.objects.get(kind="landlord.nature_corrected")
    assert (entry.actor, entry.data) == (anne, {"legal_type": "sem", "housing": "social"})


def test_the_page_says_who_advises_and_who_manages_as_the_leases_say_it(client, anne):
    factories.tenancy(landlord="bailleur-a", manager=structure("gestionnaire-b"))
    html = html_of(client.get(address("bailleur-a")))
    assert "<dt>Conseil social</dt><dd>Bailleur A – conseil social</dd>" in html
    assert "<dt>Gestionnaires de ses baux</dt><dd>Gestionnaire B</dd>" in html
    assert "<dt>Bailleurs de ses baux</dt><dd>Bailleur A – recouvrement</dd>" in html_of(
        client.get(address("gestionnaire-b"))
    )


@pytest.mark.parametrize("code", ["caf-91", "autres-bailleurs"])
def test_who_has_no_files_of_his_own_has_no_such_page(client, anne, code):
    assert client.get(address(code)).status_code == 404
    assert "Bailleur : nature" not in html_of(client.get(reverse("structure", args=[code])))


def test_who_does_not_administer_the_territory_is_refused():
    profile = LandlordProfile.objects.get(structure__code="bailleur-a")
    with pytest.raises(CannotCorrectLandlord, match="n’administrez pas"):
        correct_nature(
            profile=profile, legal_type="sem", housing="social", by=factories.member("bailleur-a", "manager"), at=NOON
        )
