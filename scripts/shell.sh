# shellcheck shell=bash
# What every script here shares; sourced, never run.

set -euo pipefail

# Says a line to the person at the terminal; on stderr, so that stdout stays for answers.
say() { printf '%s\n' "$*" >&2; }

# Ends the script with a sentence that tells what to do.
fail() {
    say "error: $*"
    exit 1
}

# Whether something answers at host $1, port $2. (bash opens the connection: no tool is needed.)
port_taken() { (: <"/dev/tcp/$1/$2") 2>/dev/null; }

# A running command has a session of its own: Ctrl-C then reaches only the script, which decides the
# order in which things stop, and whatever the command started is found by that session's number
# (`swift test` gives its tests another process group, so a group would not do). Should the script
# be killed outright, the kernel passes that on to the command. A shell without job control has its
# background commands ignore SIGINT and SIGQUIT; a program and its tests expect the defaults.
child=
start_child() {
    setpriv --pdeathsig TERM -- setsid -- env --default-signal=INT,QUIT "$@" </dev/null &
    child=$!
}

# The living processes of session $1, on one line.
session_members() {
    local stat line fields
    for stat in /proc/[0-9]*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        # After the name, which may itself hold spaces: state, parent, group, session.
        read -r -a fields <<<"${line##*) }"
        if [ "${fields[3]}" = "$1" ] && [ "${fields[0]}" != Z ]; then
            stat=${stat#/proc/}
            printf '%s ' "${stat%/stat}"
        fi
    done
}

# Runs a command to its end as a child, so that a signal to the script is acted on at once.
run() {
    start_child "$@"
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

# Stops the child and all it started: asked first, killed after $1 seconds.
stop_child() {
    [ -n "$child" ] || return 0
    local session=$child asked=$SECONDS members
    child=
    read -r -a members < <(session_members "$session") || true
    # By its own number too: it may not have got as far as having a session.
    kill -TERM "$session" "${members[@]}" 2>/dev/null || true
    while read -r -a members < <(session_members "$session") || true; [ ${#members[@]} -gt 0 ]; do
        if [ $((SECONDS - asked)) -ge "$1" ]; then
            kill -KILL "${members[@]}" 2>/dev/null || true
        fi
        sleep 0.1
    done
    wait "$session" 2>/dev/null || true
}

# A signal ends the script, whose EXIT trap cleans up; the status is the one every shell gives.
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
