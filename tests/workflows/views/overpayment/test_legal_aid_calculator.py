"""Legal aid: nothing is estimated before the pilot typed the ceilings of the year, with their text. Those typed here are invented."""

import pytest
from django.urls import reverse

from cases.actions import editions
from cases.actions.scale_catalogue import CEILINGS, SCALES_OF_WITHHOLDINGS
from cases.models import Edition, JournalEntry
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
CATALOGUE = "baremes-retenues"
TYPED = {
    "year": "2026",
    "foyer1-full": "10 000",
    "foyer1-partial": "15 000",
    "foyer2-full": "11 500",
    "foyer2-partial": "17 000,50",
    "reference": "Décret inventé, article 3",
    "confidence": "M",
}
NONE_KNOWN = "Les plafonds de 2026 n’ont pas été saisis\u202f: Relais n’estime rien."


@pytest.fixture
def pilot(client):
    return member("ville-grigny", "pilot")


@pytest.fixture
def draft(client, pilot) -> Edition:
    client.force_login(pilot)
    source = Edition.objects.get(catalogue="withholding")
    return editions.open_draft(catalogue=SCALES_OF_WITHHOLDINGS, source=source, by=pilot, at=NOON)


def url(name, edition, *more):
    return reverse(name, args=[CATALOGUE, edition.number, *more])


def add(client, edition, **typed):
    return html_of(client.post(url("rules_add", edition) + "?sorte=plafonds", TYPED | typed, follow=True))


def publish(client, edition):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": "2026-11-24", "note": "Plafonds de 2026."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def estimate(client, **typed):
    asked = {"income": "9 000", "persons": "1", "on": "2026-11-24"} | typed
    return html_of(client.post(reverse("legal_aid"), asked)).replace("\u00a0", "\u202f")


def test_no_ceilings_are_shipped_and_without_them_nothing_is_estimated(client):
    assert Edition.objects.get(catalogue="withholding").parameters.get(CEILINGS, []) == []
    client.force_login(member("ccas-grigny"))
    for html in (html_of(client.get(reverse("legal_aid"))), estimate(client)):
        assert NONE_KNOWN.replace("\u202f", " ") in html.replace("\u202f", " ").replace("\xa0", " ")
        assert "Estimation" not in html


def test_the_ceilings_that_a_pilot_typed_with_their_text_give_an_estimate_that_says_so(client, draft):
    assert "Règle ajoutée au brouillon" in add(client, draft)
    assert NONE_KNOWN.split("\u202f", maxsplit=1)[0] in estimate(client)  # a draft counts for nothing
    publish(client, draft)
    lines = JournalEntry.objects.count()
    for income, persons, words in [
        ("10 000", "1", "l’aide peut être totale"),
        ("10 000,01", "1", "l’aide peut être partielle"),
        ("15 000", "1", "l’aide peut être partielle"),
        ("15 000,01", "1", "ce revenu dépasse les plafonds"),
        ("11 500", "2", "l’aide peut être totale"),
        ("17 000,51", "2", "ce revenu dépasse les plafonds"),
    ]:
        html = estimate(client, income=income, persons=persons)
        assert words in html, (income, persons)
        assert "Le bureau d’aide juridictionnelle décide seul" in html
        assert "Décret inventé, article 3" in html
        assert "à vérifier" in html
    assert JournalEntry.objects.count() == lines
    assert "ne disent rien d’un foyer de 3 personnes" in estimate(client, persons="3")
    assert "Les plafonds de 2027 n’ont pas été saisis" in estimate(client, on="2027-01-02")
    assert "Aide juridictionnelle, plafonds de 2026" in html_of(
        client.get(reverse("rules_edition", args=[CATALOGUE, 2]))
    )
    assert "foyer de 2" in html_of(client.get(reverse("law_statement", args=["withholding", "aj-2026"])))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"year": ""}, "Indiquer l’année de ces plafonds."),
        ({"foyer1-partial": ""}, "Donner les deux plafonds du foyer"),
        ({"foyer1-partial": "9 000"}, "L’aide partielle va plus haut que l’aide totale."),
        ({"foyer2-full": "9 999"}, "Les plafonds montent avec le nombre de personnes."),
        ({"foyer1-full": "", "foyer1-partial": ""}, "sans en sauter"),
        ({f"foyer{n}-{name}": "" for n in (1, 2) for name in ("full", "partial")}, "d’une personne seule"),
        ({"reference": ""}, "Ce champ est obligatoire."),
    ],
)
def test_ceilings_that_cannot_be_are_refused_and_nothing_typed_is_lost(client, draft, typed, words):
    html = add(client, draft, **typed)
    assert words in html
    assert ("Décret inventé" in html) is ("reference" not in typed)
    assert "17\u202f000,50" in html or "17 000,50" in html or "foyer2-partial" in typed
    draft.refresh_from_db()
    assert not draft.parameters.get(CEILINGS)


def test_ceilings_are_corrected_taken_out_and_typed_once(client, draft):
    add(client, draft)
    assert "Les plafonds de 2026 sont déjà dans ce brouillon" in add(client, draft)
    opened = form_of(client.get(url("rules_rule", draft, "aj-2026")))
    assert "year" not in opened
    client.post(url("rules_rule", draft, "aj-2026"), opened | {"foyer1-full": "10 500"})
    draft.refresh_from_db()
    [kept] = draft.parameters[CEILINGS]
    assert (kept["households"][0], kept["from"]) == ({"persons": 1, "full": "10500", "partial": "15000"}, "2026-01-01")
    client.post(url("rules_withdraw_rule", draft, "aj-2026"))
    draft.refresh_from_db()
    assert draft.parameters[CEILINGS] == []
    assert len(draft.parameters["scales"]) == 4


def test_what_cannot_be_read_of_a_question_is_said(client):
    client.force_login(member("ccas-grigny"))
    assert "Saisir un montant en euros" in estimate(client, income="beaucoup")
    assert "Indiquer le nombre de personnes du foyer." in estimate(client, persons="")
