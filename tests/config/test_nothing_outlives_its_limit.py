"""After the night and an approved run, nothing is older than its limit anywhere, the disk included; what is younger stays."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command

from cases.actions import case as cases
from cases.actions.retention import ages
from cases.actions.retention.holds import lift_hold, put_hold
from cases.models import Case, Document, Household, JournalEntry, PersonFile, RetentionRun, SubjectRequest, User
from cases.rules.retention import load_kinds
from config import ticking
from config.accounts.models import AccountSession
from config.clearing import clear_expired
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from workflows.actions import retention
from workflows.models import Export, ImportJob, ImportRow, KeptFile, KeptForm, ReportDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
Put = Callable[[datetime], Any]


def withdrawn(at: datetime, *, by: User) -> None:
    case = factories.reported()
    Document.objects.create(
        case=case, kind="other", file=ContentFile(b"%PDF", name="x.pdf"), content_type="application/pdf", size=4,
        sha256=f"{case.pk}", by=by, structure=factories.structure("caf-91"), received_on=at, added_at=at, voided_at=at,
        void_reason="not_needed",
    )  # fmt: skip


def told(at: datetime, *, by: User) -> None:
    entry = JournalEntry.objects.create(kind="case.reopened", case=factories.reported(), happened_at=at)
    notice = Notice.objects.create(user=by, entry=entry, case=entry.case, created_at=at)
    Delivery.objects.create(user=by, notice=notice, state="sent", created_at=at, next_try_at=at)


def imported(at: datetime, *, by: User) -> None:
    job = ImportJob.objects.create(
        structure=factories.structure("bailleur-a"), by=by, file_name="x.csv", sha256="x", state="done", finished_at=at
    )
    job.rows.create(line=1, values={"usual_name": "Okonkwo"}, outcome="rejected")


def asked(at: datetime, *, by: User) -> None:
    made = scene.subject_request(None, by=by, reference=f"DPO-{at:%Y-%m-%d}-1")
    SubjectRequest.objects.filter(pk=made.pk).update(
        received_on=at, first_due_on=at, due_on=at, ended_on=at, state="answered", outcome="granted"
    )


def reviewed(at: datetime, *, by: User) -> None:
    """A file that is put together for a person, on the disk."""
    asked_for = scene.subject_request(None, by=by, reference=f"DPO-{at:%Y-%m-%d}-2")
    PersonFile.objects.create(
        request=asked_for, person=factories.household().memberships.get().beneficiary, state="done", asked_by=by, asked_at=at,
        file=ContentFile(b"name", name="x.zip"),
    )  # fmt: skip


def archived(at: datetime, *, by: User) -> None:
    followed(at - timedelta(days=800), by=by)
    Household.objects.filter(archived_on=None).update(archived_on=at)


def mentioned(at: datetime, *, by: User) -> None:
    home = factories.household()
    Household.objects.filter(pk=home.pk).update(created_at=at)


def exported(at: datetime, *, by: User) -> None:
    Export.objects.create(
        by=by, structure=factories.structure("caf-91"), list_code="situations", asked={}, format="csv", state="done",
        asked_at=at, file=ContentFile(b"name", name="x.csv"),
    )  # fmt: skip


def followed(at: datetime, *, by: User) -> None:
    case = factories.reported(at=at)
    cases.close_case(case=case, outcome="no_debt", by=None, at=at)
    Household.objects.filter(pk=case.household_id).update(created_at=at)


KINDS: dict[str, tuple[str, int, Callable[..., object], Callable[[], int]]] = {
    "pieces": ("withdrawn_document", 30, withdrawn, lambda: Document.everything.exclude(file="").count()),
    "notices": ("notice", 365, told, Notice.objects.filter(entry__kind="case.reopened").count),
    "e-mails": ("notice", 365, told, Delivery.objects.count),
    "lines": ("import_file", 60, imported, lambda: ImportRow.objects.exclude(values={}).count()),
    "requests": ("subject_request", 1096, asked, SubjectRequest.objects.count),
    "files of persons": ("person_file", 30, reviewed, PersonFile.objects.count),
    "exports": ("export", 7, exported, Export.objects.count),
    "drafts": ("draft", 30, lambda at, by: ReportDraft.objects.create(
        author=by, structure=factories.structure("caf-91"), answers={"search": {"usual_name": "X"}}, told={}, touched_at=at
    ), ReportDraft.objects.count),
    "forms": ("kept_form", 1, lambda at, by: KeptForm.objects.create(author=by, address="/", typed={}, kept_at=at),
        KeptForm.objects.count),
    "files": ("kept_form", 1, lambda at, by: KeptFile.objects.create(author=by, name="x", content=b"x", kept_at=at),
        KeptFile.objects.count),
    "sessions": ("session", 0, lambda at, by: AccountSession.objects.create(
        session_key=f"{at:%j%Y}", expire_date=at, started_at=at, seen_at=at
    ), AccountSession.objects.count),
    "households": ("archive", 731, followed,
        Household.objects.filter(archived_on=None, cases__closed_on__isnull=False).count),
    "archives": ("anonymise", 1096, archived, Household.objects.filter(anonymised_on=None).count),
    "households without a case": ("without_case", 184, mentioned, Household.objects.filter(anonymised_on=None).count),
}  # fmt: skip
"""What is looked at → the kind of its limit, that in days, how one is made that dates from a moment, and how many are left."""
BY_WHOLE_MONTHS = {"reading": "tests/cases/actions/test_access_log.py"}
RUN = {"archive", "anonymise", "without_case"}
"""What goes by a run that somebody approves."""


def test_no_kind_of_limit_is_left_out():
    assert {kind for kind, *_ in KINDS.values()} | set(BY_WHOLE_MONTHS) == set(load_kinds())


@pytest.mark.parametrize("name", KINDS)
def test_what_is_over_goes_and_what_is_younger_stays(name: str, django_capture_on_commit_callbacks: Any):
    kind, limit, make, left = KINDS[name]
    officer = factories.member("caf-91-pilotage", "dpo")
    ages = [limit + 2, limit + 40, limit * 3 + 10] if kind != "subject_request" else [limit + 2, limit + 40]
    for age in (limit - 1, *ages):
        make(NOON - timedelta(days=age), by=officer)
    assert left() == len(ages) + 1
    with django_capture_on_commit_callbacks(execute=True):
        clear_expired(at=NOON)
        ticking.tick(at=NOON)
        call_command("forget_what_is_over", verbosity=0)
        if kind in RUN:
            desk = factories.structure("caf-91-pilotage")
            run = retention.propose(structure=desk, by=officer, at=NOON)
            retention.approve(run=run, structure=desk, by=factories.member(desk.code, "dpo"), at=NOON)
            retention.run_waiting(at=NOON)
            assert RetentionRun.objects.get().state == "done"
    assert left() == 1
    on_disk = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(on_disk) == (name in ("pieces", "exports", "files of persons"))


def test_a_file_that_no_row_names_goes_unless_it_is_being_written():
    media = Path(settings.MEDIA_ROOT)
    for name, hours in (
        ("documents/2026-01/orphan.pdf", 7),
        ("documents/2026-11/being-written.pdf", 1),
        (".restored/x", 9),
    ):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(b"x")
        old = (NOON - timedelta(hours=hours)).timestamp()
        os.utime(media / name, (old, old))
    assert clear_expired(at=NOON)["fichiers orphelins"] == 1
    found = sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())
    assert found == [".restored/x", "documents/2026-11/being-written.pdf"]


def test_wrong_passwords_are_kept_no_longer_than_their_limit():
    made = AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", failures_since_start=1)
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=NOON - timedelta(days=2))
    clear_expired(at=NOON)
    assert AccessAttempt.objects.count() == 0


def test_a_withdrawn_piece_of_a_household_that_is_held_goes_once_the_hold_is_lifted():
    officer = factories.member("caf-91-pilotage", "dpo")
    told: dict[str, Any] = {"structure": factories.structure("caf-91-pilotage"), "by": officer}
    withdrawn(NOON - timedelta(days=40), by=officer)
    hold = put_hold(case=Case.objects.get(), reason="litigation", at=NOON, **told)
    assert ages.forget_withdrawn_documents(at=NOON) == 0
    lift_hold(hold=hold, reason="over", at=NOON, **told)
    assert ages.forget_withdrawn_documents(at=NOON) == 1
