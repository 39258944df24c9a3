#!/usr/bin/env bash
# Writes .env, with secrets of its own, for its owner alone.
#   scripts/make_env.sh DOMAIN SMTP     the address at which Relais is served, and that by which it sends mail
#   scripts/make_env.sh --complete      adds the secrets that a newer version asks for; changes nothing else
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")/.."

refuse() { printf '%s\n' "$@" >&2 && exit 2; }
# The secrets: what .env.example leaves empty under such a name.
secrets=$(sed -n 's/^\([A-Z_]*\(_KEY\|_PASSWORD\|_SECRET\|_TOKEN\)\)=$/\1/p' .env.example)
draw() { od --address-radix=n --read-bytes=40 --format=x1 /dev/urandom | tr --delete ' \n'; }

complete() {
    local name
    for name in $secrets; do
        grep --quiet "^$name=." "$1" && continue
        grep --quiet "^$name=" "$1" || echo "$name=" >>"$1"
        sed --in-place "s/^$name=$/&$(draw)/" "$1"
        echo "Ajouté à .env : $name"
    done
}

if [[ ${1:-} == --complete ]]; then
    [[ -e .env ]] || refuse "Il n’y a pas de .env ici : scripts/make_env.sh DOMAINE ADRESSE_SMTP"
    # A file that does not end its last line would swallow the next one.
    [[ -z $(tail --bytes=1 .env) ]] || echo >>.env
    complete .env
    exit
fi

domain=${1:-} smtp=${2:-}
[[ -n $domain && -n $smtp ]] || refuse "usage : scripts/make_env.sh DOMAINE ADRESSE_SMTP" \
    "exemple : scripts/make_env.sh relais.example.fr 'smtp+tls://utilisateur:motdepasse@smtp.example.fr:587'"
[[ ! -e .env ]] || refuse ".env existe déjà, et n’a pas été touché. Pour y ajouter les secrets qui manquent : scripts/make_env.sh --complete"
[[ $domain =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] ||
    refuse "« $domain » n’est pas un nom de domaine : des minuscules, sans https:// ni chemin, par exemple relais.example.fr."
[[ $smtp =~ ^smtp(\+tls|\+ssl)?://[^[:space:]\']+$ ]] || refuse \
    "« $smtp » n’est pas l’adresse d’un serveur d’envoi : smtp+tls://utilisateur:motdepasse@hôte:587, ou smtp+ssl://…:465." \
    "Dans le mot de passe, écrire %40 pour @, %3A pour :, %2F pour /, %23 pour #, %27 pour une apostrophe."

# Between apostrophes: compose reads neither $ nor # there.
sed "s|relais\.example\.fr|$domain|" .env.example |
    smtp=$smtp awk '/^EMAIL_URL=/ { print "EMAIL_URL=\047" ENVIRON["smtp"] "\047"; next } { print }' >.env.part
complete .env.part >/dev/null
mv .env.part .env
echo "Écrit : .env. Il contient les secrets de cette installation : il n’est lisible que par son propriétaire."
