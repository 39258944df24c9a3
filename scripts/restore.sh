#!/usr/bin/env bash
# Puts a backup back, in place of everything that the installation holds now.
#   scripts/restore.sh --replace FOLDER
# With docker compose by default (web, worker and beat are stopped meanwhile, and start again whatever happens); with
# DATABASE_URL and MEDIA_ROOT, straight into those (pg_restore and psql must be in PATH).
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

if [[ -n ${DATABASE_URL:-} ]]; then
    : "${MEDIA_ROOT:?MEDIA_ROOT manque}"
    mkdir -p "$MEDIA_ROOT"
    postgres=() connection="$DATABASE_URL"
    files() { sh -c "$1" sh "$MEDIA_ROOT"; }
else
    postgres=(docker compose exec -T db) connection="postgresql:///relais?user=relais"
    files() { docker compose run --rm -T --no-deps --entrypoint sh web -c "$1" sh /data/media; }
fi

# An older backup knows nothing of the tables that came after it: the database is emptied, then filled, in one
# transaction, which ends only if the whole backup was read.
statements() {
    cat <<'SQL' &&
BEGIN;
SET LOCAL lock_timeout = '1min';
SET LOCAL client_min_messages = warning;
DO $$ DECLARE each name; BEGIN
    FOR each IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', each);
    END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL
        "${postgres[@]}" pg_restore --no-owner --no-privileges --file=- <"$folder/database.dump" &&
        echo "COMMIT;"
}

put_files_aside() {
    files 'rm -rf "$1/.restored" && mkdir "$1/.restored" && tar --extract --gzip --directory="$1/.restored"' \
        <"$folder/media.tar.gz"
}

replace_database() {
    statements | "${postgres[@]}" psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$connection" >/dev/null
}

replace_files() {
    files 'find "$1" -mindepth 1 -maxdepth 1 ! -name .restored -exec rm -rf {} + &&
        find "$1/.restored" -mindepth 1 -maxdepth 1 -exec mv {} "$1/" \; && rmdir "$1/.restored"' </dev/null
}

restore() {
    # The files beside those of today first: a full disk changes nothing.
    if ! put_files_aside || ! replace_database; then
        echo "La sauvegarde n’a pas été rétablie : la base et les fichiers sont restés tels qu’ils étaient." >&2
        return 1
    elif ! replace_files; then
        echo "La base est rétablie, mais pas tous les fichiers : corriger ce qui est dit ci-dessus, puis recommencer." >&2
        return 1
    fi
}

if [[ -n ${DATABASE_URL:-} ]]; then
    restore
    echo "Sauvegarde rétablie. Ensuite : manage.py migrate"
else
    trap 'docker compose start web worker beat' EXIT
    docker compose stop web worker beat
    docker compose up --detach --wait db
    restore
    trap - EXIT
    # The backup may come from an older version: its tables are brought up to date before anyone signs in.
    docker compose up --detach --wait web worker beat
    echo "Sauvegarde rétablie."
fi
