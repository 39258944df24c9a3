"""The remedies matrix among the rules of the pilot: read, changed part by part, and corrected by a release."""

from datetime import date

import pytest
from django.urls import reverse

from cases.actions import editions
from cases.actions.remedies import matrix_in_force
from cases.actions.remedy_catalogue import REMEDIES
from cases.models import Edition
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
CATALOGUE, CODE = "voies-de-recours", "rsa-caf-msa"
TODAY = date(2026, 11, 24)


@pytest.fixture
def draft(maud) -> Edition:
    source = Edition.objects.get(catalogue="remedies")
    return editions.open_draft(catalogue=REMEDIES, source=source, by=maud, at=NOON)


def url(name, edition, *more):
    return reverse(name, args=[CATALOGUE, edition.number, *more])


def keep(client, edition, **typed):
    typed = {name.replace("__", "-"): value for name, value in typed.items()}
    page = url("rules_rule", edition, CODE)
    return html_of(client.post(page, form_of(client.get(page)) | typed, follow=True))


def publish(client, edition):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": TODAY.isoformat(), "note": "Texte relu."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def remedy_of_rsa():
    return matrix_in_force(on=TODAY, territory="grigny").remedy_for(benefit="rsa", operator="caf", on=TODAY)


def test_a_row_is_read_in_plain_words(client, maud):
    html = html_of(client.get(f"/pilotage/regles/{CATALOGUE}/1/"))
    for words in ("RSA : CAF, MSA", "qui remet : président du conseil départemental", "source : CASF L262-46"):
        assert words in html, words


def test_what_the_pilot_reads_and_keeps_unchanged_changes_nothing(client, draft):
    before = REMEDIES.rows_of_edition(Edition.objects.get(catalogue="remedies", number=1))
    assert "Règle enregistrée dans le brouillon" in keep(client, draft)
    draft.refresh_from_db()
    assert REMEDIES.rows_of_edition(draft) == before


def test_a_part_is_corrected_published_and_holds(client, draft):
    keep(client, draft, waiver__reference="CASF L262-46, relu", waiver__confidence="H", notes="Une seule note.")
    publish(client, draft)
    found = remedy_of_rsa()
    assert (found.waiver.reference, found.waiver.confidence) == ("CASF L262-46, relu", "H")
    assert found.notes == ("Une seule note.",)
    assert found.contest.rule == "IND-05b"
    assert found.letters["contest"] == "L3"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"contest__reference": ""}, "obligatoire"),
        ({"silence__months": ""}, "n’est pas un nombre entier"),
        ({"floor__amount": "beaucoup"}, "n’est pas un montant"),
        ({"refusal__rule": "", "refusal__silent_rule": ""}, "ou dire pourquoi rien n’est compté"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_typed(client, draft, typed, words):
    assert words in keep(client, draft, **typed)
    draft.refresh_from_db()
    first = Edition.objects.get(catalogue="remedies", number=1)
    assert REMEDIES.rows_of_edition(draft) == REMEDIES.rows_of_edition(first)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"contest__rule": "IND-99"}, "la règle de délai « IND-99 » n’existe pas"),
        ({"letter_contest": "L99"}, "le courrier « L99 » n’existe pas"),
    ],
)
def test_a_row_that_names_what_does_not_exist_is_not_published(client, draft, typed, words):
    keep(client, draft, **typed)
    assert words in publish(client, draft)
    assert Edition.objects.filter(catalogue="remedies", state="published").count() == 1


def test_a_running_installation_is_offered_what_a_release_corrects(client, maud):
    """Its matrix says an old source; this release says another. The pilot reads the difference, and publishes it."""
    first = Edition.objects.get(catalogue="remedies")
    first.parameters["rows"][0]["court"]["reference"] = "CJA R421-1, ancienne lecture"
    first.save()
    assert "Corrections de cette version de Relais" in html_of(client.get(f"/pilotage/regles/{CATALOGUE}/"))
    html_of(client.post(url("rules_correct", first), follow=True))
    draft = Edition.objects.get(catalogue="remedies", state="draft")
    assert remedy_of_rsa().court.reference == "CJA R421-1, ancienne lecture"
    publish(client, draft)
    assert remedy_of_rsa().court.reference == "CJA R421-1, R421-2 et R421-5"


def test_a_release_never_writes_over_what_the_pilot_wrote(client, draft):
    keep(client, draft, waiver__reference="CASF L262-46, relu par Maud")
    publish(client, draft)
    assert "Corrections de cette version de Relais" not in html_of(client.get(f"/pilotage/regles/{CATALOGUE}/"))


def test_the_pilot_of_another_action_reads_it_and_changes_nothing(client, draft):
    client.force_login(member("caf-91-pilotage", "pilot"))
    assert client.get(f"/pilotage/regles/{CATALOGUE}/1/").status_code == 200
    page = url("rules_rule", draft, CODE)
    assert client.post(page, {}).status_code in (403, 404)
