"""Starts the servers before pytest-django reads the settings; parallel workers inherit their addresses."""

import os
from collections.abc import Generator

import pytest

from config import embedded


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    os.environ["RELAIS_MODE"] = "test"
    embedded.start()
    return (yield)
