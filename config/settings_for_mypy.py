"""The settings as the type checker reads them: it has no environment to give."""

import os

os.environ.setdefault("RELAIS_MODE", "development")

from config.settings import *  # noqa: F403
