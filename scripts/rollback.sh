#!/usr/bin/env bash
# Goes back to the version that was there before the last update.
#   scripts/rollback.sh                                   when the update changed no table: nothing is lost
#   scripts/rollback.sh --with-backup [options of restore.sh]   puts back, too, the backup that was made before it
source "$(dirname "${BASH_SOURCE[0]}")/update_common.sh"

one_at_a_time
[[ -e $before_update ]] || { say "Aucune mise à jour faite par scripts/update.sh n’est connue ici." && exit 1; }
commit=$(sed -n 's/^commit=//p' "$before_update") backup=$(sed -n 's/^backup=//p' "$before_update")
[[ $(git rev-parse HEAD) != "$commit" ]] || { say "Cette installation est déjà à la version d’avant." && exit 1; }
same_tables() { git diff --quiet "$commit" HEAD -- '*/migrations/*.py' requirements.lock; }

if [[ ${1:-} == --with-backup ]]; then
    [[ -d $backup ]] || { say "La sauvegarde « $backup » n’est plus là." && exit 1; }
    docker image inspect relais:before >/dev/null
    go_to_commit "$commit"
    docker image tag relais:before relais
    step "Rétablissement de $backup : ce qui a été saisi depuis est perdu"
    scripts/restore.sh --replace "${@:2}" "$backup"
    docker compose up --detach --remove-orphans --wait
elif same_tables; then
    go_to_commit "$commit"
    docker image tag relais:before relais
    step "Pages"
    replace_web || { say "Les pages de la version d’avant ne répondent pas : celles de la nouvelle sont restées." && exit 1; }
    step "Autres services"
    replace_the_rest
else
    say "Cette mise à jour a changé les tables : revenir en arrière demande de rétablir la sauvegarde faite juste avant elle" \
        "($backup). Ce qui a été saisi depuis sera perdu. Pour le faire : scripts/rollback.sh --with-backup"
    exit 1
fi
step "Version d’avant : $(git log -1 --format='%h, %cs')"
exit
