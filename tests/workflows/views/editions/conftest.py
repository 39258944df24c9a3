import pytest

from tests.factories import member


@pytest.fixture
def maud(at_noon, client):
    """The pilot of action 13, signed in: the letters, the scales and the remedies of overpayments are hers."""
    person = member("ville-grigny", "pilot", first_name="Maud", last_name="Ferrier")
    client.force_login(person)
    return person
