"""What the scripts that save the installation say in the database."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from cases.models import BackupRun, InstallationIdentity

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-11-28T01:17:00Z", tick=False)
def test_a_verified_backup_is_noted():
    call_command("record_backup", "--started", "2026-11-28T01:15:00Z", "--size", "1024", "--verified", "--encrypted")

    run = BackupRun.objects.get()
    assert run.started_at == datetime(2026, 11, 28, 1, 15, tzinfo=UTC)
    assert run.ended_at == datetime(2026, 11, 28, 1, 17, tzinfo=UTC)
    assert (run.size, run.is_verified, run.is_encrypted, run.fault) == (1024, True, True, "")


def test_a_failure_is_noted_with_what_was_missing():
    call_command("record_backup", "--started", "2026-11-28T01:15:00Z", "--fault", "disk_full")

    run = BackupRun.objects.get()
    assert (run.size, run.is_verified, run.is_encrypted, run.get_fault_display()) == (0, False, False, "disque plein")


@time_machine.travel("2026-11-28T01:10:00Z", tick=False)
def test_a_clock_set_back_meanwhile_loses_no_news():
    call_command("record_backup", "--started", "2026-11-28T01:15:00Z")

    run = BackupRun.objects.get()
    assert run.ended_at - run.started_at == timedelta(0)


def test_an_unknown_fault_is_refused():
    with pytest.raises(CommandError, match="fault"):
        call_command("record_backup", "--started", "2026-11-28T01:15:00Z", "--fault", "bad luck")


def test_an_installation_has_one_identity_made_with_the_tables():
    assert InstallationIdentity.objects.get().pk == 1
    with pytest.raises(IntegrityError, match="only_one_installation_identity"):
        InstallationIdentity.objects.create(pk=2)
