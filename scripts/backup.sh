#!/usr/bin/env bash
# Saves the database, the files people sent, .env, reference/ and the compose override, in one new folder under DESTINATION.
#   scripts/backup.sh [--verify] [--keep DAYS,WEEKS,MONTHS] [--clear] DESTINATION
# --verify  restores it into a scratch database, which is checked then dropped
# --keep    once it is good, removes the old ones (remove_old_backups.sh says which)
# --clear   without BACKUP_RECIPIENTS: not encrypted, and without .env
# With docker compose, or with DATABASE_URL and MEDIA_ROOT: see backup_common.sh.
source "$(dirname "${BASH_SOURCE[0]}")/backup_common.sh"

usage() {
    say "usage : scripts/backup.sh [--verify] [--keep JOURS,SEMAINES,MOIS] [--clear] DOSSIER"
    exit 2
}
verify='' keep='' suffix=.age destination=''
while (($#)); do
    case $1 in
    --verify) verify=yes ;;
    --clear) suffix='' ;;
    --keep) shift && keep=${1:-} ;;
    -*) usage ;;
    *) destination=$(path "$1") ;;
    esac
    shift || usage
done
[[ -n $destination ]] || usage
[[ -z $keep || $keep =~ ^[1-9][0-9]*,[0-9]+,[0-9]+$ ]] || usage

started=$(date --utc +%Y-%m-%dT%H:%M:%SZ)
folder="$destination/relais-$(date --utc --date="$started" +%Y%m%dT%H%M%SZ)"
part="$folder.part" fault=interrupted facts='' verified=$verify is_suspect=''

record() {
    manage record_backup --started "$started" "$@" </dev/null || say "Ce résultat n’a pas pu être noté dans la base."
}

# Whatever happens: no half backup, no scratch database, and a failure is told.
finish() {
    local status=$?
    trap '' INT TERM HUP
    [[ -z $made_scratch ]] || drop_scratch || true
    ((status != 0)) || return 0
    if [[ -d $part ]] && (($(df --output=avail -k "$part" | tail -n 1) < 1024)); then
        fault=disk_full
        say "Le disque de « $destination » est plein : libérer de la place, ou donner un autre dossier."
    fi
    rm -rf "$part"
    record --fault "$fault"
    say "La sauvegarde a échoué : $fault. Celles d’avant sont gardées."
}
trap finish EXIT
trap 'fault=interrupted; exit 130' INT TERM HUP

seal() { if [[ -n $suffix ]]; then age_files encrypt; else cat; fi >"$part/$1$suffix"; }

# What is counted and what is dumped are of one instant: a session holds it.
open_snapshot() {
    coproc SESSION { on_server "${psql[@]}" "$(address "$database")"; }
    {
        echo "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        cat scripts/backup_facts.sql
        echo "SELECT pg_export_snapshot();"
    } >&"${SESSION[1]}"
    read -r facts <&"${SESSION[0]}" && read -r snapshot <&"${SESSION[0]}"
}

close_snapshot() { [[ -z ${SESSION[1]:-} ]] || echo '\q' >&"${SESSION[1]}"; }

dump_database() {
    on_server pg_dump --format=custom --snapshot="$snapshot" --dbname="$(address "$database")" </dev/null
}

# The same bytes are sealed and restored, in one reading. What cannot be verified is saved all the same.
save_database() {
    if [[ -z $verify ]] || ! make_scratch "$(value database_bytes <<<"$facts")"; then
        verified=''
        dump_database | seal database.dump
        return
    fi
    mkfifo "$part/.clear"
    fill_scratch <"$part/.clear" &
    dump_database | tee --output-error=warn-nopipe "$part/.clear" | seal database.dump
    rm "$part/.clear"
    wait $! || is_suspect=yes
}

# Files that come or go meanwhile (code 1) spoil nothing: the database, read before, names none of them.
save_files() {
    [[ -z ${S3_BUCKET:-} ]] && ! grep --quiet '^S3_BUCKET=.' .env 2>/dev/null ||
        say "Les fichiers reçus sont sur le stockage S3 : cette sauvegarde ne les contient pas (docs/plusieurs-machines.md)."
    media_bytes=$(app du --summarize --bytes "$media" </dev/null | cut -f 1)
    { app tar --create --gzip --exclude=./.restored --directory="$media" . </dev/null || (($? == 1)); } | seal media.tar.gz
}

save_configuration() {
    find . -maxdepth 1 -regextype egrep -regex '\./(\.env|reference|(docker-)?compose\.override\.ya?ml)' -printf '%f\n' |
        tar --create --gzip --files-from=- | seal configuration.tar.gz
}

# Beside the backups and in each: what was erased since stays erased when an older one is restored. It names nobody.
save_ledger() {
    read_ledger "$destination/effacements.txt" >"$part/effacements.txt"
    cp "$part/effacements.txt" "$destination/effacements.txt.part"
    mv "$destination/effacements.txt.part" "$destination/effacements.txt"
}

write_manifest() {
    local each
    {
        echo "$facts"
        for each in "$part"/*; do
            echo "$(sha256sum <"$each" | cut -d ' ' -f 1) $(stat --format=%s "$each") ${each##*/}"
        done
    } | rules write-manifest --made-at "$started" --media-bytes "$media_bytes" "$@" >"$part/.manifest"
    mv "$part/.manifest" "$part/manifest.json"
    (cd "$part" && sha256sum -- * >SHA256SUMS && sync -- * .)
}

fault=encryption
[[ -z $suffix ]] || age_files check-recipients </dev/null
fault=destination
mkdir -p "$destination"
exec {lock}>"$destination/.lock"
flock --nonblock "$lock" || { trap - EXIT && refuse "Une autre sauvegarde se fait dans « $destination » : attendre qu’elle finisse."; }
# What a machine that stopped left.
rm -rf "$destination"/relais-*.part
mkdir "$part"

# The database first: every file that it names is then still there to be saved.
fault=database
open_snapshot
save_database
close_snapshot
fault=files
save_files
[[ -z $suffix ]] || save_configuration
fault=destination
save_ledger
fault=files
[[ -z $verified || -n $is_suspect ]] || check_scratch "$facts" || is_suspect=yes
[[ -z $is_suspect ]] || verified=''
fault=interrupted
write_manifest ${suffix:+--encrypted} ${verified:+--verified}

if [[ -n $is_suspect ]]; then
    # Kept for whoever looks into it, under a name that is never taken for a good one.
    mv "$part" "$folder.suspecte"
    fault=verification
    refuse "Cette sauvegarde ne se rétablit pas : $folder.suspecte"
fi
mv "$part" "$folder"
size=$(du --summarize --bytes "$folder" | cut -f 1)
record --size "$size" ${verified:+--verified} ${suffix:+--encrypted}
trap - EXIT INT TERM HUP
[[ -z $made_scratch ]] || drop_scratch
echo "Sauvegarde faite${verified:+ et vérifiée} : $folder"
[[ -z $keep ]] || scripts/remove_old_backups.sh "$keep" "$folder"
