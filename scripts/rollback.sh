#!/usr/bin/env bash
# Goes back to the version that was there before the last update.
#   scripts/rollback.sh                                   when the update changed no table: nothing is lost
#   scripts/rollback.sh --with-backup [options of restore.sh]   puts back, too, the backup that was made before it
source "$(dirname "${BASH_SOURCE[0]}")/update_common.sh"

one_at_a_time
[[ -e $before_update ]] || { say "Aucune mise à jour faite par scripts/update.sh n’est connue ici." && exit 1; }
commit=$(sed -n 's/^commit=//p' "$before_update") backup=$(sed -n 's/^backup=//p' "$before_update")
# Its database was put back, and something else was not.
is_half_done=$(sed -n 's/^half=//p' "$before_update")
newer=$(git rev-parse HEAD)
again="scripts/rollback.sh --with-backup --identity CLÉ"
if [[ $newer == "$commit" && -z $is_half_done ]]; then
    say "Cette installation est déjà à la version d’avant."
    exit 1
elif [[ -n $is_half_done && ${1:-} != --with-backup ]]; then
    say "Un retour en arrière n’est pas fini ici : la base est celle de la sauvegarde. Le reprendre : $again"
    exit 1
fi

# Whatever fails: what runs, what would be run again and the code here are of one version.
go_back() {
    docker image tag relais relais:newer && go_to_commit "$commit" && take_image ||
        stay "corriger ce qui est dit ci-dessus, puis recommencer."
}
# That of before; made again where it is no longer.
take_image() {
    docker image tag relais:before relais 2>/dev/null || { step "Image" && docker compose build --quiet migrate; }
}
stay() {
    go_to_commit "$newer" && docker image tag relais:newer relais
    say "Le retour en arrière n’a pas eu lieu : $1"
    exit 1
}
# The code and the image are those that the database now needs: they stay.
leave_half_done() {
    [[ -n $is_half_done ]] || echo "half=yes" >>"$before_update"
    say
    say "Le retour en arrière n’est pas fini : la base est celle de la sauvegarde, le code et l’image sont ceux de la version d’avant."
    say "Reste ce qui est dit ci-dessus : le corriger, puis recommencer tout de suite : $again"
    say "Elle rétablit de nouveau la sauvegarde : ce qui serait saisi d’ici là serait perdu."
    exit 1
}

put_backup_back() {
    local status=0
    scripts/restore.sh --replace "$@" "$backup" || status=$?
    ((status != 3)) || leave_half_done
    ((status == 0)) || stay "corriger ce qui est dit ci-dessus, puis recommencer."
    docker compose up --detach --remove-orphans --wait || leave_half_done
    sed --in-place '/^half=/d' "$before_update"
}

if [[ ${1:-} == --with-backup ]]; then
    [[ -d $backup ]] || { say "La sauvegarde « $backup » n’est plus là." && exit 1; }
    go_back
    step "Rétablissement de $backup : ce qui a été saisi depuis est perdu"
    put_backup_back "${@:2}"
elif same_tables "$commit"; then
    go_back
    # No table changes: what web rests on does, and compose would replace web once more at the end.
    step "Tables"
    update_tables || stay "« migrate » de la version d’avant a échoué, rien n’a été changé. Si elle dit que la base est plus récente, ce sont les bibliothèques qui ont changé les tables : $again, et ce qui a été saisi depuis est perdu."
    step "Pages"
    replace_web || stay "les pages de la version d’avant ne répondent pas, celles de la nouvelle sont restées."
    step "Autres services"
    replace_the_rest
else
    say "Cette mise à jour a changé les tables : revenir en arrière demande de rétablir la sauvegarde faite juste avant elle" \
        "($backup). Ce qui a été saisi depuis sera perdu. Pour le faire : $again"
    exit 1
fi
step "Version d’avant : $(git log -1 --format='%h, %cs')"
exit
