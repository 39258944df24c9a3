"""Where gunicorn comes in."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Read with the rest, not by the first page that each process serves.
get_resolver().url_patterns  # noqa: B018
