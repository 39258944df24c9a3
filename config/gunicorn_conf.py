"""How gunicorn serves the pages. Its access log leaves out the query string, where a searched name would stand."""

import os
import subprocess
import sys
from typing import Any

from gunicorn.glogging import Logger


class DiscreetLogger(Logger):
    """The address of a personal calendar is its only key: the log says that one was read, never which."""

    def atoms(self, *args: object) -> dict[str, object]:
        atoms: dict[str, Any] = super().atoms(*args)
        if str(atoms["U"]).startswith("/calendrier/"):
            atoms["U"] = "/calendrier/"
        return atoms


def on_starting(server: object) -> None:
    """What cannot serve is refused in words, once, and not by a trace of each process."""
    refused = subprocess.run([sys.executable, "-m", "config.starting"], check=False).returncode
    if refused:
        sys.exit(refused)


bind = os.environ.get("BIND", "0.0.0.0:8000")  # inside a container
workers = int(os.environ.get("WEB_WORKERS", "3"))
threads = 4
# Before the port opens: whoever asks a container that starts would wait for it, while another answers.
preload_app = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
logger_class = DiscreetLogger
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(M)sms"
# The request line, headers and the address of the visitor stay out of the log.
control_socket_disable = True
timeout = 60
graceful_timeout = 30
max_requests = 2000
max_requests_jitter = 200
