"""A real PgBouncer in transaction mode, which sends each transaction to another connection of the server."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config import embedded

PROGRAM = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
CONFIGURATION = """
[databases]
relais = host={sockets} dbname={database} user=postgres pool_size=4 min_pool_size=4
relais_replica = host=127.0.0.1 port={replica_port} dbname={database} user=postgres pool_size=4
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
server_round_robin = 1
max_prepared_statements = 0
"""


def write_configuration(home: Path, *, port: int, replica_port: int = 1) -> Path:
    """`replica_port`: where nobody listens, without a replica."""
    written = home / "pgbouncer.ini"
    written.write_text(
        CONFIGURATION.format(sockets=home / "run", database=embedded.DATABASE, port=port, replica_port=replica_port),
        encoding="utf-8",
    )
    written.chmod(0o644)
    return written


@contextmanager
def pooling(home: Path, *, port: int) -> Iterator[str]:
    """The address of the database of this folder, through the pooler."""
    assert PROGRAM
    configuration = write_configuration(home, port=port)
    # Root it refuses to be; that account may read the folder already.
    account: dict[str, Any] = embedded._as_postgres()
    with (home / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, str(configuration)], stdout=log, stderr=log, cwd="/", **account)
    address = f"postgresql://postgres@127.0.0.1:{port}/relais"
    try:
        _wait_until_it_answers(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "pgbouncer ended"
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("pgbouncer does not answer")
