#!/usr/bin/env bash
# Puts a backup back, in place of everything that the installation holds now.
#   scripts/restore.sh --replace FOLDER
# With docker compose by default (web, worker and beat are stopped meanwhile); with DATABASE_URL and MEDIA_ROOT,
# straight into those (pg_restore must be in PATH).
set -euo pipefail
umask 077

if [[ ${1:-} != --replace || -z ${2:-} ]]; then
    echo "usage : scripts/restore.sh --replace DOSSIER" >&2
    echo "Tout ce que contient l’installation est remplacé par la sauvegarde." >&2
    exit 2
fi
folder=$(cd "$2" && pwd)
# Nothing is touched when the backup is damaged.
(cd "$folder" && sha256sum --check --quiet SHA256SUMS)

# All or nothing: an error leaves the database as it was.
options=(--clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error)
if [[ -n ${DATABASE_URL:-} ]]; then
    : "${MEDIA_ROOT:?MEDIA_ROOT manque}"
    pg_restore "${options[@]}" --dbname="$DATABASE_URL" "$folder/database.dump"
    mkdir -p "$MEDIA_ROOT"
    find "$MEDIA_ROOT" -mindepth 1 -delete
    tar --extract --gzip --directory="$MEDIA_ROOT" --file="$folder/media.tar.gz"
    echo "Sauvegarde rétablie. Ensuite : manage.py migrate"
else
    docker compose stop web worker beat
    docker compose up --detach --wait db
    docker compose exec -T db pg_restore "${options[@]}" --username=relais --dbname=relais <"$folder/database.dump"
    docker compose run --rm -T --no-deps --entrypoint sh web -c \
        'find /data/media -mindepth 1 -delete && tar --extract --gzip --directory=/data/media' <"$folder/media.tar.gz"
    # The backup may come from an older version: its tables are brought up to date before anyone signs in.
    docker compose up --detach
    echo "Sauvegarde rétablie."
fi
