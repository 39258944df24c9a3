"""The databases of an installation, as its environment names them."""

from typing import Any
from urllib.parse import unquote

import environ

from cases.replica import ALIAS
from config import embedded


def read_databases(env: environ.Env, *, seconds_kept: int) -> dict[str, dict[str, Any]]:
    """`seconds_kept`: how long a connection serves one request after the other, unless CONN_MAX_AGE says it."""
    found = {"default": env.db_url_config(env.str("DATABASE_URL", embedded.database_url()))}
    if address := env.str("DATABASE_REPLICA_URL", ""):
        found[ALIAS] = env.db_url_config(address) | {"TEST": {"MIRROR": "default"}}
        # One that is cut holds nobody for long: what it serves is read from the database.
        found[ALIAS].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    for database in found.values():
        # A socket's path stands percent-encoded in the address.
        database["HOST"] = unquote(database["HOST"])
        database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", seconds_kept)
        database["CONN_HEALTH_CHECKS"] = True
        # A pooler may send each transaction to another connection of the server, which knows no cursor of the one before.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    return found
