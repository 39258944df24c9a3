"""Files on a store of the protocol of S3, behind the same door; and what is said, and kept, while it is cut."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.timezone import now

from cases.actions import quarantine
from cases.actions.retention.files import GRACE, delete_orphans
from cases.file_store import PrivateBucket
from cases.models import Document, Household, JournalEntry
from config.service_state import read_service_state
from config.services.items import Level
from tests.cases.actions.test_documents import add
from tests.factories import NOON, member
from tests.file_store import BUCKET, client_of, names_in, storing
from tests.pages import html_of
from tests.uploads import pdf
from tests.workflows.exports.test_exports import asked_of_the_caf, export
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_documents import send, sent, url
from tests.workflows.views.imports.sending import deposited, imported
from workflows.exports import jobs, run as exports
from workflows.imports.run import forget_abandoned, run_waiting
from workflows.models import Export, ImportJob

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("at_noon")]
AWAY = "L’endroit où sont gardés les fichiers ne répond pas pour le moment"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def said():
    with storing() as found:
        yield found


@pytest.fixture(autouse=True)
def _kept_there(settings, said):
    client = client_of(said)
    for name in names_in(said):
        client.delete_object(Bucket=BUCKET, Key=name)
    keep_at(settings, said)


def keep_at(settings, said):
    for name, value in said.items():
        setattr(settings, name, value)
    # Told last: it is what makes the storage again.
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "cases.file_store.PrivateBucket"}}


@pytest.fixture
def cut(settings, said):
    """Call it: from then on, nobody answers at that address."""
    return lambda: keep_at(settings, said | {"S3_ENDPOINT": NOBODY})


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel")


@pytest.fixture
def case(worker):
    return followed_by(worker)


@pytest.fixture
def long_list(monkeypatch, client):
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    asked_of_the_caf()
    asked_of_the_caf()
    client.force_login(member("caf-91", "manager"))
    export(client, file_type="csv")
    return Export.objects.get()


def test_a_piece_is_kept_there_under_a_name_that_tells_nothing_and_opened_by_the_door_alone(
    client, worker, case, said
):
    send(client, worker, case, sent())
    document = Document.objects.get()
    assert names_in(said) == [f"documents/2026-11/{document.public_id}.pdf"]
    assert client.get(url("document", case, document.public_id)).content == pdf()
    with pytest.raises(NotImplementedError):
        _ = document.file.url
    client.force_login(member("mds-grigny", "manager"))
    assert client.get(url("document", case, document.public_id)).status_code == 404


def test_an_export_is_kept_there_for_its_author_then_deleted(client, long_list, said):
    assert exports.run_waiting(at=NOON) == 1
    assert names_in(said) == [f"exports/{long_list.public_id}"]
    answer = client.post(reverse("export_file", args=[long_list.public_id]))
    assert b"Situations" in b"".join(answer.streaming_content)
    exports.delete_old_exports(at=NOON + timedelta(days=8))
    assert names_in(said) == []


def test_a_landlords_file_is_read_from_there_then_deleted(client, said, django_capture_on_commit_callbacks):
    client.force_login(member("bailleur-a", "correspondent"))
    with django_capture_on_commit_callbacks(execute=True):
        job = imported(client)
    assert (job.state, job.counts["created"], names_in(said)) == ("done", 1, [])


def test_a_file_that_an_import_could_not_delete_goes_with_the_next_tick(client, said):
    client.force_login(member("bailleur-a", "correspondent"))
    job = imported(client)  # what follows its commit is not done
    assert (job.state, len(names_in(said))) == ("done", 1)
    assert forget_abandoned(at=NOON) == 0
    job.refresh_from_db()
    assert (job.state, job.file.name, job.file_deleted_at, names_in(said)) == ("done", "", NOON, [])


def test_what_no_row_names_is_swept(case, worker, said):
    document = add(case, by=worker)
    client_of(said).put_object(Bucket=BUCKET, Key="documents/2026-11/orphan.pdf", Body=b"x")
    written = default_storage.get_modified_time("documents/2026-11/orphan.pdf")
    assert delete_orphans(at=written) == 0
    assert delete_orphans(at=written + GRACE + timedelta(seconds=1)) == 1
    assert names_in(said) == [document.file.name]


def test_a_file_that_a_row_names_is_not_asked_its_age(case, worker, monkeypatch):
    add(case, by=worker)
    asked, ask = [], PrivateBucket.get_modified_time

    def note_and_ask(store, name):
        asked.append(name)
        return ask(store, name)

    monkeypatch.setattr(PrivateBucket, "get_modified_time", note_and_ask)
    assert delete_orphans(at=now() + 2 * GRACE) == 0
    assert asked == []


def test_cut_a_piece_is_not_added_what_was_typed_is_there_and_nothing_is_half_written(client, worker, case, said, cut):
    lines = JournalEntry.objects.count()
    cut()
    page = html_of(send(client, worker, case, sent(), title="octobre 2026"))
    assert AWAY in page
    assert "octobre 2026" in page
    assert (Document.objects.count(), JournalEntry.objects.count(), names_in(said)) == (0, lines, [])


def test_cut_a_piece_that_is_asked_for_comes_back_in_a_while(client, worker, case, cut):
    send(client, worker, case, sent())
    cut()
    client.raise_request_exception = False
    answer = client.get(url("document", case, Document.objects.get().public_id))
    assert (answer.status_code, answer["Retry-After"]) == (503, "20")
    assert "L’endroit où sont gardés les fichiers ne répond pas" in html_of(answer)


def test_cut_an_export_says_so_and_its_old_file_waits(client, long_list, said, cut):
    cut()
    assert exports.run_waiting(at=NOON) == 0
    assert AWAY in html_of(client.get(reverse("export", args=[long_list.public_id])))
    assert not JournalEntry.objects.filter(kind="list.exported").exists()
    Export.objects.update(state="done", file="exports/older")
    assert exports.delete_old_exports(at=NOON + timedelta(days=8)) == 0
    assert Export.objects.get().file.name == "exports/older"


def test_cut_a_landlords_file_is_not_taken_and_one_that_waits_is_taken_up_later(client, said, settings, cut):
    client.force_login(member("bailleur-a", "correspondent"))
    job = deposited(client)
    ImportJob.objects.update(state="checking")
    cut()
    assert run_waiting(at=NOON) == 0
    job.refresh_from_db()
    assert (job.state, job.message[:40]) == ("failed", AWAY[:40])
    page = client.get(reverse("imports"))
    form = page.context["form"]
    answer = client.post(reverse("imports"), {"structure": form.fields["structure"].initial.pk, "file": sent()})
    assert AWAY in html_of(answer)
    assert (ImportJob.objects.count(), Household.objects.count()) == (1, 0)
    keep_at(settings, said)
    assert client.get(reverse("import_columns", args=[job.public_id])).status_code == 200


def test_cut_pieces_wait_for_the_scanner(case, worker, settings, cut):
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    add(case, by=worker)
    cut()
    assert quarantine.scan_waiting(at=NOON) == 0
    document = Document.objects.get()
    assert (document.scan, document.scan_failed_at) == ("waiting", None)


def test_administrators_read_whether_it_answers_and_to_whom(cut, settings, said):
    def files():
        return next(item for item in read_service_state(NOON).items if item.code == "files")

    assert (files().level, files().advice) == (Level.GOOD, "")
    assert delete_orphans(at=now() + 2 * GRACE) == 0
    keep_at(settings, said | {"S3_BUCKET": "elsewhere"})
    assert files().level is Level.DOWN
    keep_at(settings, said)
    client_of(said).put_object_acl(Bucket=BUCKET, Key=".relais", ACL="public-read")
    assert (files().level, "sans clé" in files().words) == (Level.DOWN, True)
    cut()
    assert "aucune pièce ne s’ouvre" in files().words
