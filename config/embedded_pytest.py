"""Starts the servers before pytest-django reads the settings; parallel workers inherit their addresses."""

import os
from collections.abc import Generator

import pytest

from config import embedded


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    os.environ["RELAIS_MODE"] = "test"
    embedded.start_servers()
    if os.environ["REDIS_URL"] == embedded.redis_url():
        # Wake-up calls of the tests stay apart from those of a demonstration that runs beside them.
        os.environ["REDIS_URL"] += "?db=15"
    return (yield)
