from datetime import date

import pytest

from cases.models import Beneficiary, Case, User
from tests.factories import member
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_tenant_letters import HEARING, SAFE, add_co_holder, happened


@pytest.fixture
def worker() -> User:
    return member("caf-91", first_name="Claire", last_name="Montel", phone="0169000001")


@pytest.fixture
def case(worker: User) -> Case:
    """Followed by the worker."""
    return followed_by(worker)


@pytest.fixture
def sued(case: Case, worker: User) -> Case:
    """The same, before a hearing."""
    happened(case, worker, "summons_served", date(2026, 11, 3))
    happened(case, worker, "hearing", HEARING)
    return case


@pytest.fixture
def other(sued: Case) -> Beneficiary:
    """The one who left: Luis, on the lease with Ana; he may not be written to at home."""
    return add_co_holder(sued, safe_address=SAFE)
