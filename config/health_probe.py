"""The container's health check: asks the site as its proxy would. Exit code 0 means that it is ready."""

import http.client
import os
import sys


def main() -> int:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
    port = os.environ.get("BIND", ":8000").rpartition(":")[2]
    connection = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=8)
    connection.request("GET", "/sante/pret", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return 0 if connection.getresponse().status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
