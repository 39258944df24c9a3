"""A cause grows at an operator: its pilot reads the numbers, and writes to the operator a letter that names nobody."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases.actions.causes import CannotWriteOfCause, record_cause_letter_sent
from cases.models import Beneficiary, CauseAlert, Edition, JournalEntry, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
RECOVERY = "caf-91-recouvrement"


def notices_of(cause: str, *, number: int, month: int = 11) -> None:
    worker = factories.member("caf-91")
    for _ in range(number):
        scene.lettered(worker=worker, cause=cause, on=date(2026, month, 3))


@pytest.fixture
def pilot(at_noon: Any) -> User:
    return factories.member("ville-grigny", "pilot", first_name="Estelle", last_name="Tavarès")


@pytest.fixture
def client(pilot: User) -> Client:
    client = Client()
    client.force_login(pilot)
    return client


@pytest.fixture
def alert(pilot: User) -> CauseAlert:
    """Six households in November, two in October."""
    notices_of("body_error", number=2, month=10)
    notices_of("body_error", number=6)
    return CauseAlert.objects.get()


def write(client: Client, alert: CauseAlert, **typed: str) -> Any:
    sent = {"subject": "Un motif qui revient", "text": "Madame, Monsieur,\nSix familles attendent."} | typed
    return client.post(reverse("cause_alert", args=[alert.pk]), sent, follow=True)


def letter_of(client: Client, alert: CauseAlert) -> str:
    content = client.get(reverse("cause_alert_letter", args=[alert.pk])).content
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_a_cause_that_does_not_grow_is_not_told(pilot: User):
    notices_of("body_error", number=4, month=10)
    notices_of("body_error", number=4)
    assert not CauseAlert.objects.exists()
    notices_of("body_error", number=1)
    assert CauseAlert.objects.get().cases == 5


def test_its_threshold_is_that_of_the_edition_in_force(pilot: User):
    change_rule(cases=2, more=2)
    notices_of("body_error", number=1, month=10)
    notices_of("body_error", number=2)
    assert not CauseAlert.objects.exists()
    notices_of("body_error", number=1)
    assert CauseAlert.objects.get().cases == 3


def test_an_edition_older_than_the_rule_has_one_limit_and_asks_for_no_growth(client: Client):
    """Its act, its report and its letter say the same one: five cases, the same as the month before."""
    change_rule()
    notices_of("body_error", number=5, month=10)
    CauseAlert.objects.all().delete()
    notices_of("body_error", number=4)
    assert not CauseAlert.objects.exists()
    notices_of("body_error", number=1)
    alert = CauseAlert.objects.get()
    assert (alert.cases, alert.month) == (5, date(2026, 11, 1))
    assert "Au moins 5 dossiers du mois ont ce motif." in html_of(
        client.get("/questions/bilan/", {"structure": RECOVERY})
    )
    assert client.get(reverse("cause_alert", args=[alert.pk])).status_code == 200


def change_rule(**limits: int) -> None:
    """The first alert of the edition has these limits; without any, there is no alert in it."""
    words = Edition.objects.get(catalogue="overpayments")
    words.parameters["alerts"] = [words.parameters["alerts"][0] | limits] if limits else []
    Edition.objects.filter(pk=words.pk).update(parameters=words.parameters)


def test_the_pilot_reads_it_from_the_report_with_its_numbers_and_what_is_to_be_verified(client: Client, alert: Any):
    report = html_of(client.get("/questions/bilan/", {"structure": RECOVERY}))
    assert f"/questions/alertes/{alert.pk}/" in report
    page = html_of(client.get(f"/questions/alertes/{alert.pk}/"))
    for said in ("Erreur de l’organisme", "Novembre 2026", "<dd>6</dd>", "<dd>2</dd>", "à vérifier", "à confirmer"):
        assert said in page, said


def test_the_letter_says_what_the_operator_reads_itself_no_more_households_than_were_counted_and_names_nobody(
    client: Client, alert: Any
):
    """Two lines of October are hidden on its own report: its letter does not tell them."""
    page = client.get(f"/questions/alertes/{alert.pk}/")
    form = page.context["form"]
    assert form.initial["subject"] == "Un motif de trop-perçu qui revient : Erreur de l’organisme"
    text = form.initial["text"]
    assert "En novembre 2026, le motif « Erreur de l’organisme » y revient chez CAF 91 – recouvrement" in text
    assert "Le mois d’avant : un petit nombre." in text
    assert "{" not in text
    named = Beneficiary.objects.values_list("usual_name", flat=True)
    assert not [name for name in named if name.lower() in text.lower()]
    change_rule(cases=30)  # since; and the number of the month is hidden from the operator
    assert "au moins 30" not in client.get(f"/questions/alertes/{alert.pk}/").context["form"].initial["text"]


def test_it_is_written_in_what_a_font_prints_then_printed_and_its_sending_recorded_once(
    client: Client, alert: Any, pilot: User
):
    assert client.get(f"/questions/alertes/{alert.pk}/courrier/").status_code == 404
    city = factories.structure("ville-grigny")
    with pytest.raises(CannotWriteOfCause, match="n’est pas préparé"):
        record_cause_letter_sent(alert=alert, means="post", sent_on=NOON.date(), by=pilot, structure=city, at=NOON)
    page = html_of(write(client, alert, text="Bonjour 𓀀"))
    assert "caractère qui ne peut pas être imprimé" in page
    assert "Bonjour 𓀀" in page
    alert.refresh_from_db()
    assert alert.letter is None
    assert "Courrier préparé" in html_of(write(client, alert))
    said = letter_of(client, alert)
    for words in ("Un motif qui revient", "CAF 91 – recouvrement", "Six familles attendent.", "Estelle Tavarès"):
        assert words in said, words
    sending = f"/questions/alertes/{alert.pk}/envoi/"
    early = html_of(client.post(sending, {"sent_by": "post", "sent_on": "2026-11-20"}))
    assert "préparé le 24/11/2026" in early
    ahead = html_of(client.post(sending, {"sent_by": "post", "sent_on": "2026-12-20"}))
    assert "Cette date est à venir" in ahead
    done = html_of(client.post(sending, {"sent_by": "registered", "sent_on": "2026-11-24"}, follow=True))
    assert "Envoyé le 24/11/2026, courrier recommandé." in done
    assert "déjà enregistré" in html_of(client.post(sending, {"sent_by": "post", "sent_on": "2026-11-24"}))
    assert "il ne change plus" in html_of(write(client, alert, text="Autre chose."))
    assert "Autre chose." not in letter_of(client, alert)
    lines = JournalEntry.objects.filter(kind__startswith="cause.letter").order_by("pk")
    assert list(lines.values_list("kind", "structure__code")) == [
        ("cause.letter_written", "ville-grigny"),
        ("cause.letter_sent", "ville-grigny"),
    ]
    assert not lines.exclude(case=None).exists()


def test_its_pilot_finds_it_on_his_page_until_its_letter_has_gone(client: Client, alert: Any, pilot: User):
    steering = reverse("steering")
    link = f'href="/questions/alertes/{alert.pk}/"'
    page = html_of(client.get(steering))
    assert link in page
    assert "à préparer" in page
    write(client, alert)
    assert "préparé le 24/11/2026" in html_of(client.get(steering))
    client.post(f"/questions/alertes/{alert.pk}/envoi/", {"sent_by": "post", "sent_on": "2026-11-24"})
    assert link not in html_of(client.get(steering))
    other = Client()
    other.force_login(factories.member("caf-91-pilotage", "pilot"))
    CauseAlert.objects.update(sent_on=None, sent_by="")
    assert link not in html_of(other.get(steering))


@pytest.mark.parametrize(
    ("code", "role"), [(RECOVERY, "correspondent"), ("caf-91-pilotage", "pilot"), ("caf-91", "manager")]
)
def test_nobody_else_reads_or_writes_it(alert: Any, code: str, role: str):
    client = Client()
    client.force_login(factories.member(code, role))
    for name in ("cause_alert", "cause_alert_letter", "cause_alert_sent"):
        address = reverse(name, args=[alert.pk])
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
