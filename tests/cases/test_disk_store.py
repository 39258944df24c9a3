"""The disk that keeps the files, or what is being sent, is full: what is said, and what is not left behind."""

import errno
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from cases.models import Document, JournalEntry
from tests.factories import member
from tests.pages import html_of
from tests.uploads import pdf, photo
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_documents import send, sent
from workflows.models import KeptFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
FULL = "Il n’y a plus de place là où sont gardés les fichiers : rien n’a été enregistré."


@pytest.fixture
def fill(monkeypatch, settings, tmp_path):
    """Call it: from then on, the disk takes the first bytes of a file, and no more."""
    settings.MEDIA_ROOT = tmp_path

    def chunks(self, chunk_size=None):
        yield b"%PDF-"
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda patch=monkeypatch: patch.setattr(ContentFile, "chunks", chunks)


def kept(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_a_piece_is_not_added_what_was_typed_is_there_and_nothing_is_half_written(client, tmp_path, fill):
    worker = member("caf-91")
    case = followed_by(worker)
    lines = JournalEntry.objects.count()
    fill()
    page = html_of(send(client, worker, case, sent(), title="octobre 2026"))
    assert FULL in page
    assert "octobre 2026" in page
    assert (Document.objects.count(), JournalEntry.objects.count(), kept(tmp_path)) == (0, lines, [])


def test_the_files_are_kept_for_who_sends_them_again_once_there_is_room(client, tmp_path, monkeypatch, fill):
    worker = member("caf-91")
    case = followed_by(worker)
    with monkeypatch.context() as full:
        fill(full)
        send(client, worker, case, sent(name="quittance.pdf"))
        earlier = str(KeptFile.objects.get().public_id)
        page = html_of(send(client, worker, case, sent(photo(), "photo.jpg"), kept=[earlier]))
    assert [file.name for file in KeptFile.objects.all()] == ["quittance.pdf", "photo.jpg"]
    assert "quittance.pdf" in page
    again = [str(file.public_id) for file in KeptFile.objects.all()]
    send(client, worker, case, kept=again, pieces=[])
    assert (Document.objects.count(), KeptFile.objects.count()) == (2, 0)


def test_what_is_being_sent_is_not_left_half_written(client, monkeypatch, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    worker = member("caf-91")
    case = followed_by(worker)

    def write(self, raw_data, start):
        self.file.write(raw_data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", write)
    client.raise_request_exception = False
    answer = send(client, worker, case, sent(pdf()))
    assert (answer.status_code, "Son disque n’a plus de place" in html_of(answer)) == (503, True)
    assert kept(tmp_path) == []
