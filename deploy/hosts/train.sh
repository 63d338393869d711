#!/bin/sh
# Trains on machines that ssh reaches: deploy/hosts/train.sh HOSTS CONFIG [OPTIONS]
#
#   NMT_NETWORK=10.0.0.0/24 deploy/hosts/train.sh deploy/hosts/hosts train.yaml
#
# NMT_NETWORK is the network that all of them have; without it Open MPI tries every one, and waits for ever where two machines have the same address in one of
# them, as of Docker. docs/guide/cluster.md says what they have to share.
set -eu
[ $# -ge 2 ] || {
  echo "usage: ${0##*/} HOSTS CONFIG [OPTIONS]" >&2
  exit 2
}
here=$(dirname "$0")
hosts=$1 config=$2
shift 2
ranks=$(sed 's/#.*//' "$hosts" | awk 'NF { slots = 1; for (i = 2; i <= NF; i++) if ($i ~ /^slots=/) slots = substr($i, 7); sum += slots } END { print sum + 0 }')
[ "$ranks" -gt 0 ] || {
  echo "${0##*/}: $hosts names no machine" >&2
  exit 2
}

# Ranks aren't pinned: each takes its share of the cores of its machine. SIGTERM is given time to save.
set -- mpirun --hostfile "$hosts" -n "$ranks" --bind-to none --mca odls_base_sigkill_timeout 30 \
  ${NMT_NETWORK:+--mca btl_tcp_if_include "$NMT_NETWORK" --mca oob_tcp_if_include "$NMT_NETWORK"} \
  nmt train --config "$config" "$@"
exec sh "$here/../restarts.sh" --restarts "${NMT_RESTARTS:-3}" "$@"
