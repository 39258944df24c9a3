"""What is typed when the session ends is found again by its author, and by nobody else; a chosen file survives a fault."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import AccessEntry, Assignment, Diagnostic, Document, Membership
from cases.models.case import Note
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.uploads import photo
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import drafts, kept
from workflows.models import KeptFile, KeptForm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
PASSWORD = "une phrase bien longue 91"
OBSERVATION = {"text": "Madame rappelle mardi, elle a reçu un courrier.", "visibility": "internal"}


def with_password(person):
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def worker():
    return with_password(member("caf-91"))


@pytest.fixture
def url(worker):
    """Of the observations on a case that she follows."""
    return reverse("case_note", args=[followed_by(worker).public_id])


def sign_in(client, person, *, then=""):
    where = f"{reverse('login')}?next={then}" if then else reverse("login")
    return client.post(where, {"username": person.email, "password": PASSWORD, "next": then})


def end_session(client):
    """As after twelve hours: the browser keeps its cookies, the server no longer knows the session."""
    client.session.flush()


def typed_after_the_end(client, worker, url, typed, **more):
    sign_in(client, worker)
    end_session(client)
    return client.post(url, typed, **more)


def hidden(html):
    """What the page that found it sends, by one press."""
    return re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)


def test_an_observation_typed_after_the_session_is_found_again_after_the_sign_in(client, worker, url):
    answer = typed_after_the_end(client, worker, url, OBSERVATION)
    found = KeptForm.objects.get()
    again = reverse("typed_again", args=[found.public_id])
    assert parse_qs(urlsplit(answer.url).query) == {"next": [again]}
    assert not Note.objects.exists()
    assert sign_in(client, worker, then=again).url == again
    html = html_of(client.get(again))
    assert "rien n’est perdu" in html
    page = html_of(client.post(url, {**OBSERVATION, "typed_again": str(found.public_id)}))
    assert "Madame rappelle mardi, elle a reçu un courrier." in page
    assert not Note.objects.exists()
    assert not KeptForm.objects.exists()
    client.post(url, OBSERVATION)
    assert Note.objects.get().text == OBSERVATION["text"]


def test_the_page_sends_what_was_typed_and_no_old_token(client, worker, url):
    typed_after_the_end(client, worker, url, OBSERVATION)
    sign_in(client, worker)
    found = KeptForm.objects.get()
    html = html_of(client.get(reverse("typed_again", args=[found.public_id])))
    sent = dict(hidden(html))
    assert sent["visibility"] == "internal"
    assert sent["typed_again"] == str(found.public_id)
    assert "csrfmiddlewaretoken" not in found.typed


def test_the_next_person_at_the_same_computer_finds_nothing(client, worker, url):
    typed_after_the_end(client, worker, url, OBSERVATION)
    again = reverse("typed_again", args=[KeptForm.objects.get().public_id])
    sign_in(client, with_password(member("caf-91")))
    answer = client.get(again)
    assert (answer.status_code, answer.url) == (302, reverse("inbox"))
    client.post(again)
    assert KeptForm.objects.count() == 1


def test_after_a_sign_out_nothing_is_kept_of_what_is_sent(client, worker, url):
    sign_in(client, worker)
    client.post(reverse("logout"))
    client.post(url, OBSERVATION)
    assert not KeptForm.objects.exists()


# The last is how a browser sends the character NUL; the header is written by hand because Python refuses to make it.
@pytest.mark.parametrize("cookie", ["", "1", "1:faux", r'"\000"'])
def test_a_cookie_that_we_did_not_sign_keeps_nothing(client, url, cookie):
    answer = client.post(url, OBSERVATION, headers={"cookie": f"relais_typed={cookie}"})
    assert answer.url.startswith(reverse("login"))
    assert not KeptForm.objects.exists()


def test_a_contact_typed_in_its_line_is_found_again(client, worker):
    case = followed_by(worker, until="contact")
    task = case.tasks.get(node="contact")
    url = reverse("step", args=[case.public_id, task.public_id])
    typed = {"result": "again", "channel": "phone", "made_on": "2026-11-24", "note": "Message laissé à la sœur"}
    answer = typed_after_the_end(client, worker, url, typed, headers={"hx-request": "true"})
    found = KeptForm.objects.get()
    assert f"reprise%2F{found.public_id}" in answer["HX-Redirect"]
    sign_in(client, worker)
    page = html_of(client.post(url, {**typed, "typed_again": str(found.public_id)}))
    assert "Message laissé à la sœur" in page
    assert case.contact_attempts.count() == 0


def found_again(client, person, url):
    """The page to which the one press leads."""
    found = KeptForm.objects.get()
    sign_in(client, person)
    return client.post(url, {**found.typed, "typed_again": str(found.public_id)}, follow=True)


def test_the_last_words_of_a_report_are_found_in_its_draft(client, worker):
    draft = drafts.begin(author=worker, structure=structure("caf-91"), answers={"search": {}}, at=NOON)
    url = reverse("report_preview", kwargs={"draft": draft.public_id, "step": "dette"})
    typed_after_the_end(client, worker, url, {"balance": "1 840,50"}, headers={"hx-request": "true"})
    html = html_of(found_again(client, worker, url))
    assert 'value="1 840,50"' in html
    draft.refresh_from_db()
    assert draft.answers["lease"]["balance"] == "1 840,50"


def test_the_last_words_of_the_counter_begin_its_draft(client):
    yann = with_password(member("ccas-grigny-accueil", "front_desk"))
    sign_in(client, yann)
    draft = client.get(reverse("counter")).context["draft"].public_id
    url = reverse("counter_pause", args=[draft])
    typed_after_the_end(client, yann, url, {"usual_name": "Belhadj"}, headers={"hx-request": "true"})
    answer = found_again(client, yann, url)
    assert not KeptForm.objects.exists()
    assert answer.redirect_chain == [(reverse("counter_draft", args=[draft]), 302)]
    assert 'value="Belhadj"' in html_of(answer)


def test_the_last_words_of_a_diagnosis_are_found_in_their_block(client, worker):
    case = followed_by(worker, until="diagnose")
    url = reverse("diagnosis_block", args=[case.public_id, "causes"])
    typed = {"causes-causes_story": "Perte d’emploi en mai.", "brouillon": "oui", "version": "0"}
    typed_after_the_end(client, worker, url, typed)
    assert "Perte d’emploi en mai." in html_of(found_again(client, worker, url))
    assert not Diagnostic.objects.exists()


def test_what_a_page_no_longer_takes_stays_to_be_read(client, worker):
    """She left the structure meanwhile: the page of the step is no longer hers, and what she typed is not lost for that."""
    case = followed_by(worker, until="contact")
    task = case.tasks.get(node="contact")
    url = reverse("step", args=[case.public_id, task.public_id])
    typed_after_the_end(client, worker, url, {"note": "Message laissé à la sœur"})
    Membership.objects.filter(user=worker).update(until=NOON.date())
    Assignment.objects.filter(user=worker).update(until=NOON.date())
    assert found_again(client, worker, url).status_code == 404
    again = reverse("typed_again", args=[KeptForm.objects.get().public_id])
    assert "Message laissé à la sœur</p>" in html_of(client.get(again))


def test_reading_what_was_found_again_is_noted_in_the_access_log(client, worker):
    case = followed_by(worker)
    url = reverse("case_note", args=[case.public_id])
    typed_after_the_end(client, worker, url, OBSERVATION)
    before = AccessEntry.objects.count()
    assert found_again(client, worker, url).status_code == 200
    [noted] = AccessEntry.objects.order_by("pk")[before:]
    assert (noted.case, noted.user) == (case, worker)


def test_a_social_security_number_is_not_kept_nor_what_is_far_too_long(client, worker, url):
    typed_after_the_end(client, worker, url, OBSERVATION | {"text": "a" * 60_000})
    assert not KeptForm.objects.exists()
    typed_after_the_end(client, worker, url, OBSERVATION | {"text": "184039135001234"})
    assert "184039135001234" not in str(KeptForm.objects.get().typed)


def test_what_is_kept_is_forgotten_after_a_day_and_may_be_erased_at_once(client, worker, url):
    typed_after_the_end(client, worker, url, OBSERVATION)
    sign_in(client, worker)
    client.post(reverse("typed_again", args=[KeptForm.objects.get().public_id]))
    assert not KeptForm.objects.exists()
    typed_after_the_end(client, worker, url, OBSERVATION)
    assert kept.forget_expired(at=NOON + timedelta(hours=23)) == 0
    assert kept.forget_expired(at=NOON + timedelta(hours=25)) == 1


# A chosen file


def piece(name="courrier.jpg"):
    return SimpleUploadedFile(name, photo(), content_type="image/jpeg")


PIECE = {"kind": "", "title": "", "received_on": "2026-11-24", "visibility": "internal"}


@pytest.fixture
def pieces(client, worker):
    """Of a case that she follows, signed in."""
    client.force_login(worker)
    return reverse("documents", args=[followed_by(worker).public_id])


def test_a_photo_survives_a_nature_that_was_forgotten_for_its_author_alone(client, worker, pieces):
    html = html_of(client.post(pieces, PIECE | {"pieces": [piece()]}))
    assert "Fichier gardé, à ne pas choisir de nouveau" in html
    assert "courrier.jpg" in html
    typed = PIECE | {"kind": "account", "kept": [str(KeptFile.objects.get().public_id)]}
    client.force_login(member("caf-91", "manager"))
    assert "courrier.jpg" not in html_of(client.post(pieces, typed))
    assert (Document.objects.exists(), KeptFile.objects.count()) == (False, 1)
    client.force_login(worker)
    client.post(pieces, typed)
    assert (Document.objects.get().kind, KeptFile.objects.exists()) == ("account", False)


def test_a_file_that_is_refused_for_itself_is_not_kept(client, pieces):
    bad = SimpleUploadedFile("notes.docx", b"PK\x03\x04", content_type="application/msword")
    client.post(pieces, PIECE | {"pieces": [bad]})
    assert not KeptFile.objects.exists()


def test_the_photo_of_a_letter_survives_every_fault_of_the_notice(client):
    worker = member("mds-grigny")
    client.force_login(worker)
    html = html_of(client.post(reverse("notice"), {"operator": "", "letter": [piece()], "lignes": "3"}))
    assert "courrier.jpg" in html
    assert KeptFile.objects.get().author == worker
