# What bin/demo and bin/stop share: where things are, and who runs them.
# Everything below run/ belongs to one unprivileged user: the one who called,
# or as root (whom PostgreSQL refuses) the package's user postgres.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RUN=$ROOT/run
SOCK=$RUN/sock
NGINX=/usr/sbin/nginx
PG_VERSIONS=${RESONATE_PG_VERSIONS:-/usr/lib/postgresql}

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Where initdb, pg_ctl and postgres are: of the version that made run/pg, or
# the newest that is installed.
pg_bin() {
    local version newest

    newest=$(printf '%s\n' "$PG_VERSIONS"/*/bin/initdb | sort -V | tail -1)
    [ -x "$newest" ] || fail "PostgreSQL is not installed: make deps-run"
    newest=${newest%/bin/initdb}
    version=$(cat "$RUN/pg/PG_VERSION" 2> /dev/null) || version=${newest##*/}

    [ -x "$PG_VERSIONS/$version/bin/postgres" ] \
        || fail "run/pg is PostgreSQL $version's, and only ${newest##*/} is" \
                "installed.  To keep its data, install postgresql-$version" \
                "again; to begin anew, \"make distclean\" and \"make demo\""
    printf '%s\n' "$PG_VERSIONS/$version/bin"
}

# AS: the words that make a command run as the demo's user.
find_user() {
    local caps

    AS=()
    OWNER=$(id -un)

    if [ "$(id -u)" = 0 ]; then
        OWNER=postgres
        id -u "$OWNER" > /dev/null 2>&1 || fail "no user $OWNER: make deps-run"
        BASE=(setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups)
        caps=$(capabilities cat "$ROOT/conf.d/nginx.conf.in") \
            || fail "user $OWNER cannot read $ROOT: move the checkout, or open" \
                    "the way to it (chmod o+x), or run as an ordinary user"
        AS=("${BASE[@]}" $caps)
    fi
}

# What root's stand-in needs on top so that a command can read what it reads:
# a checkout below /root is closed to others, and then, and only then, it may
# read past permissions.  A port below 1024 needs its own leave.
capabilities() {
    local bind= extra

    if [ "${PORT:-8080}" -lt 1024 ]; then
        bind=+net_bind_service
    fi

    # The command opens what it probes: access(2) knows no capabilities.
    for extra in '' +dac_read_search +dac_override; do
        set -- "$(caps_options "$bind" "$extra")" "$@"

        if "${BASE[@]}" $1 "${@:2}" > /dev/null 2>&1; then
            printf '%s\n' "$1"
            return
        fi

        shift
    done

    return 1
}

caps_options() {
    local list=$1${1:+${2:+,}}$2

    printf '%s' "${list:+--inh-caps=$list --ambient-caps=$list}"
}

as_owner() {
    (cd / && umask 022 && exec env HOME="$RUN" "${AS[@]}" "$@")
}

# Paths go into configuration files and sockets, which both have their limits.
check_root() {
    local owner

    [[ $ROOT =~ ^[A-Za-z0-9_./@+,=-]+$ ]] \
        || fail "the path of the checkout must be plain, without spaces: $ROOT"
    [ ${#SOCK} -le 90 ] || fail "the path of the checkout is too long for" \
                                "a unix socket: $ROOT"

    if [ -d "$RUN" ]; then
        owner=$(stat -c %U "$RUN")
        [ "$owner" = "$OWNER" ] || fail "$RUN belongs to $owner: run this as" \
            "${owner/postgres/root}, or remove it"
    fi
}

running_pid() {
    local pid

    pid=$(head -n 1 "$1" 2> /dev/null) || return 1
    [ -n "$pid" ] && [ -e "/proc/$pid" ] || return 1

    # Not a stranger who got the number of a process that died.
    tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -qF -e "$2" \
        || return 1
    printf '%s\n' "$pid"
}

nginx_pid() {
    running_pid "$RUN/nginx/nginx.pid" "-p $ROOT/ -c $RUN/nginx.conf"
}

pg_pid() {
    running_pid "$RUN/pg/postmaster.pid" "-D $RUN/pg"
}

upkeep_pid() {
    running_pid "$RUN/maintain.pid" "$ROOT/bin/lib/maintain-loop $RUN"
}

provider_pid() {
    running_pid "$RUN/provider/pid" "$ROOT/t/provider/demo.mjs"
}

# Waits for the end of a process that is not our child, at most $2 seconds.
await_end() {
    timeout "$2" tail --pid="$1" --sleep-interval=0.1 -f /dev/null
}

# Without pg_ctl: its version may be gone.
stop_postgres() {
    local pid

    pid=$(pg_pid) || return 1
    kill -INT "$pid"
    await_end "$pid" 60 || fail "Postgres does not stop: see run/pg/server.log"
}

# A long stream does not hold up the end: after 5 s it is cut.
stop_nginx() {
    local pid

    pid=$(nginx_pid) || return 1
    kill -QUIT "$pid"
    await_end "$pid" 5 && return
    kill -TERM "$pid"
    await_end "$pid" 15 || fail "nginx (process $pid) does not stop"
}

# What it asks just now is given up with Postgres, or done by itself.
stop_upkeep() {
    local pid

    pid=$(upkeep_pid) || return 1
    kill -TERM "$pid"
    await_end "$pid" 10 || kill -KILL "$pid"
    rm -f "$RUN/maintain.pid"
}

# Who is logged in stays so, the edge has that in cookies.
stop_provider() {
    local pid

    pid=$(provider_pid) || return 1
    kill -TERM "$pid"
    await_end "$pid" 10 || kill -KILL "$pid"
    rm -f "$RUN/provider/pid"
}
