#!/usr/bin/env python
"""Django's command line, which starts the embedded servers when no other server is named."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" not in os.environ and os.environ.get("RELAIS_MODE") != "production":
        # No server is named: this is a developer's checkout.
        from config import embedded

        os.environ.setdefault("RELAIS_MODE", "development")
        embedded.start_servers()
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.MODE  # noqa: B018 - read here, so that what is wrong is said in words
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
