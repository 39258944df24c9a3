"""Two nodes of each behind a pooler, as on two machines; the front that people reach them by; a streaming copy of the database."""

from collections import Counter
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil
import psycopg

from config import embedded
from tests.resilience.pooler import PROGRAM, write_configuration
from tests.resilience.system import Manager, System, free_port, until

PAIRS = ("web", "web b", "worker", "worker b", "beat", "other beat")
STREAMS = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"}


class Nodes(System):
    """Each pair as on two machines: of one database, one queue, one pooler."""

    def __init__(self, home: Path, *, mail_port: int) -> None:
        super().__init__(home, mail_port=mail_port, web_port=free_port())
        self.ports = {"web": self.web_port, "web b": free_port()}
        self.pooler_port, self.replica_port = free_port(), free_port()

    def command(self, name: str) -> list[str]:
        if name == "pooler":
            return [str(PROGRAM), "-u", embedded.ACCOUNT, str(self.home / "pgbouncer.ini")]
        return super().command(name.removesuffix(" b"))

    def start(self, name: str) -> None:
        self.environment["BIND"] = f"127.0.0.1:{self.ports.get(name, self.web_port)}"
        pooled = self.environment.get("DATABASE_URL", "")
        if name == "database":  # it starts none that has an address
            del self.environment["DATABASE_URL"]
        super().start(name)
        if pooled:
            self.environment["DATABASE_URL"] = pooled

    def start_servers(self) -> None:
        self.start("servers")
        until((self.home / "run" / "valkey.sock").exists, "the servers do not start")
        self.go_through_pooler()

    def start_pairs(self) -> None:
        for name in PAIRS:
            self.start(name)

    def go_through_pooler(self) -> None:
        write_configuration(self.home, port=self.pooler_port, replica_port=self.replica_port)
        self.start("pooler")
        address = f"postgresql://postgres@127.0.0.1:{self.pooler_port}/{embedded.DATABASE}"
        self.environment |= {"DATABASE_URL": address, "CONN_MAX_AGE": "0"}


class Front(Manager):
    """As the front does, asks the other node when one takes no connection; keeps what people were answered."""

    def __init__(self, ports: list[int], **signed_in: Any) -> None:
        super().__init__(ports[0], **signed_in)
        self.ports = ports
        self.answers: Counter[str] = Counter()

    def ask(self, path: str, typed: dict[str, str] | None = None) -> str:
        try:
            return self.ask_one(path, typed)
        except ConnectionRefusedError:
            self.ports.reverse()
            self.port = self.ports[0]
            return self.ask_one(path, typed)

    def ask_one(self, path: str, typed: dict[str, str] | None) -> str:
        try:
            page = super().ask(path, typed)
        except ConnectionRefusedError:
            raise
        except (OSError, HTTPException) as error:
            said = str(error)
            self.answers[said if said in ("500", "502", "503") else "cut"] += 1
            raise
        self.answers["well"] += 1
        return page


def let_it_stream(home: Path) -> None:
    """Before the servers start."""
    with (home / "postgresql" / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in STREAMS.items())


class Replica:
    """Of the database of this installation, on a port of its own."""

    def __init__(self, system: System, *, port: int) -> None:
        self.data, self.port = system.home / "replica", port
        self.address = f"postgresql://postgres@127.0.0.1:{self.port}/{embedded.DATABASE}"
        self.data.mkdir(mode=0o700)
        embedded._give_to_postgres(self.data)
        embedded._run_postgres_tool(
            "pg_basebackup", "-h", str(system.home / "run"), "-U", "postgres", "-D", str(self.data), "-R", "--no-sync", "-c", "fast"
        )  # fmt: skip
        system.environment["DATABASE_REPLICA_URL"] = self.address

    def start(self) -> None:
        listens = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories=''"
        embedded._run_postgres_tool(
            "pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.data / "server.log"), "-o", listens
        )  # fmt: skip

    def stop(self) -> None:
        embedded._run_postgres_tool("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self.data), check=False)

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.address, autocommit=True) as connection:
            return connection.execute(query).fetchone()

    def processes(self) -> list[psutil.Process]:
        first = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children(recursive=True)]
