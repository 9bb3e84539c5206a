# What resonate-setup does to PostgreSQL; it includes this file.

find_cluster() {
    local list found

    command -v pg_lsclusters > /dev/null \
        || fail "PostgreSQL is not installed: apt install postgresql" \
                "(a database of another machine: see the manual)"

    list=$(pg_lsclusters -h | awk '{ print $1 "/" $2, $3, $4, $5 }')
    [ -n "$list" ] || fail "PostgreSQL has no cluster here:" \
        "apt install postgresql, or pg_createcluster"

    if [ -n "$CLUSTER" ]; then
        found=$(grep -F "$CLUSTER " <<< "$list" | head -n 1) \
            || fail "there is no cluster $CLUSTER, but:" "$list"
    elif [ "$(wc -l <<< "$list")" = 1 ]; then
        found=$list
    else
        fail "there are several clusters; name one, as --cluster 15/main:" \
             "$list"
    fi

    read -r CLUSTER PG_PORT PG_STATUS PG_OWNER <<< "$found"

    [ "${CLUSTER%%/*}" -ge 15 ] \
        || fail "cluster $CLUSTER is older than PostgreSQL 15"
    [[ $PG_STATUS == online* ]] \
        || fail "cluster $CLUSTER is $PG_STATUS; start it:" \
                "systemctl start postgresql@${CLUSTER/\//-}" \
                "or, without systemd: pg_ctlcluster ${CLUSTER/\// } start"

    SOCKETS=$(super postgres 'SHOW unix_socket_directories') \
        || fail "cluster $CLUSTER does not let in its owner, $PG_OWNER"
    SOCKETS=${SOCKETS%%,*}
    HBA=$(super postgres 'SHOW hba_file')
    IDENT=$(super postgres 'SHOW ident_file')
    SERVER="host=$SOCKETS port=$PG_PORT dbname=resonate"
    say "PostgreSQL: cluster $CLUSTER, socket $SOCKETS, port $PG_PORT"
}

as() {    # user, command
    (cd / && exec runuser -u "$1" -- "${@:2}")
}

super() {    # database, SQL
    as "$PG_OWNER" psql -X -q -At -w -v ON_ERROR_STOP=1 \
        ${SOCKETS:+-h "$SOCKETS"} -p "$PG_PORT" -d "$1" -c "$2"
}

have_database() {
    [ "$(super postgres "SELECT 1 FROM pg_database
                         WHERE datname = 'resonate'")" = 1 ]
}

# Letters need the case that Unicode gives them, so not C.
make_database() {
    super postgres "CREATE DATABASE resonate ENCODING 'UTF8' TEMPLATE template0
                    LOCALE 'C.UTF-8'"
    rm -f $STATE/sql.applied
}

sql_state() {
    find "$SHARE/sql" -name '*.sql' -print0 | LC_ALL=C sort -z \
        | xargs -0 cat | sha256sum
}

have_schema() {
    [ "$(super resonate "SELECT to_regclass('resonate.setting')
                         IS NOT NULL" 2> /dev/null)" = t ] \
        && [ "$(cat $STATE/sql.applied 2> /dev/null)" = "$(sql_state)" ]
}

# The owner of the cluster reads it by way of us.
make_schema() {
    local log

    log=$(as "$PG_OWNER" psql -X -q -w -h "$SOCKETS" -p "$PG_PORT" \
              -d resonate -f "$SHARE/sql/all.sql" 2>&1) \
        || fail "the schema was not applied, the database is as it was:" \
                "$(grep -E 'ERROR|FATAL|DETAIL|HINT' <<< "$log" || tail -n 3 \
                       <<< "$log")"
    sql_state > $STATE/sql.applied
}

have_url() {
    [ "$(super resonate "SELECT value FROM resonate.setting
                         WHERE name = 'public_url'" 2> /dev/null)" = "$URL" ]
}

make_url() {
    super resonate "INSERT INTO resonate.setting (name, value)
                    VALUES ('public_url', '$URL')
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value"
}

# the pairs whose role there is
who() {
    local user role

    while read -r user role; do
        if [ "$(super postgres "SELECT 1 FROM pg_roles
                                WHERE rolname = '$role'")" = 1 ]; then
            echo "${user/@WWW@/$WWW} $role"
        fi
    done <<< "$WHO"
}

log_in() {    # user, role
    as "$1" psql -X -q -At -w -h "$SOCKETS" -p "$PG_PORT" -d resonate \
        -U "$2" -c 'SELECT' 2>&1 < /dev/null
}

roles() { awk '{ printf "%s%s", sep, $2; sep = "," }' <<< "$WHO"; }

# What counts is that they can: an operator may have let them in otherwise.
have_logins() {
    local user role list

    list=$(who)
    [ -n "$list" ] || return 1

    while read -r user role; do
        log_in "$user" "$role" > /dev/null || return 1
    done <<< "$list"
}

make_logins() {
    local user role why

    rewrite "$IDENT" ident_lines
    rewrite "$HBA" hba_lines
    super postgres 'SELECT pg_reload_conf()' > /dev/null

    while read -r user role; do
        for try in 1 2 3 4 5; do
            why=$(log_in "$user" "$role") && continue 2
            sleep 0.2
        done

        fail "user $user still cannot be $role:" "$why" \
             "a line of $HBA before ours decides otherwise"
    done <<< "$(who)"
}

hba_lines() {
    awk -v begin="$BEGIN" -v end="$END" \
        -v line="local  resonate  $(roles)  peer  map=resonate" '
        function ours() { print begin; print line; print end; done = 1 }
        !done && /^[ \t]*(local|host|include)/ { ours() }
        { print }
        END { if (!done) ours() }'
}

ident_lines() {
    cat
    printf '%s\n' "$BEGIN" \
        "$(sed "s/^/resonate  /; s/@WWW@/$WWW/" <<< "$WHO")" "$END"
}

# A file of PostgreSQL's anew, without what we wrote before; its owner and
# mode stay, and it is never there by half.
rewrite() {    # file, filter
    cp -p "$1" "$1.resonate-new"
    sed "/^$BEGIN\$/,/^$END\$/d" "$1" | "$2" > "$1.resonate-new"
    mv "$1.resonate-new" "$1"
}
