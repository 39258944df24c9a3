"""How gunicorn serves the pages, and writes one line for each. The address that was asked, its query string, the headers and
the visitor’s own address stay out: the route is named by Django (`observed.py`).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from gunicorn.glogging import Logger

from config import garbage, logs

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class DiscreetLogger(Logger):
    def setup(self, cfg: object) -> None:
        """gunicorn’s own messages are written as all else is."""
        super().setup(cfg)
        told = logs.JsonLine() if logs.chosen_format() == "json" else logs.WithoutWords(logs.LINE, style="{")
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(told)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        method = environ.get("REQUEST_METHOD")
        told = {
            "method": method if method in METHODS else "?",
            "route": "/static/" if str(environ.get("PATH_INFO")).startswith("/static/") else logs.UNKNOWN_ADDRESS,
            "status": int(str(resp.status).split(maxsplit=1)[0]),
            "ms": round(request_time.total_seconds() * 1000),
            **environ.get(logs.TOLD, {}),
        }
        message = "{method} {route} {status} {ms}ms".format(**told)
        self.access_log.info(message, extra=told)

    def warning(self, msg: object, *args: Any, **kwargs: Any) -> None:
        """What cannot be read as a request is quoted there, with the address of whoever sent it."""
        super().warning("Invalid request" if str(msg).startswith("Invalid request") else msg, *args, **kwargs)

    def exception(self, msg: object, *args: Any, **kwargs: Any) -> None:
        """An argument is the address that was asked."""
        is_asked = str(msg).startswith("Error handling request")
        super().exception("Error handling request" if is_asked else msg, *(() if is_asked else args), **kwargs)


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
control_socket_disable = True
timeout = 60
graceful_timeout = 30
max_requests = 2000
max_requests_jitter = 200

# Figures of all the processes, each in files named after its place: the next one in that place goes on with them.

if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="relais-metrics-")


def when_ready(server: object) -> None:
    garbage.spare_loaded_code()  # before the first process is forked


def pre_fork(server: Any, worker: Any) -> None:
    taken = {each.place for each in server.WORKERS.values()}
    worker.place = next(place for place in range(len(taken) + 1) if place not in taken)


def post_fork(server: Any, worker: Any) -> None:
    os.environ["GUNICORN_PLACE"] = str(worker.place)


def on_exit(server: object) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
