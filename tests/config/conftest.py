"""Folders for servers of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """Not under tmp_path: pytest closes that folder again to the account that PostgreSQL runs under."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    yield folder / "relais"
    shutil.rmtree(folder)
