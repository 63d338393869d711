#!/bin/sh
# Runs a command again after a failure:
#
#   deploy/restarts.sh --restarts N [--pause SECONDS] COMMAND [ARGUMENT …]
#   deploy/restarts.sh --restarts 5 mpirun -n 8 nmt train --config train.yaml
#
# At most N times, after a pause (30 s), which doubles each time up to ten minutes. A run of at least an hour counts as a new start.
# SIGTERM, SIGINT, SIGHUP and SIGUSR1 go on to the command; whatever it ends with then, it isn't started again. Wrong use (code 2) isn't a failure that
# another run could mend. The code is that of the last run.
set -u

usage() {
  echo "usage: ${0##*/} --restarts N [--pause SECONDS] COMMAND [ARGUMENT ...]" >&2
  exit 2
}

whole() {
  case $1 in
    '' | *[!0-9]*) usage ;;
  esac
}

restarts= first_pause=30 longest_pause=600 long_run=3600
while [ $# -gt 0 ]; do
  case $1 in
    --restarts) [ $# -ge 2 ] || usage; restarts=$2; shift 2 ;;
    --restarts=*) restarts=${1#*=}; shift ;;
    --pause) [ $# -ge 2 ] || usage; first_pause=$2; shift 2 ;;
    --pause=*) first_pause=${1#*=}; shift ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
  esac
done
whole "$restarts"
whole "$first_pause"
[ $# -gt 0 ] || usage

child= stopped=
pass_on() {
  stopped=$1
  [ -z "$child" ] || kill -s "$2" "$child" 2>/dev/null
}
trap 'pass_on TERM TERM' TERM
# What runs in the background may not hear SIGINT.
trap 'pass_on INT TERM' INT
trap 'pass_on HUP HUP' HUP
trap 'pass_on USR1 USR1' USR1

# Waits for a process through signals, which end a wait early.
await() {
  while :; do
    wait "$1"
    code=$?
    kill -0 "$1" 2>/dev/null || break
  done
  # The wait that a signal has ended knows nothing of the process's own code.
  if [ "$code" -gt 128 ] && [ -n "$stopped" ]; then
    wait "$1" 2>/dev/null
    last=$?
    [ "$last" -eq 127 ] || code=$last
  fi
}

left=$restarts pause=$first_pause
while :; do
  started=$(date +%s)
  # A process in the background has no standard input, unless it is told otherwise.
  "$@" <&3 3<&- &
  child=$!
  await "$child"
  child=
  [ "$code" -ne 0 ] || exit 0
  if [ -n "$stopped" ]; then
    echo "${0##*/}: ended by SIG$stopped, code $code" >&2
    exit "$code"
  fi
  [ "$code" -ne 2 ] || exit 2
  if [ $(($(date +%s) - started)) -ge "$long_run" ]; then
    left=$restarts pause=$first_pause
  fi
  if [ "$left" -eq 0 ]; then
    echo "${0##*/}: code $code; $restarts restarts have not helped" >&2
    exit "$code"
  fi
  echo "${0##*/}: code $code; again in $pause s, $left restarts left" >&2
  left=$((left - 1))
  sleep "$pause" &
  child=$!
  await "$child"
  child=
  [ -z "$stopped" ] || exit "$code"
  pause=$((pause * 2 < longest_pause ? pause * 2 : longest_pause))
done 3<&0
