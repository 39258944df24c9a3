"""Each condition is read from what is there, and one that is false keeps the banner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from cases.models import (
    BackupRun,
    DataController,
    Installation,
    JournalEntry,
    Membership,
    RetentionLimit,
    TraceSeal,
    User,
)
from config.accounts.models import CodeGenerator
from config.models import JobRun, SealCheck
from config.opening.acts import CannotMoveBanner, open_to_real_data
from config.opening.conditions import find_missing, read_conditions
from config.opening.models import Attestation
from config.seal_mail import send_head
from tests import factories
from tests.config.opening.ready import CODES
from tests.factories import NOON
from tests.two_cities import make_valbrune


def missing() -> list[str]:
    return [each.code for each in find_missing(NOON)]


def test_each_condition_may_be_true_and_then_asks_for_nothing(anne):
    found = read_conditions(NOON)
    assert [each.code for each in found] == CODES
    assert [(each.code, each.words, each.advice) for each in found if not each.is_met or each.advice] == []
    assert [each.code for each in found if not each.words] == []


Breaking = Callable[[Any], Any]
"""Of the settings, or of what is there."""


def said(name: str, value: Any) -> Breaking:
    return lambda settings: setattr(settings, name, value)


def gone(model: Any, **which: Any) -> Breaking:
    return lambda settings: model.objects.filter(**which).delete()


def changed(model: Any, *, of: dict[str, Any] | None = None, **to: Any) -> Breaking:
    return lambda settings: model.objects.filter(**of or {}).update(**to)


def as_owner(settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def hours_ago(hours: int, minutes: int = 0) -> datetime:
    return NOON - timedelta(hours=hours, minutes=minutes)


AFTER_THE_ACTS = CODES[CODES.index("registre") :]
A_YEAR_AGO = NOON - timedelta(days=365)
BROKEN: dict[str, tuple[Breaking, list[str]]] = {
    "development": (said("PRODUCTION", False), ["production"]),
    "no second factor": (said("SECOND_FACTOR_REQUIRED", False), ["production"]),
    "no proof": (said("PROOF_LASTS", None), ["production"]),
    "no scanner": (said("CLAMD_URL", ""), ["scanner"]),
    "a silent scanner": (said("CLAMD_URL", "tcp://127.0.0.1:1"), ["scanner"]),
    "a manager without factor": (lambda _: factories.member("mds-grigny", "manager"), ["factors", "controllers"]),
    "a technical administrator without factor": (lambda _: factories.user(is_staff=True), ["factors"]),
    "one administrator": (gone(Membership, user__first_name="Ben"), ["administrators"]),
    "an administrator who cannot be reached": (
        changed(User, of={"first_name": "Ben"}, failing_email=F("email")), ["administrators"],
    ),
    "no officer": (changed(Membership, of={"role": "dpo"}, role="agent"), ["officers", *AFTER_THE_ACTS]),
    "no address of an officer": (changed(DataController, officer_email=""), ["controllers"]),
    "no address of a controller": (changed(DataController, address=""), ["controllers"]),
    "a structure that begins": (lambda _: factories.member("mds-grigny"), ["controllers"]),
    "no host": (changed(Installation, host=""), ["legal_notices"]),
    "one length to check": (gone(RetentionLimit, kind="archive"), ["limits"]),
    "an old backup": (changed(BackupRun, started_at=hours_ago(27), ended_at=hours_ago(26, 1)), ["backup"]),
    "a clear backup": (changed(BackupRun, is_encrypted=False), ["backup"]),
    "a backup that was not tried": (changed(BackupRun, is_verified=False), ["backup"]),
    "failed backups alone": (changed(BackupRun, is_verified=False, fault="disk_full"), ["backup"]),
    "the owner of the tables": (as_owner, ["database_role"]),
    "broken seals": (changed(SealCheck, fault="le 20/11/2026, une ligne au moins a été changée"), ["seals"]),
    "seals not verified today": (changed(SealCheck, checked_at=hours_ago(26, 1)), ["seals"]),
    "no seal since three days": (changed(SealCheck, last_day="2026-11-21"), ["seals"]),
    "no mail this week": (changed(JobRun, of={"name": "mail"}, ended_at=NOON - timedelta(days=7)), ["mail"]),
    "a late tick": (changed(JobRun, of={"name": "tick"}, ended_at=hours_ago(0, 3)), ["jobs"]),
    "no watch": (gone(JobRun, name="watch"), ["jobs"]),
    "no word of the officer": (gone(Attestation, condition="aipd", territory="grigny"), ["aipd"]),
    "no word of the administrators": (gone(Attestation, condition="aipd", territory=""), ["aipd"]),
    "a restoration of a year ago": (
        changed(Attestation, of={"condition": "retablissement"}, done_on=A_YEAR_AGO), ["retablissement"],
    ),
    "a word of a year ago": (changed(Attestation, of={"condition": "aipd"}, attested_at=A_YEAR_AGO), ["aipd"]),
}  # fmt: skip


@pytest.mark.parametrize(("break_it", "codes"), BROKEN.values(), ids=BROKEN)
def test_what_is_false_says_what_to_do_and_keeps_the_banner(anne, settings, break_it, codes):
    break_it(settings)
    found = find_missing(NOON)
    assert [each.code for each in found] == codes
    assert [each.code for each in found if not (each.words and each.advice)] == []
    with pytest.raises(CannotMoveBanner, match="Le bandeau reste"):
        open_to_real_data(by=anne, at=NOON)
    assert Installation.read().real_data_since is None
    refused = JournalEntry.objects.get(kind="opening.refused")
    assert (refused.actor, refused.data["conditions"]) == (anne, codes)


def test_each_condition_was_seen_false():
    assert {code for _, codes in BROKEN.values() for code in codes} == set(CODES)


def test_the_word_of_an_officer_counts_as_long_as_he_is_one(anne, yves):
    successor = factories.member("caf-91-pilotage", "dpo")
    CodeGenerator.objects.create(user=successor, secret="x", added_at=NOON)
    assert missing() == []
    Membership.objects.filter(user=yves).update(until="2026-11-23")
    assert missing() == AFTER_THE_ACTS
    found = {each.code: each.words for each in read_conditions(NOON)}
    assert found["aipd"].endswith("Reste à attester par le délégué.")


def test_the_word_of_an_administrator_counts_as_long_as_his_account_does(anne):
    successor = factories.member("ville-grigny", "administrator")
    CodeGenerator.objects.create(user=successor, secret="x", added_at=NOON)
    User.objects.filter(pk=anne.pk).update(is_active=False)
    found = {each.code: each.words for each in find_missing(NOON)}
    assert list(found) == AFTER_THE_ACTS
    assert found["aipd"].endswith("Reste à attester par un administrateur.")


def test_an_account_without_second_factor_and_without_structure_is_said_to_be_technical(anne):
    factories.user(is_superuser=True)
    [factors] = [each for each in find_missing(NOON) if each.code == "factors"]
    assert factors.words == "1 compte privilégié n’en a pas : administration technique."


def test_both_are_said(anne):
    factories.user(is_staff=True)
    factories.member("caf-91-pilotage", "manager")
    [factors] = [each for each in read_conditions(NOON, near={"grigny"}) if each.code == "factors"]
    assert factors.words.startswith("2 comptes privilégiés n’en ont pas : ")
    assert factors.words.endswith(" et administration technique.")


def test_a_message_of_the_installation_proves_that_mail_leaves(anne):
    JobRun.objects.filter(name="mail").delete()
    assert missing() == ["mail"]
    send_head(TraceSeal(day=NOON.date(), accesses=1, acts=1, seal="a" * 64, sealed_at=NOON))
    assert missing() == []


def test_every_territory_answers_for_itself(anne):
    as_owner(None)
    make_valbrune()
    found = {each.code: each.words for each in find_missing(NOON)}
    assert "13 durées à confirmer (Valbrune)" in found["limits"]
    assert found["aipd"].endswith("Reste à attester par le délégué de Valbrune.")


def test_a_structure_of_another_territory_is_counted_and_not_named(anne):
    as_owner(None)
    make_valbrune().structure("mds")
    named = {each.code: each.words for each in read_conditions(NOON, near={"valbrune"})}
    unnamed = {each.code: each.words for each in read_conditions(NOON, near={"grigny"})}
    assert "Pilotage de Valbrune" in named["controllers"] or "Valbrune" in named["controllers"]
    assert "MDS" not in unnamed["controllers"]


def test_reading_them_costs_the_same_however_many_people_there_are(anne, django_assert_max_num_queries):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            find_missing(NOON)
        return len(queries)

    before = count()
    for _ in range(5):
        CodeGenerator.objects.create(user=factories.member("caf-91", "manager"), secret="x", added_at=NOON)
    assert count() == before <= 40
