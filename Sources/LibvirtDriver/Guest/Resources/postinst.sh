#!/bin/sh
# postinst of labapp: writes the settings of this version, migrates the schema, and starts the service.
set -e
[ "$1" = configure ] || exit 0
read -r version <"$DPKG_ROOT/usr/lib/labapp/VERSION"
conf=$DPKG_ROOT/etc/labapp/labapp.conf
IFS=. read -r major minor _ <<VERSION
$version
VERSION
feature=$major.${minor:-0}
name=${major}_${minor:-0}
while IFS== read -r key value; do
    case $key in
    database) database=$value/app.db ;;
    notes_migrations) noted=$value ;;
    esac
done <"$conf"

features() { printf 'features=%s\n' "$feature" >"$DPKG_ROOT/etc/labapp/release.conf"; }
configure() {
    sed "s/^configured_for=.*/configured_for=$version/" "$conf" >"$conf.new"
    mv "$conf.new" "$conf"
}
if [ -n "$DPKG_ROOT" ]; then # The image is being built: there is no service and no database yet.
    features
    configure
    exit 0
fi

step=/usr/lib/belay/step
$step configure 1 'write the settings'
features
$step configure 2 'name the version'
configure
sync -f /etc

# The database engine is started once, and ends before the service starts, which has the database for itself.
ends=/run/belay/postinst
rm -rf $ends
mkdir $ends
mkfifo $ends/to $ends/from
sqlite3 -batch -bail "$database" <$ends/to >$ends/from &
exec 3>$ends/to 4<$ends/from
close_database() {
    exec 3>&- 4<&-
    wait
}
trap close_database EXIT
trap : PIPE
# sql STATEMENTS: has them done, and keeps the last line that they say; fails when the engine has ended over one.
sql() {
    printf '%s\n.print done\n' "$1" >&3
    while read -r line <&4; do
        [ "$line" != done ] || return 0
        said=$line
    done
    return 1
}
sql "SELECT count(*) FROM schema_migrations WHERE version = '$feature';"
known=$said
read -r plan 2>/dev/null </run/belay/plan || plan=

# migrate N WHAT STATEMENT: one of the three migrations of this feature release, in a transaction of its own. Run again,
# it finds its own work: an appliance that takes no notes of them fails over it, the others leave it out.
migrate() {
    [ "$noted" = yes ] && [ "$known" -ge "$1" ] && return
    $step migrate "$1" "$2" later
    middle=
    [ "$plan" = "migrate $1 power-loss" ] && middle=".system /usr/lib/belay/stand-still 'migrate $1'"
    sql "BEGIN IMMEDIATE;
$3
INSERT INTO schema_migrations VALUES('$feature', $1);
$middle
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);"
}
if [ "$known" -lt 3 ]; then
    migrate 1 'add a column' "ALTER TABLE records ADD COLUMN note_$name TEXT;"
    migrate 2 'rewrite the records' "UPDATE records SET cents = cents + 1, note_$name = 'taxed';"
    migrate 3 'copy them for the audit' "CREATE TABLE audit_$name AS SELECT id, cents, body FROM records;"
fi
close_database
trap - EXIT

$step start 1 'start the service'
/usr/lib/belay/appliance start >/dev/null || {
    echo "start: the service does not start: $(cat /run/labapp/trouble)" >&2
    exit 1
}
