"""Pieces wait until the scanner has found them clean; the dangerous ones are deleted, and nothing is ever lost."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases.actions import documents, letters, quarantine
from cases.models import Document, Edition, JournalEntry
from config import ticking
from notifications import fanout
from notifications.models import Notice
from tests import clamd
from tests.cases.actions.test_documents import add, seen_by
from tests.factories import NOON, member, structure
from tests.uploads import pdf, photo
from tests.workflows.test_engine import at_once
from tests.workflows.views.case.test_case import followed_by

pytestmark = pytest.mark.django_db
NOBODY = "tcp://127.0.0.1:1"
LATER = NOON + timedelta(seconds=30)


@pytest.fixture(scope="module")
def scanner():
    with clamd.running() as found:
        yield found


@pytest.fixture
def worker():
    return member("caf-91")


@pytest.fixture
def case(worker):
    return followed_by(worker)


@pytest.fixture
def waiting(case, worker, settings):
    """A piece that was added while the scanner does not answer."""
    settings.CLAMD_URL = NOBODY
    return add(case, by=worker)


def of(document):
    return Document.everything.get(pk=document.pk)


def kept_files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_without_a_scanner_nothing_waits(case, worker):
    document = add(case, by=worker)
    assert (document.scan, document.may_be_opened) == ("unscanned", True)
    assert quarantine.scan_waiting(at=NOON) == 0
    assert of(document).scan == "unscanned"


def test_with_a_scanner_a_piece_is_seen_and_may_not_be_opened_yet(waiting, case, worker):
    assert (waiting.scan, waiting.may_be_opened, waiting.is_infected) == ("waiting", False, False)
    assert seen_by(worker, case) == {waiting}


def test_a_clean_piece_leaves_quarantine(waiting, settings, scanner):
    settings.CLAMD_URL = scanner.unix
    assert ticking.tick(at=LATER)["pièces vérifiées"] == 1
    document = of(waiting)
    assert (document.scan, document.scanned_at, document.may_be_opened) == ("clean", LATER, True)
    assert not JournalEntry.objects.filter(kind="document.infected").exists()
    assert ticking.tick(at=LATER)["pièces vérifiées"] == 0


def test_a_dangerous_piece_loses_its_file_and_keeps_the_fact(case, worker, settings, scanner):
    settings.CLAMD_URL = scanner.tcp
    document = add(case, by=worker, content=clamd.dangerous_pdf())
    clean = add(case, by=worker, content=photo())
    assert quarantine.scan_waiting(at=LATER) == 2
    document = of(document)
    assert (document.scan, document.scanned_at, document.file.name) == ("infected", LATER, "")
    assert (document.may_be_opened, document.is_infected) == (False, True)
    assert [path.name for path in kept_files(settings)] == [f"{clean.public_id}.jpg"]
    line = JournalEntry.objects.get(kind="document.infected")
    assert (line.case, line.actor, line.structure) == (case, None, structure("caf-91"))
    assert line.data == {"document": document.pk}
    assert seen_by(worker, case) == {document, clean}


def test_whoever_added_a_dangerous_piece_is_told_once(case, worker, settings, scanner):
    settings.CLAMD_URL = scanner.tcp
    member("caf-91", "manager")
    add(case, by=worker, content=clamd.dangerous_pdf(), visibility="internal")
    for _ in range(2):
        quarantine.scan_waiting(at=LATER)
        fanout.drain_outbox(at=LATER)
    told = Notice.objects.filter(entry__kind="document.infected")
    assert [notice.user for notice in told] == [worker]


def test_a_dangerous_file_sent_again_is_refused_with_its_reason(case, worker, settings, scanner):
    settings.CLAMD_URL = scanner.tcp
    add(case, by=worker, content=clamd.dangerous_pdf())
    quarantine.scan_waiting(at=LATER)
    with pytest.raises(documents.AlreadyThere, match="programme dangereux : il a déjà été supprimé"):
        add(case, by=worker, content=clamd.dangerous_pdf())


def test_a_scanner_that_is_away_loses_nothing_and_is_asked_again(waiting, case, worker, settings, scanner):
    other = add(case, by=worker, content=photo())
    assert quarantine.scan_waiting(at=NOON) == 0
    assert {(of(each).scan, of(each).scan_failed_at) for each in (waiting, other)} == {("waiting", NOON)}
    assert len(kept_files(settings)) == 2
    settings.CLAMD_URL = scanner.tcp
    assert quarantine.scan_waiting(at=LATER) == 2
    assert {(of(each).scan, of(each).scan_failed_at) for each in (waiting, other)} == {("clean", None)}


def test_a_file_that_cannot_be_scanned_does_not_hold_up_the_others(waiting, case, worker, settings, scanner):
    waiting.file.delete(save=False)
    other = add(case, by=worker, content=photo())
    settings.CLAMD_URL = scanner.tcp
    assert quarantine.scan_waiting(at=NOON) == 1
    assert (of(waiting).scan, of(waiting).scan_failed_at, of(other).scan) == ("waiting", NOON, "clean")


def test_a_turn_that_lasts_leaves_the_rest_to_the_next(waiting, case, worker, settings, scanner, monkeypatch):
    add(case, by=worker, content=photo())
    settings.CLAMD_URL = scanner.tcp
    monkeypatch.setattr(quarantine, "SECONDS_OF_A_TURN", 0)
    assert [quarantine.scan_waiting(at=LATER) for _ in range(3)] == [1, 1, 0]


def test_a_process_that_dies_before_the_file_is_deleted_leaves_it_to_the_next(waiting, settings):
    Document.everything.filter(pk=waiting.pk).update(scan="infected", scanned_at=NOON)
    assert len(kept_files(settings)) == 1
    settings.CLAMD_URL = ""
    quarantine.scan_waiting(at=LATER)
    assert kept_files(settings) == []


def test_a_withdrawn_piece_is_scanned_too(case, worker, settings, scanner):
    settings.CLAMD_URL = scanner.tcp
    document = add(case, by=worker, content=clamd.dangerous_pdf())
    documents.void(document=document, reason="not_needed", by=worker, at=NOON)
    quarantine.scan_waiting(at=LATER)
    assert kept_files(settings) == []
    assert seen_by(worker, case) == set()


def test_without_its_scanner_any_more_what_waits_still_waits(waiting, settings):
    settings.CLAMD_URL = ""
    assert quarantine.scan_waiting(at=LATER) == 0
    assert of(waiting).scan == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_keep_one_verdict(case, worker, settings, scanner):
    settings.CLAMD_URL = scanner.tcp
    for size in range(1, 6):
        add(case, by=worker, content=photo(size=(size, 9)))
    add(case, by=worker, content=clamd.dangerous_pdf())
    assert sum(at_once(*[lambda: quarantine.scan_waiting(at=LATER)] * 2)) == 6
    assert Document.objects.filter(scan="clean", scan_failed_at=None).count() == 5
    assert JournalEntry.objects.filter(kind="document.infected").count() == 1
    assert len(kept_files(settings)) == 5


@pytest.mark.parametrize("scan", ["waiting", "infected"])
def test_no_letter_leaves_with_a_piece_in_quarantine(waiting, case, worker, scan):
    waiting.scan = scan
    with pytest.raises(letters.InQuarantine, match="« Assignation » ne peut pas être jointe"):
        letters.keep_letter(
            case=case,
            addressee="CAF",
            pieces=[waiting],
            structure=structure("caf-91"),
            edition=Edition.objects.get(catalogue="letters"),
            kind="sheet",
            title="Courrier",
            typed={},
            pdf=pdf(),
            by=worker,
            at=NOON,
        )
    assert not case.letters.exists()
