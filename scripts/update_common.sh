# What update.sh and rollback.sh share. Sourced from any folder, it goes to that of Relais.
set -euo pipefail
export RELAIS_CALLER=${RELAIS_CALLER:-$PWD}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
step() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
# Which version was there before the last update: its commit, its backup. Its image is relais:before.
before_update=.before-update

one_at_a_time() {
    [[ -n ${RELAIS_UPDATING:-} ]] && return
    exec {lock}>.git/relais-update.lock
    flock --nonblock "$lock" || { say "Une mise à jour ou un retour en arrière est déjà en cours ici." && exit 1; }
    export RELAIS_UPDATING=yes
}

# On a branch, the branch itself; what was changed here by hand is kept, or git refuses.
go_to_commit() {
    if git symbolic-ref --quiet HEAD >/dev/null; then git reset --quiet --keep "$1"; else git checkout --quiet "$1"; fi
}

# Ours: libraries have some too, which the migrate of the version of before knows or refuses.
same_tables() { git diff --quiet "$1" HEAD -- '*/migrations/*.py'; }

is_ready() { [[ $(docker inspect --format='{{.State.Health.Status}}' "$1") == healthy ]]; }

wait_until_ready() {
    local container
    for container in "$@"; do
        for _second in {1..300}; do
            is_ready "$container" && continue 2
            sleep 1
        done
        return 1
    done
}

# And what web rests on: compose would replace it too, at the end, if its Redis changed then. What migrate says, and whether
# it did all.
update_tables() {
    local container
    docker compose up --detach --no-build db redis migrate && container=$(docker compose ps --all --quiet migrate) &&
        (($(docker wait "$container") == 0)) && return
    docker compose logs --no-log-prefix --tail 30 migrate >&2
    return 1
}

# As many containers of the image and settings of now; once they are ready, those of before answer what they had begun,
# then leave. When they do not get ready, they go, and those of before stay.
replace_web() {
    local old new
    old=$(docker compose ps --quiet web)
    wanted=$(wc --words <<<"$old")
    ((wanted)) || wanted=1
    docker compose up --detach --no-build --no-recreate --scale web=$(($(wc --words <<<"$old") + wanted)) web
    new=$(comm -13 <(sort <<<"$old") <(docker compose ps --all --quiet web | sort))
    # shellcheck disable=SC2086  # one word for each container
    if [[ -z $new ]] || ! wait_until_ready $new; then
        for container in $new; do docker logs --tail 20 "$container" >&2; done
        docker rm --force $new >/dev/null
        return 1
    fi
    # shellcheck disable=SC2086
    [[ -z $old ]] || { docker stop --time 45 $old && docker rm $old; } >/dev/null
}

# The front reads its file again without closing a connection, and is alone to be replaced when it must be.
replace_the_rest() {
    docker compose up --detach --no-build --no-deps proxy &&
        docker compose exec -T proxy caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile 2>/dev/null &&
        docker compose up --detach --no-build --remove-orphans --scale web="$wanted" --wait
}
