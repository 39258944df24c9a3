#!/usr/bin/env bash
# Brings this installation to a newer version while it answers.
#   scripts/update.sh [--to VERSION] [options of backup.sh] FOLDER
# FOLDER receives the backup made first. Without --to, the newest commit of the branch that is followed.
source "$(dirname "${BASH_SOURCE[0]}")/update_common.sh"

usage() { say "usage : scripts/update.sh [--to VERSION] [options de backup.sh] DOSSIER_DES_SAUVEGARDES" && exit 2; }

# What to do is said at each step, and the version of before goes on answering.
stopped() {
    say "" "La mise à jour s’est arrêtée : $1"
    say "$2"
    exit 1
}

stays() {
    docker image tag relais:before relais
    go_to_commit "$before"
    stopped "$1" "La version d’avant répond toujours. Corriger ce qui est dit ci-dessus, puis recommencer."
}

# The version of before serves with them, and is refused when it starts.
warn_of_newer_tables() {
    { same_tables "$before" && git diff --quiet "$before" HEAD -- requirements.lock; } || say "Les tables sont peut-être déjà celles de la nouvelle version : celle d’avant ne redémarrerait pas. Ne pas" \
        "redémarrer ses conteneurs ni la machine avant d’avoir recommencé, ou rétabli la sauvegarde : scripts/restore.sh --replace $backup"
}

fetch() {
    local version=
    [[ ${1:-} != --to ]] || { version=${2:?VERSION manque} && shift 2; }
    (($#)) || usage
    local before backup
    before=$(git rev-parse HEAD)
    step "Sauvegarde"
    scripts/backup.sh "$@" || stopped "la sauvegarde a échoué." "Rien n’a été changé."
    backup=$(find "$(cd "$RELAIS_CALLER" && realpath -- "${!#}")" -maxdepth 1 -name 'relais-*Z' | sort | tail -n 1)
    step "Nouvelle version"
    if [[ -n $version ]]; then
        git fetch --quiet --tags && git checkout --quiet "$version"
    else
        git pull --quiet --ff-only
    fi || stopped "la nouvelle version n’a pas pu être prise." "Rien n’a été changé. Pour une version précise : --to VERSION"
    if [[ $(git rev-parse HEAD) == "$before" ]]; then
        echo "Relais est déjà à jour."
        exit
    fi
    # From here on, as the new version does it.
    exec scripts/update.sh --continue "$before" "$backup"
}

replace() {
    before=$1 backup=$2
    docker image tag relais relais:before
    printf 'commit=%s\nbackup=%s\n' "$before" "$(realpath "$backup")" >"$before_update"
    scripts/make_env.sh --complete
    step "Image"
    docker compose build --quiet migrate || stays "l’image ne se construit pas."
    step "Tables"
    update_tables || { warn_of_newer_tables && stays "les tables n’ont pas pu être mises à jour."; }
    step "Pages"
    replace_web || { warn_of_newer_tables && stays "les nouvelles pages ne répondent pas."; }
    step "Autres services"
    replace_the_rest || stopped "un service de la nouvelle version ne démarre pas, les pages sont déjà les nouvelles." \
        "docker compose ps dit lequel, docker compose logs pourquoi. Revenir à la version d’avant : scripts/rollback.sh"
    step "À jour : $(git log -1 --format='%h, %cs'). Revenir à la version d’avant : scripts/rollback.sh"
}

one_at_a_time
if [[ ${1:-} == --continue ]]; then replace "${@:2}"; else fetch "$@"; fi
exit
