"""The scales of withholdings among the rules of the pilot: the values of a year typed, tried, published, then counted with.

The values of 2026 are invented: nobody has read the arrêté of that year yet.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.actions import editions
from cases.actions.remedies import scales_in_force
from cases.actions.scale_catalogue import SCALES_OF_WITHHOLDINGS, is_scale
from cases.models import Edition
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
CATALOGUE = "baremes-retenues"
TODAY = date(2026, 11, 24)
VALUES_OF_2026 = {
    "year": "2026",
    "flat": "57",
    "tranche1-above": "304",
    "tranche1-rate": "25",
    "tranche2-above": "455",
    "tranche2-rate": "35",
    "tranche3-above": "680",
    "tranche3-rate": "45",
    "tranche4-above": "908",
    "tranche4-rate": "60",
    "presumed": "1 358",
    "reference": "Arrêté inventé",
    "confidence": "H",
}


@pytest.fixture
def draft(maud) -> Edition:
    source = Edition.objects.get(catalogue="withholding")
    return editions.open_draft(catalogue=SCALES_OF_WITHHOLDINGS, source=source, by=maud, at=NOON)


def url(name, edition, *more):
    return reverse(name, args=[CATALOGUE, edition.number, *more])


def add(client, edition, **typed):
    return html_of(client.post(url("rules_add", edition), VALUES_OF_2026 | typed, follow=True))


def publish(client, edition):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": TODAY.isoformat(), "note": "Valeurs de 2026."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def test_the_pilot_reads_each_year_in_plain_words(client, maud):
    html = html_of(client.get(f"/pilotage/regles/{CATALOGUE}/1/"))
    for words in ("Valeurs de 2025", "du 01/01/2025 au 31/12/2025", "25 % de 301,00", "60 % au-delà de 899,00"):
        assert words in html.replace("\u202f", " ").replace("\xa0", " "), words


def test_the_pilot_of_another_action_reads_them_and_changes_nothing(client, draft):
    client.force_login(member("caf-91-pilotage", "pilot"))
    assert client.get(f"/pilotage/regles/{CATALOGUE}/1/").status_code == 200
    assert client.post(url("rules_add", draft), VALUES_OF_2026).status_code == 403


def test_the_values_of_a_year_are_typed_published_and_hold_for_its_past_months(client, draft):
    assert "Règle ajoutée au brouillon" in add(client, draft)
    publish(client, draft)
    now = scales_in_force(on=TODAY, territory="grigny").scale_on(date(2026, 3, 1))
    assert (now.title, now.flat, now.presumed) == ("valeurs de 2026", Decimal(57), Decimal(1358))
    slices = [f"{each.rate} % from {each.above}" for each in now.slices]
    assert slices == ["25 % from 304", "35 % from 455", "45 % from 680", "60 % from 908"]
    assert now.holds(date(2026, 3, 1))
    assert not now.holds(date(2027, 1, 1))


def test_a_withholding_of_a_past_month_is_then_compared(client, draft):
    """Unknown resources: 57 + 25 % of 151 + 35 % of 225 + 45 % of 228 + 60 % of 450 = 546,10 € a month."""
    asked = {
        "observed": "600",
        "on": "2026-03-05",
        "period": "month",
        "is_couple": "non",
        "children": "0",
        "fraud": "none",
    }
    before = html_of(client.post(reverse("withholding"), asked))
    assert "Estimation seulement" in before
    add(client, draft)
    publish(client, draft)
    after = html_of(client.post(reverse("withholding"), asked))
    assert "La retenue dépasse le barème." in after
    assert "546,10" in after


def test_the_rates_of_the_last_year_are_offered_and_its_sums_are_not(client, draft):
    opened = form_of(client.get(url("rules_add", draft)))
    assert opened["year"] == 2026
    assert [opened[f"tranche{rank}-rate"] for rank in range(1, 5)] == [25, 35, 45, 60]
    assert [opened.get(f"tranche{rank}-above", "") for rank in range(1, 5)] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"year": ""}, "Indiquer l’année de ces valeurs."),
        ({"flat": "beaucoup"}, "Saisir un montant en euros"),
        ({"tranche2-rate": ""}, "Donner la somme et le taux de la tranche"),
        ({"tranche2-above": "200"}, "Les tranches vont de la plus basse à la plus haute"),
        ({f"tranche{rank}-{name}": "" for rank in range(1, 5) for name in ("above", "rate")}, "au moins une tranche"),
        ({"tranche1-rate": "250"}, "inférieure ou égale à 100"),
        ({"year": "2025"}, "Les valeurs de 2025 sont déjà dans ce brouillon"),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(client, draft, typed, words):
    html = add(client, draft, **typed)
    assert words in html
    assert "Arrêté inventé" in html
    rows = SCALES_OF_WITHHOLDINGS.rows_of_edition(draft)
    assert [row["code"] for row in rows if is_scale(row)] == ["base", "2019", "2020", "2025"]


def test_a_draft_is_tried_on_invented_households_beside_what_is_in_force(client, draft):
    add(client, draft)
    html = html_of(client.get(url("rules_rule", draft, "2026")))
    assert "Essai en 2026" in html
    assert "546,10" in html
    assert "estimation" in html


def test_sums_lower_than_the_year_before_are_pointed_out(client, draft):
    add(client, draft, flat="27")
    html = html_of(client.get(url("rules_changes", draft)))
    assert "une somme est plus basse que dans les valeurs de 2025 : relire l’arrêté" in html


def test_a_year_that_lacks_is_pointed_out_until_it_is_typed(client, draft):
    words = "Les valeurs de 2026 ne sont pas saisies"
    assert words in html_of(client.get(url("rules_changes", draft)))
    add(client, draft)
    assert words not in html_of(client.get(url("rules_changes", draft)))


def test_the_values_of_the_code_are_never_taken_out(client, draft):
    client.post(url("rules_withdraw_rule", draft, "base"))
    assert "Un barème, et un seul, est sans date" in html_of(client.get(url("rules_changes", draft)))


def test_a_draft_without_any_scale_can_still_be_given_one(client, draft):
    for code in ("base", "2019", "2020", "2025"):
        client.post(url("rules_withdraw_rule", draft, code))
    opened = form_of(client.get(url("rules_add", draft)))
    assert (opened["year"], opened.get("tranche1-rate", "")) == (2026, "")
    assert "Règle ajoutée au brouillon" in add(client, draft)


def test_its_publication_says_that_it_counts_for_its_whole_year(client, draft):
    add(client, draft)
    html = html_of(client.get(url("rules_changes", draft)))
    assert "Ses valeurs comptent dès lors pour tous les mois de leur année, même passés." in html
    assert "ne vaut que pour les faits" not in html


def test_a_button_of_lines_that_it_has_not_changes_nothing(client, draft):
    assert client.post(url("rules_add", draft), VALUES_OF_2026 | {"ligne": "more"}).status_code == 200


def test_a_value_is_corrected_in_a_draft(client, draft):
    opened = form_of(client.get(url("rules_rule", draft, "2025")))
    assert "year" not in opened
    answer = client.post(url("rules_rule", draft, "2025"), opened | {"flat": "56,50"}, follow=True)
    assert "Règle enregistrée dans le brouillon" in html_of(answer)
    draft.refresh_from_db()
    kept = next(row for row in SCALES_OF_WITHHOLDINGS.rows_of_edition(draft) if row["code"] == "2025")
    assert (kept["flat"], kept["slices"][0], kept["from"]) == ("56.5", {"above": "301", "rate": "25"}, "2025-01-01")
