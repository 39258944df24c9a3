# shellcheck shell=bash disable=SC2015,SC2034,SC2154
# What backup.sh, restore.sh and verify_backup.sh share: where the database, the files and the code are.
# With docker compose by default; with DATABASE_URL and MEDIA_ROOT, straight there (the tools of PostgreSQL and a python
# that has the product's packages must be in PATH). Sourced from any folder, it goes to that of Relais.
set -euo pipefail
umask 077
caller=${RELAIS_CALLER:-$PWD}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
psql=(psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1)

if [[ -n ${DATABASE_URL:-} ]]; then
    : "${MEDIA_ROOT:?MEDIA_ROOT manque}"
    compose='' media=$MEDIA_ROOT
    server=${DATABASE_URL%%\?*} options=${DATABASE_URL:${#server}}
    database=${server##*/} server=${server%/*}
    address() { echo "$server/$1$options"; }
    on_server() { "$@"; }
    app() { "$@"; }
    app_on() { DATABASE_URL=$(address "$1") "${@:2}"; }
    # The server may be another machine.
    database_disk() { echo; }
else
    compose=yes media=/data/media database=relais
    address() { echo "postgresql:///$1?user=relais"; }
    on_server() { docker compose exec -T db "$@"; }
    # A container of its own: it works when the site is down.
    app() { docker compose run --rm -T --no-deps web "$@"; }
    # As the owner of the database, whose password its server knows. By the environment: a command line is seen.
    app_on() {
        local password
        password=$(docker compose exec -T db printenv POSTGRES_PASSWORD </dev/null) &&
            DATABASE_URL="postgresql://relais:$password@db:5432/$1" \
                docker compose run --rm -T --no-deps --env DATABASE_URL web "${@:2}"
    }
    database_disk() { docker compose exec -T db df -Pk /var/lib/postgresql </dev/null | tail -n 1; }
fi
scratch="${database}_verification" made_scratch=''

say() { echo "$*" >&2; }
refuse() { say "$@" && exit 1; }
path() { (cd "$caller" && realpath --canonicalize-missing -- "$1"); }
# A file, or what <(…) or /dev/stdin gives: read once, kept in memory.
read_identity() { (cd "$caller" && cat -- "$1") || refuse "La clé privée « $1 » ne se lit pas."; }
manage() { app python manage.py "$@"; }
rules() { app python config/backups.py "$@"; }
age_files() { app python config/age_files.py "$@"; }
read_facts() { on_server "${psql[@]}" "$(address "$1")" <scripts/backup_facts.sql; }
# What was erased or opposed, known by the database that serves and by the files given: lines of identifiers, days and grounds, nothing else.
read_ledger() {
    local known id='[0-9a-f-]{36} [0-9]{4}-[0-9]{2}-[0-9]{2}'
    known=$(on_server "${psql[@]}" "$(address "$database")" <scripts/erasures.sql) || return 1
    { echo "$known" && cat -- "$@" 2>/dev/null || true; } |
        { grep --extended-regexp "^((archive|anonymise) $id|oppose $id SH-[0-9]|(restrict|lift) $id [a-z]+ ([0-9a-f-]{36}|-))\$" || (($? == 1)); } |
        LC_ALL=C sort --unique
}
# A manifest on one line, and one of its values.
manifest() { tr --delete '\n' <"$1/manifest.json" && echo; }
value() { sed "s/.*\"$1\": \"\\?\\([^\",}]*\\).*/\\1/"; }

# Any file of a backup as it was before it was encrypted. The private key goes through the stream, never on a disk.
open_file() {
    if [[ -f $folder/$1.age ]]; then
        { printf '%s\n\n' "$identity" && cat "$folder/$1.age"; } | age_files decrypt
    else
        cat "$folder/$1"
    fi
}

# Before anything is touched: nothing is missing, nothing was altered, and the private key opens it.
check_backup() {
    local again="En prendre une autre, ou la copier de nouveau depuis l’endroit où elle est gardée."
    [[ -d $folder ]] || refuse "« $folder » n’est pas un dossier."
    local each names=(manifest.json database.dump media.tar.gz)
    if compgen -G "$folder/*.age" >/dev/null; then
        names=(manifest.json {database.dump,media.tar.gz,configuration.tar.gz}.age)
    fi
    for each in "${names[@]}"; do
        [[ -f $folder/$each ]] && grep --quiet "^[0-9a-f]\{64\}  $each\$" "$folder/SHA256SUMS" 2>/dev/null ||
            refuse "Sauvegarde incomplète : $each manque, ou sa somme. $again"
    done
    (cd "$folder" && sha256sum --check --quiet --strict SHA256SUMS >&2) || refuse "Sauvegarde abîmée. $again"
    [[ -f $folder/database.dump.age ]] || return 0
    [[ -n $identity ]] || refuse "Sauvegarde chiffrée : ajouter --identity FICHIER, la clé privée qui l’ouvre."
    open_file configuration.tar.gz >/dev/null || exit 1
}

# The copy grows beside the database that serves: never without room for it and for what PostgreSQL writes meanwhile.
make_scratch() {
    local needed=$(($1 * 2 / 1024)) disk free
    disk=$(database_disk) && read -r _ _ _ free _ <<<"$disk" || return 1
    if ((${free:-$needed} < needed)); then
        say "Rien n’a été vérifié, faute de place pour une base d’essai : $((needed / 1000)) Mo, $((free / 1000)) libres."
        return 1
    fi
    # There is one: two checks at once would drop each other’s.
    exec {scratch_lock}>"${TMPDIR:-/tmp}/$scratch.lock"
    flock --nonblock "$scratch_lock" || { say "Rien n’a été vérifié : une autre vérification est en cours." && return 1; }
    made_scratch=yes
    drop_scratch && on_server "${psql[@]}" "$(address "$database")" \
        --command="CREATE DATABASE \"$scratch\" TEMPLATE template0" </dev/null
}

drop_scratch() {
    on_server env PGOPTIONS=--client-min-messages=warning "${psql[@]}" "$(address "$database")" \
        --command="DROP DATABASE IF EXISTS \"$scratch\" WITH (FORCE)" </dev/null
}

# With a dump, from standard input.
fill_scratch() {
    on_server pg_restore --no-owner --no-privileges --exit-on-error --dbname="$(address "$scratch")" && analyze "$scratch"
}

# PostgreSQL takes tables that were just filled for small ones until it looks at them, a minute later or more: by then, what reads
# much of them may have begun in a way that takes hours. That it fails condemns nothing.
analyze() {
    on_server env PGOPTIONS=--client-min-messages=error "${psql[@]}" "$(address "$1")" --command=ANALYZE </dev/null || true
}

# It holds the rows that were counted (in the line $1), then, once it is of this version, what must always hold.
check_scratch() {
    local restored said
    restored=$(read_facts "$scratch") &&
        printf '%s\n%s\n' "$1" "$restored" | rules compare-counts &&
        app_on "$scratch" python manage.py migrate --no-input --verbosity 0 </dev/null >&2 &&
        said=$(app_on "$scratch" python manage.py check_invariants </dev/null 2>&1) && return
    say "$(grep --invert-match '^  oui' <<<"${said:-}")"
    return 1
}
