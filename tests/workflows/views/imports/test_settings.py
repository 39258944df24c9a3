"""What a landlord says of his balances changes what his file opens; a rent manager’s file names one landlord a line."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.models import LandlordProfile, Tenancy
from tests import factories
from tests.workflows.views.imports.sending import checked, imported
from workflows.models import ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HEADINGS = (
    "Réf. locataire;Nom;Prénom;Né(e) le;Adresse;CP;Commune;Loyer HC;Charges;Montant APL;Tiers payant;Aide;"
    "Solde débiteur;Dont frais\n"
)
LINE = "L7001;MARTIN;Alice;17/05/1980;4 rue de la Plaine;91350;GRIGNY;450,00;80,00;210,00;oui;APL;{balance};30,00\n"
"""A net due of 320 €."""


def other(tenant: str) -> str:
    return LINE.format(balance="900,00").replace("L7001;MARTIN;Alice;17/05/1980;4 rue de la Plaine", tenant)


@pytest.mark.parametrize(
    ("said", "balance", "outcome"),
    [
        ({}, "320,00", "created"),
        ({"balance_includes_next_term": True}, "639,99", "watched"),
        ({"balance_includes_next_term": True}, "640,00", "created"),
        ({"balance_includes_costs": True}, "349,99", "watched"),
        ({"balance_includes_costs": True}, "350,00", "created"),
        ({"balance_includes_expected_aid": True}, "529,99", "watched"),
        ({"balance_includes_expected_aid": True}, "530,00", "created"),
        ({"opening_dues": Decimal("1.5")}, "479,99", "watched"),
        ({"opening_dues": Decimal("1.5")}, "480,00", "created"),
    ],
)
def test_what_opens_depends_on_what_the_landlord_counts_in(landlord, said: dict[str, Any], balance, outcome):
    LandlordProfile.objects.filter(structure__code="bailleur-a").update(**said)
    job = checked(landlord, HEADINGS + LINE.format(balance=balance))
    assert set(job.columns.values()) >= {"aid_amount", "direct_payment", "debt_costs"}
    assert ImportRow.objects.get(job=job).outcome == outcome


def test_the_landlord_of_each_line_is_named_in_the_result_and_in_the_reports(client):
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    headings = "Bailleur;" + HEADINGS
    lines = [
        "SCI Les Lilas;" + LINE.format(balance="900,00"),
        "Bailleur A;" + other("L7002;KONE;Ali;02/03/1991;6 rue des Lacs"),
        ";" + other("L7003;DIALLO;Awa;09/11/1962;8 place Henri-Barbusse"),
    ]
    job = imported(client, headings + "".join(lines))
    assert job.counts["created"] == 3
    page = client.get(reverse("import", args=[job.public_id]))
    named = [line.landlord for line, _url, _action in page.context["lines"]]
    assert named == ["SCI Les Lilas", "Bailleur A – recouvrement", ""]
    assert "bailleur : SCI Les Lilas" in page.text
    assert set(Tenancy.objects.values_list("manager__code", flat=True)) == {"gestionnaire-b"}
    reports = client.get(reverse("reports")).text
    assert "bailleur : SCI Les Lilas" in reports
    assert "bailleur : Bailleur A – recouvrement" in reports
    assert reports.count("bailleur :") == 2
