"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def brand(request: HttpRequest) -> dict[str, Any]:
    return {"brand": settings.RELAIS_BRAND, "demo": settings.DEMO}
