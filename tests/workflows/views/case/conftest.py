import pytest

from cases.models import Case, User
from tests.workflows.views.case.test_case import followed_by


@pytest.fixture
def case(worker: User) -> Case:
    """Of the CAF, followed by who is signed in: it waits for its diagnosis."""
    found: Case = followed_by(worker)
    return found
