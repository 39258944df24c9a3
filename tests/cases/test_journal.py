"""The journal is append-only, complete, and told of through the outbox."""

import pytest
from django.db import ProgrammingError, transaction

from cases import journal
from cases.models import JournalEntry, Outbox
from notifications.told import FAMILIES
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_line_can_be_neither_changed_nor_deleted():
    entry = journal.record("case.opened", at=NOON)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        JournalEntry.objects.filter(pk=entry.pk).update(kind="case.closed")
    Outbox.objects.all().delete()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        entry.delete()


def test_a_line_waits_in_the_outbox_until_it_is_told():
    entry = journal.record("case.opened", at=NOON)
    assert Outbox.objects.get().entry == entry


def test_an_unregistered_kind_is_refused():
    with pytest.raises(ValueError, match="unregistered"):
        journal.record("case.vanished", at=NOON)


def test_a_kind_keeps_its_meaning():
    with pytest.raises(ValueError, match="two meanings"):
        journal.register_kinds(told={}, silent={"case.opened": "autre chose"})


def test_every_kind_that_is_said_to_be_told_says_to_whom_once_and_no_other_does():
    declared = [kind for family in FAMILIES for kind in family.kinds]
    assert sorted(declared) == sorted(journal.TOLD_KINDS)


def test_a_listener_that_fails_does_not_undo_the_act(django_capture_on_commit_callbacks, caplog):
    def fail(**kwargs):
        raise RuntimeError

    journal.journal_recorded.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            factories.member("mds-grigny")
    finally:
        journal.journal_recorded.disconnect(fail)
    assert JournalEntry.objects.filter(kind="membership.started").exists()


def test_a_transaction_of_many_lines_tells_once(django_capture_on_commit_callbacks):
    heard = []

    def hear(**kwargs):
        heard.append(kwargs)

    journal.journal_recorded.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(20):
                journal.record("case.opened", at=NOON)
    finally:
        journal.journal_recorded.disconnect(hear)
    assert len(heard) == 1
