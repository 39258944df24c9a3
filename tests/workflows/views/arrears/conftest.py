"""Who reports arrears, who receives at the counter, who follows, and the case of a plan."""

import pytest

from tests import factories
from tests.workflows.views.case.test_case import followed_by


@pytest.fixture
def yann(at_noon, client):
    """Of the counter, signed in since noon."""
    person = factories.member("ccas-grigny-accueil", "front_desk", first_name="Yann", last_name="Prigent")
    client.force_login(person)
    return person


@pytest.fixture
def landlord(at_noon, client):
    """The correspondent of a landlord, signed in since noon."""
    person = factories.member("bailleur-a", "correspondent")
    client.force_login(person)
    return person


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def case(worker):
    """2 120,00 € owed on 24 November, an FSL file to build, a plan of twenty times 106,00 € from 5 December."""
    return followed_by(worker, until="monitor")
