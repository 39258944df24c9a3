"""As in production, but that the port opens only once the demonstration has its cases: the pages load meanwhile."""

import sys

from config import gunicorn_conf
from config.gunicorn_conf import *  # noqa: F403 - gunicorn reads the settings of one module


def on_starting(server: object) -> None:  # type: ignore[no-redef]  # in the place of production’s
    gunicorn_conf.on_starting(server)
    if not sys.stdin.readline():  # whoever makes the data is gone
        sys.exit()
