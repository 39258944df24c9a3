#!/usr/bin/env bash
# Saves the database and the files people sent, in one new folder under DESTINATION.
#   scripts/backup.sh DESTINATION
# With docker compose by default; with DATABASE_URL and MEDIA_ROOT, straight from those (pg_dump must be in PATH).
set -euo pipefail
umask 077

destination=${1:?usage : scripts/backup.sh DOSSIER}
folder="$destination/relais-$(date -u +%Y%m%dT%H%M%SZ)"
part="$folder.part"
mkdir -p "$destination"
destination=$(cd "$destination" && pwd)
mkdir "$part"
trap 'rm -rf "$part"' EXIT

# The database first: every file that it names is then still there to be saved.
if [[ -n ${DATABASE_URL:-} ]]; then
    pg_dump --format=custom --dbname="$DATABASE_URL" >"$part/database.dump"
    tar --create --gzip --directory="${MEDIA_ROOT:?MEDIA_ROOT manque}" --file="$part/media.tar.gz" .
else
    docker compose exec -T db pg_dump --format=custom --username=relais relais >"$part/database.dump"
    docker compose exec -T web tar --create --gzip --directory=/data/media . >"$part/media.tar.gz"
fi
(cd "$part" && sha256sum database.dump media.tar.gz >SHA256SUMS)

mv "$part" "$folder"
echo "Sauvegarde faite : $folder"
