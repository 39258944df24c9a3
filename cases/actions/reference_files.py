"""Which files the first editions are read from: an installation has its own in place of the product’s (`REFERENCE_FOLDER`)."""

from pathlib import Path

from django.conf import settings


def own_file(packaged: Path) -> Path | None:
    """What the installation has in place of a file of the product, if it has."""
    own = Path(settings.REFERENCE_FOLDER) / packaged.name
    return own if settings.REFERENCE_FOLDER and own.is_file() else None


def find_file(packaged: Path) -> Path:
    return own_file(packaged) or packaged
