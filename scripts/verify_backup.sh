#!/usr/bin/env bash
# Restores a backup into a scratch database beside that of the installation, checks it, drops it. Nothing else changes.
#   scripts/verify_backup.sh [--identity FILE] FOLDER
# With docker compose, or with DATABASE_URL and MEDIA_ROOT: see backup_common.sh.
source "$(dirname "${BASH_SOURCE[0]}")/backup_common.sh"

identity='' folder=''
while (($#)); do
    case $1 in
    --identity) shift && identity=$(read_identity "${1:-}") ;;
    -*) folder='' && break ;;
    *) folder=$(path "$1") ;;
    esac
    shift
done
if [[ -z $folder ]]; then
    say "usage : scripts/verify_backup.sh [--identity FICHIER] DOSSIER"
    exit 2
fi

check_backup
trap '[[ -z $made_scratch ]] || drop_scratch' EXIT
trap 'exit 130' INT TERM HUP
broken="Cette sauvegarde ne se rétablit pas : n’en garder aucune autre moins longtemps à cause d’elle, et en refaire une."
make_scratch "$(manifest "$folder" | value database_bytes)" || refuse "La sauvegarde n’a pas pu être vérifiée."
open_file database.dump | fill_scratch || refuse "$broken"
open_file media.tar.gz | tar --list --gzip >/dev/null || refuse "$broken"
check_scratch "$(manifest "$folder")" || refuse "$broken"
echo "Sauvegarde vérifiée : $folder"
