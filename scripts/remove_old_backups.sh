#!/usr/bin/env bash
# Keeps, beside the backup NEWEST, those of its installation that are the newest of one of the last DAYS days, WEEKS weeks
# or MONTHS months that have one (UTC); removes the others. Called by backup.sh.
#   scripts/remove_old_backups.sh DAYS,WEEKS,MONTHS NEWEST
source "$(dirname "${BASH_SOURCE[0]}")/backup_common.sh"

keep=${1:?usage : scripts/remove_old_backups.sh JOURS,SEMAINES,MOIS SAUVEGARDE}
newest=$(path "${2:?usage : scripts/remove_old_backups.sh JOURS,SEMAINES,MOIS SAUVEGARDE}")
expired=$(
    for each in "${newest%/*}"/relais-*; do
        [[ ! -f $each/manifest.json || -L $each ]] || printf '%s\t%s\n' "${each##*/}" "$(manifest "$each")"
    done | rules find-expired --keep "$keep" --installation "$(manifest "$newest" | value installation)"
)
for each in $expired; do
    rm -rf "${newest%/*}/${each:?}"
    echo "Supprimée, trop ancienne : $each"
done
