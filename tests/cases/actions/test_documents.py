"""Pieces of a case: kept privately, once, withdrawn with a reason; and who sees each."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from cases import permissions
from cases.actions import documents, sharing
from cases.models import Document, JournalEntry
from cases.rules.uploads import RefusedFile
from tests.factories import NOON, member, reported, structure
from tests.uploads import pdf, photo
from tests.workflows.views.case.test_case import followed_by

pytestmark = pytest.mark.django_db


def add(case, *, by, code="caf-91", content=None, visibility="shared", **more):
    return documents.add(
        case=case,
        content=pdf() if content is None else content,
        kind=more.pop("kind", "summons"),
        received_on=date(2026, 11, 20),
        visibility=visibility,
        structure=structure(code),
        by=by,
        at=NOON,
        **more,
    )


@pytest.fixture
def worker():
    return member("caf-91")


@pytest.fixture
def case(worker):
    return followed_by(worker)


def seen_by(user, case):
    return set(permissions.visible_documents(user, case, at=NOON.date()))


def test_a_piece_is_kept_under_a_name_that_says_nothing(case, worker):

    document = add(case, by=worker, title="deux pages")
    assert document.file.name == f"documents/2026-11/{document.public_id}.pdf"
    with document.file.open() as file:
        content = file.read()
    assert (content, document.size) == (pdf(), len(content))
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.label == "Assignation : deux pages"
    line = JournalEntry.objects.get(kind="document.added")
    assert (line.case, line.actor, line.structure) == (case, worker, structure("caf-91"))
    assert line.data == {"document": document.pk, "visibility": "shared"}


def test_the_format_is_what_the_content_says_and_a_refused_file_leaves_nothing(case, worker):
    with pytest.raises(RefusedFile):
        add(case, by=worker, content=b"<html>")
    assert not Document.everything.exists()
    assert not JournalEntry.objects.filter(kind="document.added").exists()
    document = add(case, by=worker, content=photo(), kind="home_photo")
    assert (document.content_type, document.extension) == ("image/jpeg", "jpg")
    assert document.file.name.endswith(".jpg")


def test_the_same_file_twice_is_said_but_in_another_case(case, worker):
    first = add(case, by=worker)
    with pytest.raises(documents.AlreadyThere, match="déjà au dossier : Assignation, reçue le 20/11/2026") as refusal:
        add(case, by=member("caf-91"), kind="other")
    assert refusal.value.document == first
    assert Document.objects.get() == first
    add(reported(), by=worker)
    assert Document.objects.count() == 2
    first.pk, first.public_id = None, "3f0e1a9e-6f9e-4a0e-8e76-2f7a5b1c9d00"
    with pytest.raises(IntegrityError, match="a_structure_adds_a_file_once"), transaction.atomic():
        first.save(force_insert=True)


def test_what_another_structure_keeps_to_itself_is_not_given_away(case, worker):
    other = member("ccas-grigny")
    add(case, by=other, code="ccas-grigny", visibility="internal")
    add(case, by=worker)
    with pytest.raises(documents.AlreadyThere):
        add(case, by=other, code="ccas-grigny", visibility="internal")


def test_a_piece_supports_what_is_in_its_own_case(worker):
    case = followed_by(worker, until="monitor")
    fsl = case.measures.get(kind="fsl")
    assert add(case, by=worker, measure=fsl).measure == fsl
    with pytest.raises(documents.NotOfThisCase):
        add(reported(), by=worker, measure=fsl)


def test_a_withdrawn_piece_is_shown_to_nobody_and_may_come_back(case, worker):

    document = add(case, by=worker)
    documents.void(document=document, reason="unreadable", by=worker, at=NOON)
    assert seen_by(worker, case) == set()
    document.refresh_from_db(from_queryset=Document.everything.all())
    assert (document.voided_at, document.void_reason) == (NOON, "unreadable")
    line = JournalEntry.objects.get(kind="document.voided")
    assert line.data == {"document": document.pk, "reason": "unreadable"}
    with pytest.raises(documents.AlreadyVoided, match="déjà retirée"):
        documents.void(document=document, reason="duplicate", by=worker, at=NOON)
    add(case, by=worker)
    assert len(seen_by(worker, case)) == 1


def test_shared_pieces_are_for_those_who_see_the_whole_case_internal_ones_for_the_service(case, worker):
    ccas = member("ccas-grigny", "manager")
    take_part = {"case": case, "structure": structure("ccas-grigny"), "part": "support", "at": NOON}
    sharing.take_part(level="card", **take_part)
    shared = add(case, by=worker)
    kept = add(case, by=worker, content=photo(), visibility="internal")
    theirs = add(case, by=ccas, code="ccas-grigny", content=photo(gps=False, size=(9, 9)), visibility="internal")
    assert seen_by(worker, case) == {shared, kept}
    assert seen_by(ccas, case) == {theirs}
    sharing.take_part(level="full", **take_part)
    assert seen_by(ccas, case) == {shared, theirs}
    for outsider in [member("bailleur-a", "correspondent"), member("mds-grigny", "manager"), member("caf-91", "dpo")]:
        assert seen_by(outsider, case) == set()
