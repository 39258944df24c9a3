"""The databases of an installation, as its environment names them."""

from typing import Any
from urllib.parse import unquote

import environ

from cases.replica import ALIAS
from config import embedded

SOON_LEFT = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A replica that is cut holds nobody for long (25 s in the midst of a read): what it serves is read from the database."""


def read_databases(env: environ.Env, *, seconds_kept: int) -> dict[str, dict[str, Any]]:
    """`seconds_kept`: how long a connection serves one request after the other, unless CONN_MAX_AGE says it."""
    found = {"default": env.db_url_config(env.str("DATABASE_URL", embedded.database_url()))}
    if address := env.str("DATABASE_REPLICA_URL", ""):
        found[ALIAS] = env.db_url_config(address) | {"TEST": {"MIRROR": "default"}}
        found[ALIAS]["OPTIONS"] = SOON_LEFT | found[ALIAS].get("OPTIONS", {})
    for database in found.values():
        # A socket's path stands percent-encoded in the address.
        database["HOST"] = unquote(database["HOST"])
        database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", seconds_kept)
        database["CONN_HEALTH_CHECKS"] = True
        # A pooler may send each transaction to another connection of the server, which knows no cursor of the one before.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    return found
