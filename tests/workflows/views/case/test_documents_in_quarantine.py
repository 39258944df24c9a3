"""What one reads of pieces that wait for the virus scanner, or that it found dangerous; nowhere are they opened or joined."""

import pytest
import time_machine
from django.urls import reverse

from cases.actions import quarantine
from cases.models import Document
from notifications import fanout
from notifications.models import Notice
from notifications.queries import describe_notices
from tests import clamd
from tests.factories import NOON, member
from tests.pages import html_of
from tests.uploads import pdf, photo
from tests.workflows.actions.test_overpayment import AT
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_documents import read, send, sent, url
from tests.workflows.views.overpayment import test_line_letters, test_line_papers
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
NOBODY = "tcp://127.0.0.1:1"
WAITS, GONE = "en cours de vérification</span>", "fichier dangereux, supprimé</span>"


@pytest.fixture(scope="module")
def scanner():
    with clamd.running() as found:
        yield found


@pytest.fixture
def away(settings):
    """There is a scanner, and it does not answer."""
    settings.CLAMD_URL = NOBODY


def opened(client, case):
    return client.get(url("document", case, Document.objects.get().public_id))


@pytest.mark.usefixtures("away")
def test_a_piece_that_waits_is_listed_with_its_state_and_is_not_served(client, worker, case):
    html = html_of(send(client, worker, case, sent()))
    assert "Pièce ajoutée." in html
    assert WAITS in html
    assert "Vérification en cours" in html
    address = url("document", case, Document.objects.get().public_id)
    assert f'href="{address}"' not in html + html_of(client.get(url("case", case)))
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(url("documents", case), 302)]
    assert "Vérification en cours" in html_of(answer)


@pytest.mark.usefixtures("away")
def test_the_page_says_that_the_scanner_does_not_answer_and_that_nothing_is_lost(client, worker, case):
    send(client, worker, case, sent())
    quarantine.scan_waiting(at=NOON)
    html = read(client, worker, case)
    assert "La vérification ne répond pas" in html
    assert "rien n’est à refaire" in html
    assert WAITS in html


def test_a_clean_piece_opens_as_ever(client, worker, case, settings, scanner):
    settings.CLAMD_URL = scanner.unix
    send(client, worker, case, sent())
    quarantine.scan_waiting(at=NOON)
    html = read(client, worker, case)
    assert WAITS not in html
    assert "Vérification en cours" not in html
    assert opened(client, case).content == pdf()


def test_a_dangerous_piece_says_what_to_do_and_is_withdrawn_as_any_other(client, worker, case, settings, scanner):
    settings.CLAMD_URL = scanner.unix
    send(client, worker, case, sent(clamd.dangerous_pdf()))
    quarantine.scan_waiting(at=NOON)
    html = read(client, worker, case)
    assert GONE in html
    assert "Ce fichier contenait un programme dangereux : il est supprimé" in html
    assert "Demander un autre exemplaire, ou photographier le papier" in html
    assert opened(client, case).status_code == 302
    assert "Une pièce contenait un programme dangereux" in html_of(client.get(url("case", case)))
    again = html_of(send(client, worker, case, sent(clamd.dangerous_pdf())))
    assert "il a déjà été supprimé" in again
    client.post(url("document_void", case, Document.objects.get().public_id), {"reason": "unreadable"})
    assert "Aucune pièce pour l’instant" in read(client, worker, case)


def test_whoever_added_a_dangerous_piece_reads_it_among_his_notices(client, worker, settings, scanner):
    settings.CLAMD_URL = scanner.unix
    send(client, worker, followed_by(worker), sent(clamd.dangerous_pdf()))
    quarantine.scan_waiting(at=NOON)
    fanout.drain_outbox(at=NOON)
    told = list(Notice.objects.filter(user=worker, entry__kind="document.infected"))
    assert [line.words for line in describe_notices(told, reader=worker, today=NOON.date())] == [
        "Une pièce que vous avez ajoutée était dangereuse : son fichier est supprimé"
    ]


@pytest.mark.usefixtures("away")
def test_a_dangerous_piece_proves_nothing_and_another_is_asked_for(client, worker, case):
    fact = milestones.record(
        case=case, by=worker, kind="order_to_pay_served", happened_on=NOON.date(), known="declared", at=NOON
    )
    asked = f"?fait={fact.public_id}"
    send(client, worker, case, sent(), query=asked, kind="order_to_pay")
    html = html_of(client.get(url("case", case)))
    assert asked not in html
    assert WAITS in html
    Document.objects.update(scan="infected")
    assert asked in html_of(client.get(url("case", case)))


@pytest.mark.usefixtures("away")
def test_the_list_with_pieces_in_quarantine_is_read_in_ten_queries(
    client, worker, case, django_assert_max_num_queries
):
    for number in range(1, 8):
        send(client, worker, case, sent(photo(size=(number, 9))))
    with django_assert_max_num_queries(10):
        client.get(url("documents", case))


# Of a line of an overpayment


@pytest.fixture
def overpaid(client, away):
    """With the letter that was received among its papers."""
    with time_machine.travel(AT, tick=False):
        worker = member("ccas-grigny", first_name="Awa", last_name="Sow")
        case = test_line_letters.chosen(worker)
        test_line_papers.add(client, worker, case, test_line_papers.file())
        yield case


def test_the_papers_of_a_line_say_what_waits_and_ask_again_for_what_was_dangerous(client, overpaid):
    papers = test_line_papers.papers(overpaid)
    waiting = html_of(client.get(papers))
    assert WAITS in waiting
    assert "Vérification en cours" in waiting
    Document.objects.update(scan="infected")
    dangerous = html_of(client.get(papers))
    assert GONE in dangerous
    assert "Ce fichier contenait un programme dangereux" in dangerous
    assert dangerous.count(">manque<") == waiting.count(">manque<") + 1


def test_a_letter_offers_no_piece_that_waits_and_says_so(client, overpaid):
    piece = Document.objects.get()
    page = html_of(client.get(test_line_letters.url(overpaid, "L3")))
    assert str(piece.public_id) not in page
    assert "Elle ne peut pas encore être jointe" in page
    made = client.post(
        test_line_letters.url(overpaid, "L3"), test_line_letters.SAID | {"pieces": [str(piece.public_id)]}
    )
    assert not overpaid.letters.filter(pieces=piece).exists()
    assert made.status_code in (200, 302)
    Document.objects.update(scan="clean")
    assert str(piece.public_id) in html_of(client.get(reverse("case", args=[overpaid.public_id])))
    assert str(piece.public_id) in html_of(client.get(test_line_letters.url(overpaid, "L3")))
