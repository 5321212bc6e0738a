#!/bin/sh
# prerm of labapp: stops the service before its files are replaced.
set -e
case $1 in
upgrade | remove)
    /usr/lib/belay/step stop 1 'stop the service'
    /usr/lib/belay/appliance end
    sync
    ;;
failed-upgrade) exit 1 ;; # The old package's reason to say no is ours too.
esac
