#!/bin/sh
# upgrade VERSION: what the administrator runs: checks, installs the package, and looks whether the service came up.
set -e
export PATH=/usr/lib/belay/shim:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C
step=/usr/lib/belay/step
package=/run/belay/labapp_$1.deb
while IFS== read -r key value; do
    case $key in
    appliance) appliance=$value ;;
    database) database=$value ;;
    esac
done </etc/labapp/labapp.conf
refuse() {
    echo "pre-check: $1" >&2
    exit 1
}

$step pre-check 1 'check the installed version'
read -r from </usr/lib/labapp/VERSION || refuse 'the installed version cannot be read'
if [ "$from" = "$1" ] && dpkg-query -W -f='${db:Status-Status}' labapp | grep -q '^installed$'; then
    refuse "version $1 is installed already"
fi
if [ "$appliance" = github-enterprise-server ]; then
    feature=$(echo "$from" | cut -d. -f1,2)
    to=$(echo "$1" | cut -d. -f1,2)
    if [ "$feature" != "$to" ]; then
        /usr/bin/dpkg --compare-versions "$1" gt "$from" ||
            refuse "$from goes back to $1 only by restoring a snapshot of the machine (GHES-021)"
        [ "${feature%.*}" = "${to%.*}" ] && [ $((${to#*.} - ${feature#*.})) -le 2 ] ||
            refuse "the package upgrades over 2 feature releases at most, found $from (GHES-014)"
    fi
    free=$(stat -f -c %a /data) all=$(stat -f -c %b /data)
    [ $((free * 100 / all)) -ge 15 ] || refuse "less than 15 % of the data disk is free (GHES-015)"
fi
$step pre-check 2 'check the settings'
[ -n "$database" ] || refuse 'the settings cannot be read'

[ "$appliance" != github-enterprise-server ] || /usr/lib/belay/appliance maintenance on >/dev/null
/usr/bin/dpkg -i "$package" # The shell has a small one of its own.

$step health-check 1 "check the service's health"
/usr/lib/belay/appliance health || { echo 'health-check: the service is down' >&2; exit 1; }
