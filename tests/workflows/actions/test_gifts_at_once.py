"""Something is given to a structure while it ends, each on a connection of its own: nothing is left where nobody is.

Whichever comes second, of the end and of the gift, is refused; the other is whole.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.actions import coordination, invitations, nominations, sharing_requests, tenancies
from cases.actions.notices import NoticeReception
from cases.models import (
    Case,
    Invitation,
    LegalReferent,
    Nomination,
    Participation,
    Question,
    Report,
    SharingRequest,
    Tenancy,
    User,
)
from cases.refusals import OutOfService, Refusal
from cases.rules.notices import TypedLine
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON, structure
from tests.journeys import scene
from tests.workflows.actions.test_structures_at_once import end
from tests.workflows.walk import Walk
from workflows.actions import overpayment, report, sharing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
GIVEN = "epfif-social"
Gift = Callable[[], Callable[[], object]]


@pytest.fixture
def anne() -> User:
    return factories.member("ville-grigny", "administrator")


def followed() -> tuple[Case, User]:
    """A case that the CAF follows."""
    manager, worker = factories.member("caf-91", "manager"), factories.member("caf-91")
    lease = factories.tenancy(housing="private", aid_kind="ALF")
    case = factories.reported(lease, **factories.FAMILY)
    Walk(case).take("answer", by=manager, accept=True, professional=worker, reason="")
    return case, worker


def a_part() -> Callable[[], object]:
    case, worker = followed()
    added: dict[str, Any] = {"level": "card", "basis": "SH-3", "by": worker, "at": NOON}
    return lambda: sharing.share(case=case, structure=structure(GIVEN), **added)


def a_request_to_share() -> Callable[[], object]:
    case, _ = followed()
    asking = factories.member(GIVEN)
    asked: dict[str, Any] = {"reason": "suivi social", "basis": "SH-3", "by": asking, "at": NOON}
    return lambda: sharing_requests.ask(case=case, structure=structure(GIVEN), **asked)


def an_invitation() -> Callable[[], object]:
    manager = factories.member(GIVEN, "manager")
    named: dict[str, Any] = {"email": "h@example.org", "first_name": "H", "last_name": "L"}
    return lambda: invitations.invite(structure=structure(GIVEN), role="agent", by=manager, at=NOON, **named)


def a_first_manager() -> Callable[[], object]:
    administrator = factories.member("ccas-grigny", "administrator")
    named: dict[str, Any] = {"email": "h@example.org", "first_name": "H", "last_name": "L"}
    return lambda: nominations.nominate(structure=structure(GIVEN), role="manager", by=administrator, at=NOON, **named)


def a_legal_referent() -> Callable[[], object]:
    worker, helper = factories.member("caf-91"), factories.member("mds-grigny")
    case = scene.coordinated(worker=worker, helper=helper)
    noted: dict[str, Any] = {"on": NOON.date(), "structure": structure("caf-91"), "by": worker, "at": NOON}
    return lambda: coordination.record_legal(case=case, legal=structure("france-travail-91"), **noted)


def test_the_law_gives_no_referent_in_a_structure_that_has_just_ended(anne: User):
    note = a_legal_referent()
    refused = second_of(end("france-travail-91", by=anne), note)
    assert isinstance(refused, OutOfService), refused
    assert not LegalReferent.objects.exists()


def test_a_structure_does_not_end_while_it_is_noted_as_the_one_of_the_law(anne: User):
    refused = second_of(a_legal_referent(), end("france-travail-91", by=anne))
    assert (
        "Il lui reste 1 personne dont elle a le référent unique (à changer sur la page de cette personne, « Noter le référent"
        " unique », par qui la suit)"
    ) in str(refused)
    assert LegalReferent.objects.count() == 1


@pytest.mark.parametrize("role", ["landlord", "manager"])
def test_no_lease_is_recorded_of_a_landlord_that_has_just_ended(role: str, anne: User):
    owners = {"landlord": structure("bailleur-a"), role: structure("gestionnaire-b")}
    lease = Tenancy(
        household=factories.household(), address="3 rue des Lacs", reference="L9", housing="social", **owners
    )
    refused = second_of(end("gestionnaire-b", by=anne), lambda: tenancies.record_tenancy(tenancy=lease, at=NOON))
    assert isinstance(refused, OutOfService), refused
    assert not Tenancy.objects.exists()


def what_it_has() -> list[Any]:
    given = {"structure__code": GIVEN}
    return [
        *Participation.objects.filter(until=None, **given),
        *SharingRequest.objects.filter(state="asked", **given),
        *Invitation.objects.waiting().filter(**given),
        *Nomination.objects.waiting().filter(**given),
    ]


@pytest.mark.parametrize("gift", [a_part, a_request_to_share, an_invitation, a_first_manager])
def test_a_gift_to_a_structure_that_has_just_ended_is_refused(gift: Gift, anne: User):
    give = gift()
    refused = second_of(end(GIVEN, by=anne), give)
    assert isinstance(refused, Refusal), refused
    assert not structure(GIVEN).is_active
    assert what_it_has() == []


@pytest.mark.parametrize("gift", [a_part, a_request_to_share])
def test_a_structure_does_not_end_under_what_it_is_given(gift: Gift, anne: User):
    refused = second_of(gift(), end(GIVEN, by=anne))
    assert "Il lui reste 1 " in str(refused)
    assert structure(GIVEN).is_active
    assert len(what_it_has()) == 1


@pytest.mark.parametrize("gift", [an_invitation, a_first_manager])
def test_whoever_was_invited_as_a_structure_ends_is_invited_no_more(gift: Gift, anne: User):
    done = second_of(gift(), end(GIVEN, by=anne))
    assert done is None
    assert not structure(GIVEN).is_active
    assert what_it_has() == []


def test_a_landlord_that_ends_reports_nothing_more(anne: User):
    lease, manager = factories.tenancy(), "gestionnaire-b"
    said: dict[str, Any] = {
        "channel": "landlord_form",
        "balance": Decimal(900),
        "as_of": date(2026, 10, 31),
        "at": NOON,
    }
    refused = second_of(
        end(manager, by=anne), lambda: report.report_arrears(tenancy=lease, structure=structure(manager), **said)
    )
    assert isinstance(refused, OutOfService), refused
    assert "n’est plus en service depuis un instant" in str(refused)
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_no_notice_is_recorded_of_a_creditor_that_ends(anne: User):
    worker = factories.member("ccas-grigny")
    home = factories.household()
    refused = second_of(
        end("cpam-91", by=anne),
        lambda: overpayment.open_with_notice(
            household=home,
            operator="cpam",
            letter_date=date(2026, 11, 2),
            received=NoticeReception(on=date(2026, 11, 5), how="post"),
            lines=[TypedLine(benefit="ij", amount=Decimal("2306.15"))],
            structure=structure("ccas-grigny"),
            by=worker,
            at=NOON,
        ),
    )
    assert isinstance(refused, Refusal), refused
    assert not Case.objects.exists()
    assert not Question.objects.exists()
