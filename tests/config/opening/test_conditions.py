"""Each condition is read from what is there, and one that is false keeps the banner."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
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


def in_development(settings):
    settings.PRODUCTION = False


def without_second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def without_proof(settings):
    settings.PROOF_LASTS = None


def without_scanner(settings):
    settings.CLAMD_URL = ""


def with_a_scanner_that_is_silent(settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:1"


def with_a_manager_without_factor(settings):
    factories.member("mds-grigny", "manager")


def with_a_technical_administrator_without_factor(settings):
    factories.user(is_staff=True)


def with_one_administrator(settings):
    Membership.objects.filter(user__first_name="Ben").delete()


def with_an_administrator_who_cannot_be_reached(settings):
    ben = User.objects.get(first_name="Ben")
    User.objects.filter(pk=ben.pk).update(failing_email=ben.email)


def without_officer(settings):
    Membership.objects.filter(role="dpo").update(role="agent")


def without_address_of_an_officer(settings):
    DataController.objects.update(officer_email="")


def without_address_of_a_controller(settings):
    DataController.objects.update(address="")


def with_a_structure_that_begins(settings):
    factories.member("mds-grigny")


def without_host(settings):
    Installation.objects.update(host="")


def with_one_length_to_check(settings):
    RetentionLimit.objects.filter(kind="archive").delete()


def with_an_old_backup(settings):
    BackupRun.objects.update(started_at=NOON - timedelta(hours=27), ended_at=NOON - timedelta(hours=26, minutes=1))


def with_a_clear_backup(settings):
    BackupRun.objects.update(is_encrypted=False)


def with_a_backup_that_was_not_tried(settings):
    BackupRun.objects.update(is_verified=False)


def with_failed_backups_alone(settings):
    BackupRun.objects.update(is_verified=False, fault="disk_full")


def as_owner_of_the_tables(settings):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def with_broken_seals(settings):
    SealCheck.objects.update(fault="le 20/11/2026, une ligne au moins a été changée")


def with_seals_not_verified_today(settings):
    SealCheck.objects.update(checked_at=NOON - timedelta(hours=26, minutes=1))


def with_no_seal_since_three_days(settings):
    SealCheck.objects.update(last_day="2026-11-21")


def with_no_mail_this_week(settings):
    JobRun.objects.filter(name="mail").update(ended_at=NOON - timedelta(days=7))


def with_a_late_tick(settings):
    JobRun.objects.filter(name="tick").update(ended_at=NOON - timedelta(minutes=3))


def without_watch(settings):
    JobRun.objects.filter(name="watch").delete()


def without_the_officers_word(settings):
    Attestation.objects.filter(condition="aipd", territory="grigny").delete()


def without_the_administrators_word(settings):
    Attestation.objects.filter(condition="aipd", territory="").delete()


def with_a_restoration_of_a_year_ago(settings):
    Attestation.objects.filter(condition="retablissement").update(done_on=NOON - timedelta(days=365))


def with_a_word_of_a_year_ago(settings):
    Attestation.objects.filter(condition="aipd").update(attested_at=NOON - timedelta(days=365))


BROKEN: dict[Callable[..., None], list[str]] = {
    in_development: ["production"],
    without_second_factor: ["production"],
    without_proof: ["production"],
    without_scanner: ["scanner"],
    with_a_scanner_that_is_silent: ["scanner"],
    with_a_manager_without_factor: ["factors", "controllers"],
    with_a_technical_administrator_without_factor: ["factors"],
    with_one_administrator: ["administrators"],
    with_an_administrator_who_cannot_be_reached: ["administrators"],
    without_officer: ["officers", *CODES[CODES.index("registre") :]],
    without_address_of_an_officer: ["controllers"],
    without_address_of_a_controller: ["controllers"],
    with_a_structure_that_begins: ["controllers"],
    without_host: ["legal_notices"],
    with_one_length_to_check: ["limits"],
    with_an_old_backup: ["backup"],
    with_a_clear_backup: ["backup"],
    with_a_backup_that_was_not_tried: ["backup"],
    with_failed_backups_alone: ["backup"],
    as_owner_of_the_tables: ["database_role"],
    with_broken_seals: ["seals"],
    with_seals_not_verified_today: ["seals"],
    with_no_seal_since_three_days: ["seals"],
    with_no_mail_this_week: ["mail"],
    with_a_late_tick: ["jobs"],
    without_watch: ["jobs"],
    without_the_officers_word: ["aipd"],
    without_the_administrators_word: ["aipd"],
    with_a_restoration_of_a_year_ago: ["retablissement"],
    with_a_word_of_a_year_ago: ["aipd"],
}


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda each: each.__name__)
def test_what_is_false_says_what_to_do_and_keeps_the_banner(anne, settings, breaking):
    breaking(settings)
    found = find_missing(NOON)
    assert [each.code for each in found] == BROKEN[breaking]
    assert [each.code for each in found if not (each.words and each.advice)] == []
    with pytest.raises(CannotMoveBanner, match="Le bandeau reste"):
        open_to_real_data(by=anne, at=NOON)
    assert Installation.read().real_data_since is None
    refused = JournalEntry.objects.get(kind="opening.refused")
    assert (refused.actor, refused.data["conditions"]) == (anne, BROKEN[breaking])


def test_each_condition_was_seen_false():
    assert {code for codes in BROKEN.values() for code in codes} == set(CODES)


def test_the_word_of_an_officer_counts_as_long_as_he_is_one(anne, yves):
    successor = factories.member("caf-91-pilotage", "dpo")
    CodeGenerator.objects.create(user=successor, secret="x", added_at=NOON)
    assert missing() == []
    Membership.objects.filter(user=yves).update(until="2026-11-23")
    assert missing() == CODES[CODES.index("registre") :]
    found = {each.code: each.words for each in read_conditions(NOON)}
    assert found["aipd"].endswith("Reste à attester par le délégué.")


def test_the_word_of_an_administrator_counts_as_long_as_his_account_does(anne):
    successor = factories.member("ville-grigny", "administrator")
    CodeGenerator.objects.create(user=successor, secret="x", added_at=NOON)
    User.objects.filter(pk=anne.pk).update(is_active=False)
    found = {each.code: each.words for each in find_missing(NOON)}
    assert list(found) == CODES[CODES.index("registre") :]
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
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    make_valbrune()
    found = {each.code: each.words for each in find_missing(NOON)}
    assert "13 durées à confirmer (Valbrune)" in found["limits"]
    assert found["aipd"].endswith("Reste à attester par le délégué de Valbrune.")


def test_a_structure_of_another_territory_is_counted_and_not_named(anne):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
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
