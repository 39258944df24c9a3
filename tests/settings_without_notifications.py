"""The product without the application that tells."""

from config.settings import *  # noqa: F403
from config.settings import FIRST_PARTY_APPS, INSTALLED_APPS

INSTALLED_APPS = [each for each in INSTALLED_APPS if each not in ("notifications", "demo", "benchmarks")]
FIRST_PARTY_APPS = FIRST_PARTY_APPS - {"notifications"}
