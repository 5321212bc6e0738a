#!/usr/lib/belay/busybox sh
# appliance COMMAND [WORD...]: hands the command to the keeper, prints its answer, and exits as it says.
# `-` as the last word sends what stands on standard input along. It is a script for a static shell, for on an emulated
# processor a perl would take longer to start than most commands take to be done.
run=/run/belay
if ! { read -r keeper <$run/keeper && [ -d "/proc/$keeper" ]; } 2>/dev/null; then
    echo 'appliance: the keeper is not there' >&2
    exit 69
fi
mkfifo "$run/reply.$$"
for word in "$@"; do :; done
[ "$word" != - ] || cat >"$run/input.$$"
echo "$$ $*" >$run/door # A keeper that is still coming up is waited for here.
read -r code <"$run/reply.$$"
[ ! -e "$run/answer.$$" ] || cat "$run/answer.$$"
rm -f "$run/reply.$$" "$run/answer.$$" "$run/input.$$"
exit "${code:-70}"
