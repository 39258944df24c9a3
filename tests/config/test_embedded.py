"""The servers of a checkout, started and killed for good in a folder of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psutil
import psycopg
import pytest
import redis

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
# Says where the servers are, then uses them until a line comes in or it is killed.
USER = """
import os, sys
from config import embedded
embedded.start_servers()
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.readline()
"""


class User:
    """A process that uses the servers."""

    def __init__(self, home: Path, **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER],
            cwd=ROOT,
            env={**inherited, "RELAIS_HOME": str(home), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.database_url, self.redis_url = self.process.stdout.readline().split()

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def ping(self) -> bool:
        with redis.Redis.from_url(self.redis_url) as client:
            return bool(client.ping())

    def leave(self) -> None:
        if self.process.poll() is None:
            self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture
def use(home: Path) -> Iterator[Callable[[], User]]:
    with ExitStack() as stack:

        def new() -> User:
            user = User(home)
            stack.callback(user.leave)
            return user

        yield new


def servers(home: Path) -> set[str]:
    """Programs running on that folder's files."""
    found = set()
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        if process.info["name"] in {"postgres", "valkey-server"} and str(home) in " ".join(
            process.info["cmdline"] or []
        ):
            found.add(process.info["name"])
    return found


def kill_servers(home: Path) -> None:
    for process in psutil.process_iter(["cmdline"]):
        if str(home) in " ".join(process.info["cmdline"] or []):
            process.send_signal(signal.SIGKILL)


def test_the_servers_start_from_nothing_and_stop_with_their_user(use, home):
    user = use()

    assert user.sql("SELECT current_database(), current_setting('server_version_num')::int / 10000") == [
        ("relais", 18)
    ]
    assert user.ping()
    user.leave()

    assert servers(home) == set()


def test_capitals_with_accents_are_letters_like_others(use):
    user = use()
    user.sql("CREATE EXTENSION pg_trgm")

    assert user.sql("SELECT lower('ÉLODIE'), 'ÉLODIE' ILIKE 'élo%', show_trgm('É') = show_trgm('é')") == [
        ("élodie", True, True)
    ]
    assert user.sql("SELECT cardinality(show_trgm('é')) > 0") == [(True,)]


def test_the_servers_stay_as_long_as_somebody_uses_them(use, home):
    first, second = use(), use()

    first.leave()
    assert second.sql("SELECT 1") == [(1,)]
    assert second.ping()

    second.leave()
    assert servers(home) == set()


def test_what_a_killed_user_leaves_running_is_taken_over_and_stopped(use, home):
    first = use()
    first.sql("CREATE TABLE kept (n int)")
    first.kill()
    assert servers(home) == {"postgres", "valkey-server"}

    second = use()
    assert second.sql("SELECT * FROM kept") == []
    second.leave()

    assert servers(home) == set()


def test_killed_servers_start_again_with_their_data(use, home):
    first = use()
    first.sql("CREATE TABLE kept AS SELECT 7 AS n")
    kill_servers(home)
    first.kill()
    # By now the dead server's number may be another program's: ours, for instance.
    pid_file = home / "postgresql" / "postmaster.pid"
    _, rest = pid_file.read_text().split("\n", 1)
    pid_file.write_text(f"{os.getpid()}\n{rest}")

    second = use()

    assert second.sql("SELECT n FROM kept") == [(7,)]
    assert second.ping()


def test_data_of_an_earlier_version_follow_the_settings_of_this_one(use, home):
    use().leave()
    data = home / "postgresql"
    (data / "relais.conf").unlink()
    conf = data / "postgresql.conf"
    # As the versions before wrote them.
    conf.write_text(conf.read_text().replace("include 'relais.conf'\n", "max_locks_per_transaction = '64'\n"))

    assert use().sql("SHOW max_locks_per_transaction") == [("512",)]


def test_what_somebody_writes_at_the_end_of_the_configuration_counts_at_each_start(use, home):
    use().leave()
    conf = home / "postgresql" / "postgresql.conf"
    written = conf.read_text() + "wal_level = 'replica'\n"
    conf.write_text(written)

    for _ in range(2):
        user = use()
        assert user.sql("SHOW wal_level") == [("replica",)]
        user.leave()
    assert conf.read_text() == written


def test_a_first_start_that_was_killed_halfway_begins_again(use, home):
    halfway = home / "postgresql"
    halfway.mkdir(parents=True)
    (halfway / "base").mkdir()

    assert use().sql("SELECT 1") == [(1,)]


def test_a_kill_while_the_database_is_created_leaves_nothing_that_passes_for_one(use, home):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELAIS_HOME": str(home)}
    first = subprocess.Popen([sys.executable, "-c", USER], cwd=ROOT, env=environment, start_new_session=True)
    while not list(home.glob("postgresql*/PG_VERSION")):
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    assert use().sql("SELECT current_setting('listen_addresses')") == [("",)]


def test_a_path_too_long_for_sockets_puts_them_elsewhere(home):
    deep = home / ("un dossier au nom interminable " * 4)
    user = User(deep)

    assert str(deep) not in unquote(user.database_url)
    assert user.sql("SELECT 1") == [(1,)]
    assert user.ping()
    sockets = Path(user.redis_url.removeprefix("unix://")).parent
    assert sockets.exists()
    user.leave()
    assert not sockets.exists()


def test_servers_named_in_the_environment_are_left_alone(home):
    user = User(home, DATABASE_URL="postgresql://db/relais", REDIS_URL="redis://redis/0")
    user.leave()

    assert (user.database_url, user.redis_url) == ("postgresql://db/relais", "redis://redis/0")
    assert not home.exists()
