"""The register of what persons ask about their own data: delays of the GDPR counted by rules, states, refusals."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.actions import subject_requests
from cases.actions.deadlines import NoRule
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.models import DeadlineRule, JournalEntry, Structure, SubjectRequest, User
from tests import factories
from tests.factories import NOON
from tests.two_cities import make_valbrune

pytestmark = pytest.mark.django_db

ASKED = {"reference": "DPO-2026-014", "kind": "access", "channel": "email", "received_on": date(2026, 11, 20)}


@pytest.fixture
def officer() -> User:
    return factories.member("caf-91", "dpo")


def by(officer: User, *, at: Any = NOON) -> dict[str, Any]:
    return {"structure": factories.structure("caf-91"), "by": officer, "at": at}


def recorded(officer: User, **changes: Any) -> SubjectRequest:
    organisation = factories.structure("caf-91").organisation
    typed: dict[str, Any] = {"organisation": organisation, "case": None, **ASKED, **changes}
    return subject_requests.record(**typed, **by(officer))


def answered(officer: User, request: SubjectRequest, **changes: Any) -> SubjectRequest:
    typed: dict[str, Any] = {"outcome": "granted", "ground": "", "channel": "post", "answered_on": NOON.date()}
    return subject_requests.answer(request=request, **typed | changes, **by(officer))


def lines() -> list[tuple[str, dict[str, Any]]]:
    found = JournalEntry.objects.filter(kind__startswith="subject_request.").order_by("pk")
    assert not found.exclude(case=None).exists(), "no line in the journal of a case"
    return list(found.values_list("kind", "data"))


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 11, 20), date(2026, 12, 21)),  # 20 December is a Sunday
        (date(2026, 11, 24), date(2026, 12, 24)),
        (date(2026, 10, 31), date(2026, 11, 30)),  # November has no 31st
        (date(2026, 3, 1), date(2026, 4, 1)),
        (date(2026, 4, 1), date(2026, 5, 4)),  # 1 May is a holiday, a Friday
    ],
)
def test_a_request_is_due_one_month_after_it_is_received(officer, received_on, due_on):
    request = recorded(officer, received_on=received_on)
    assert (request.due_on, request.first_due_on, request.state) == (due_on, due_on, "open")
    assert request.rule.reference == "RGPD, article 12, 3 ; règlement n° 1182/71, article 3"
    assert request.steps[0].startswith(f"{received_on:%d/%m/%Y} + 1 mois")


def test_recording_writes_one_line_that_names_nobody(officer):
    case = factories.reported()
    request = recorded(officer, case=case)
    assert lines() == [("subject_request.recorded", {"subject_request": request.pk, "code": "access"})]
    assert JournalEntry.objects.latest("pk").structure == factories.structure("caf-91")


def test_more_time_is_three_months_from_the_reception_once_and_told_in_the_first(officer):
    request = recorded(officer)
    told: dict[str, Any] = {"reason": "complex", "told_on": date(2026, 11, 24)}
    longer = subject_requests.extend(request=request, **told, **by(officer))
    assert (longer.due_on, longer.first_due_on) == (date(2027, 2, 22), date(2026, 12, 21))  # 20 February: a Saturday
    assert (longer.state, longer.told_on, longer.extension_reason) == ("extended", date(2026, 11, 24), "complex")
    with pytest.raises(CannotChangeSubjectRequest, match="déjà prolongée"):
        subject_requests.extend(request=request, **told, **by(officer))
    assert [kind for kind, _ in lines()] == ["subject_request.recorded", "subject_request.extended"]


@pytest.mark.parametrize(
    ("told_on", "later", "message"),
    [
        (date(2026, 12, 22), 30, "devait être annoncée le 21/12/2026 au plus tard : répondre sans attendre"),
        (date(2026, 11, 19), 0, "précède la réception de la demande (20/11/2026)"),
        (date(2026, 11, 25), 0, "à venir"),
    ],
)
def test_a_longer_delay_that_was_not_told_in_time_is_refused(officer, told_on, later, message):
    request = recorded(officer)
    at = NOON + timedelta(days=later)
    with pytest.raises(CannotChangeSubjectRequest) as refusal:
        subject_requests.extend(request=request, reason="many", told_on=told_on, **by(officer, at=at))
    assert message in str(refusal.value)
    assert refusal.value.field == "told_on"
    request.refresh_from_db()
    assert (request.state, request.due_on) == ("open", date(2026, 12, 21))


def test_an_answer_ends_the_request_and_only_once(officer):
    request = answered(officer, recorded(officer))
    assert (request.state, request.ended_on, request.outcome) == ("answered", date(2026, 11, 24), "granted")
    assert not request.is_late(NOON.date())
    with pytest.raises(CannotChangeSubjectRequest, match="déjà terminée \\(répondue le 24/11/2026\\)"):
        answered(officer, request)
    with pytest.raises(CannotChangeSubjectRequest, match="déjà terminée"):
        subject_requests.extend(request=request, reason="many", told_on=date(2026, 11, 24), **by(officer))
    with pytest.raises(CannotChangeSubjectRequest, match="déjà terminée"):
        subject_requests.withdraw(request=request, reason="mistake", **by(officer))
    assert lines()[-1] == ("subject_request.answered", {"subject_request": request.pk, "code": "granted"})


@pytest.mark.parametrize("outcome", ["partly", "refused"])
def test_less_than_what_was_asked_says_on_what_ground_which_is_not_kept_otherwise(officer, outcome):
    request = recorded(officer)
    with pytest.raises(CannotChangeSubjectRequest, match="sur quel motif") as refusal:
        answered(officer, request, outcome=outcome)
    assert refusal.value.field == "ground"
    assert answered(officer, request, outcome=outcome, ground="third_party").ground == "third_party"
    assert answered(officer, recorded(officer, reference="DPO-2026-015"), ground="excessive").ground == ""


@pytest.mark.parametrize(
    ("day", "message"), [(date(2026, 11, 19), "précède la réception"), (date(2026, 11, 25), "à venir")]
)
def test_an_answer_of_an_impossible_day_is_refused(officer, day, message):
    with pytest.raises(CannotChangeSubjectRequest, match=message):
        answered(officer, recorded(officer), answered_on=day)


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"received_on": date(2026, 11, 25)}, "received_on", "à venir"),
        ({"received_on": date(2016, 11, 20)}, "received_on", "vérifier l’année"),
        ({}, "reference", "déjà dans votre registre"),
    ],
)
def test_a_request_that_cannot_be_is_refused(officer, typed, field, message):
    recorded(officer)
    with pytest.raises(CannotChangeSubjectRequest, match=message) as refusal:
        recorded(officer, **typed)
    assert refusal.value.field == field
    assert SubjectRequest.objects.count() == 1


def test_another_controller_and_the_same_in_another_territory_may_use_the_same_reference(officer):
    recorded(officer)
    other = recorded(officer, organisation=factories.structure("mds-grigny").organisation)
    assert SubjectRequest.objects.filter(reference=other.reference).count() == 2
    make_valbrune()
    beside = Structure.objects.get(code="valbrune-caf-social")
    typed: dict[str, Any] = {"organisation": beside.organisation, "case": None, **ASKED}
    other = subject_requests.record(structure=beside, by=factories.user(), at=NOON, **typed)
    assert other.territory == "valbrune"
    with pytest.raises(CannotChangeSubjectRequest, match="déjà dans votre registre"):
        recorded(officer)


def test_a_request_without_object_stays_in_the_register(officer):
    request = subject_requests.withdraw(request=recorded(officer), reason="by_the_person", **by(officer))
    found = request.state, request.ended_on, request.is_late(date(2027, 6, 1))
    assert found == ("withdrawn", date(2026, 11, 24), False)


def test_late_is_after_the_last_day_whether_answered_or_not(officer):
    request = recorded(officer)
    assert [request.is_late(date(2026, 12, day)) for day in (21, 22)] == [False, True]
    at = NOON + timedelta(days=30)
    said: dict[str, Any] = {"outcome": "no_data", "ground": "", "channel": "post", "answered_on": date(2026, 12, 22)}
    assert subject_requests.answer(request=request, **said, **by(officer, at=at)).is_late(date(2027, 6, 1))


def test_the_delay_is_that_of_the_catalogue_and_without_a_rule_nothing_is_recorded(officer):
    DeadlineRule.objects.filter(code="RGPD-ANSWER").update(length=2)
    assert recorded(officer).due_on == date(2027, 1, 20)
    SubjectRequest.objects.all().delete()
    DeadlineRule.objects.filter(code="RGPD-ANSWER").delete()
    with pytest.raises(NoRule, match="catalogue"):
        recorded(officer)
    assert not SubjectRequest.objects.exists()


def test_the_database_refuses_an_end_that_does_not_say_how(officer):
    request = recorded(officer)
    with pytest.raises(IntegrityError, match="an_ended_request_says_when_and_how"), transaction.atomic():
        SubjectRequest.objects.filter(pk=request.pk).update(state="answered", ended_on=date(2026, 11, 24))
