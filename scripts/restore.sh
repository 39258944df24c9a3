#!/usr/bin/env bash
# Puts a backup back, in place of everything that the installation holds now. What was erased since stays erased: the ledger
# beside the backups (effacements.txt), and that of the database which is replaced, are applied by `migrate` before anyone
# is served.
#   scripts/restore.sh --replace [--identity FILE] [--from-another-installation] FOLDER
# With docker compose, the services of the application are stopped meanwhile, and start again whatever happens; or with
# DATABASE_URL and MEDIA_ROOT: see backup_common.sh. Its code is 3 when the database is that of the backup, and something
# else is not done. It runs as the owner of the database; `migrate` then gives rights again.
source "$(dirname "${BASH_SOURCE[0]}")/backup_common.sh"

replace='' identity='' another='' folder=''
while (($#)); do
    case $1 in
    --replace) replace=yes ;;
    --identity) shift && identity=$(read_identity "${1:-}") ;;
    --from-another-installation) another=yes ;;
    -*) folder='' && break ;;
    *) folder=$(path "$1") ;;
    esac
    shift
done
if [[ -z $replace || -z $folder ]]; then
    say "usage : scripts/restore.sh --replace [--identity FICHIER] [--from-another-installation] DOSSIER"
    say "Tout ce que contient l’installation est remplacé par la sauvegarde."
    exit 2
fi

files() {
    if [[ -n $compose ]]; then
        docker compose run --rm -T --no-deps --entrypoint sh web -c "$1" sh "$media"
    else
        sh -c "$1" sh "$media"
    fi
}

# Each refusal of what the manifest says, before anything is touched.
check_restorable() {
    local disk
    disk=$(database_disk)
    {
        manifest "$folder"
        echo "$facts"
        echo "$disk"
        files 'df -Pk "$1" | tail -n 1' </dev/null
    } | rules check-restorable ${another:+--from-another}
}

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
        open_file database.dump | on_server pg_restore --no-owner --no-privileges --file=- &&
        keep_identity &&
        write_ledger &&
        echo "COMMIT;"
}

# What was erased since that backup: `migrate` erases it again, and nothing is served before.
write_ledger() {
    [[ -n $ledger ]] || return 0
    echo "CREATE TABLE public.erasures_to_apply (line text PRIMARY KEY);"
    echo "COPY public.erasures_to_apply (line) FROM STDIN;"
    echo "$ledger"
    echo '\.'
}

# Filled from another installation, this one is not that other.
keep_identity() {
    local ours
    ours=$(value installation <<<"$facts")
    [[ -z $another || $ours == null ]] || echo "UPDATE public.cases_installationidentity SET identifier = '$ours';"
}

put_files_aside() {
    open_file media.tar.gz |
        files 'rm -rf "$1/.restored" && mkdir "$1/.restored" && tar --extract --gzip --directory="$1/.restored"'
}

replace_database() { statements | on_server "${psql[@]}" "$(address "$database")" >/dev/null; }

replace_files() {
    files 'find "$1" -mindepth 1 -maxdepth 1 ! -name .restored -exec rm -rf {} + &&
        find "$1/.restored" -mindepth 1 -maxdepth 1 -exec mv {} "$1/" \; && rmdir "$1/.restored"' </dev/null
}

# Beside those of today, never over them: .env.restored…
put_configuration_beside() {
    [[ -f $folder/configuration.tar.gz.age ]] || return 0
    local names
    names=$(open_file configuration.tar.gz | tar --extract --gzip --no-same-owner --transform='s,^[^/]*,&.restored,' \
        --verbose --show-transformed-names) || return 1
    [[ -z $names ]] || say "Réglages de la sauvegarde, à comparer à ceux d’ici puis à effacer :" $names
}

restore() {
    # The files beside those of today first: a full disk changes nothing.
    if ! put_files_aside || ! replace_database; then
        files 'rm -rf "$1/.restored"' </dev/null || true
        say "La sauvegarde n’a pas été rétablie : la base et les fichiers sont restés tels qu’ils étaient."
        return 1
    elif ! replace_files; then
        say "La base est rétablie, mais pas tous les fichiers : corriger ce qui est dit ci-dessus, puis recommencer."
        return 3
    fi
    analyze "$database"
    put_configuration_beside || say "Les réglages de la sauvegarde n’ont pas pu être posés ici."
}

check_backup
if [[ -n $compose ]]; then
    docker compose up --detach --wait db
else
    mkdir -p "$media"
fi
facts=$(read_facts "$database")
check_restorable || exit 1
ledger=$(read_ledger "$folder/effacements.txt" "$folder/../effacements.txt")
if [[ -z $compose ]]; then
    restore
    echo "Sauvegarde rétablie. Ensuite : manage.py migrate"
else
    # All that reads or writes what is replaced.
    mapfile -t services < <(docker compose config --services | grep --invert-match --line-regexp 'db\|redis\|proxy\|migrate')
    trap 'docker compose start "${services[@]}"' EXIT
    docker compose stop "${services[@]}"
    status=0
    restore || status=$?
    ((status == 0 || status == 3)) || exit "$status"
    trap - EXIT
    # The backup may come from an older version: its tables are brought up to date before anyone signs in.
    if ! docker compose up --detach --wait "${services[@]}"; then
        say "La base est rétablie, mais un service ne démarre pas : « docker compose ps --all » dit lequel, « docker compose logs »" \
            "pourquoi. Corriger, puis : docker compose up -d --wait"
        exit 3
    fi
    ((status == 0)) || exit "$status"
    echo "Sauvegarde rétablie."
fi
