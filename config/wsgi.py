"""Where gunicorn comes in."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as refusal:
    # Loaded before gunicorn asks `on_starting`.
    sys.exit(str(refusal))
# Read with the rest, not by the first page that each process serves.
get_resolver().url_patterns  # noqa: B018
