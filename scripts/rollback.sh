#!/usr/bin/env bash
# Goes back to the version that was there before the last update.
#   scripts/rollback.sh                                   when the update changed no table: nothing is lost
#   scripts/rollback.sh --with-backup [options of restore.sh]   puts back, too, the backup that was made before it
source "$(dirname "${BASH_SOURCE[0]}")/update_common.sh"

one_at_a_time
[[ -e $before_update ]] || { say "Aucune mise à jour faite par scripts/update.sh n’est connue ici." && exit 1; }
commit=$(sed -n 's/^commit=//p' "$before_update") backup=$(sed -n 's/^backup=//p' "$before_update")
[[ $(git rev-parse HEAD) != "$commit" ]] || { say "Cette installation est déjà à la version d’avant." && exit 1; }
newer=$(git rev-parse HEAD)
# Whatever fails: what runs, what would be run again and the code here are of one version.
go_back() {
    docker image tag relais relais:newer && docker image tag relais:before relais && go_to_commit "$commit" ||
        stay "corriger ce qui est dit ci-dessus, puis recommencer."
}
stay() {
    go_to_commit "$newer" && docker image tag relais:newer relais
    say "Le retour en arrière n’a pas eu lieu : $1"
    exit 1
}

if [[ ${1:-} == --with-backup ]]; then
    [[ -d $backup ]] || { say "La sauvegarde « $backup » n’est plus là." && exit 1; }
    go_back
    step "Rétablissement de $backup : ce qui a été saisi depuis est perdu"
    scripts/restore.sh --replace "${@:2}" "$backup" || stay "corriger ce qui est dit ci-dessus, puis recommencer."
    docker compose up --detach --remove-orphans --wait
elif same_tables "$commit"; then
    go_back
    # No table changes: what web rests on does, and compose would replace web once more at the end.
    step "Tables"
    update_tables || stay "« migrate » de la version d’avant a échoué, rien n’a été changé."
    step "Pages"
    replace_web || stay "les pages de la version d’avant ne répondent pas, celles de la nouvelle sont restées."
    step "Autres services"
    replace_the_rest
else
    say "Cette mise à jour a changé les tables, ou les bibliothèques : revenir en arrière demande de rétablir la sauvegarde faite juste avant elle" \
        "($backup). Ce qui a été saisi depuis sera perdu. Pour le faire : scripts/rollback.sh --with-backup --identity CLÉ"
    exit 1
fi
step "Version d’avant : $(git log -1 --format='%h, %cs')"
exit
