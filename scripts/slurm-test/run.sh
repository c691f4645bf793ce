#!/bin/bash
# Runs the script that `pipeline slurm` prints on a real Slurm of one node; see README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "slurm-test: skipped, $*"; exit 0; }
[ "$(id -u)" = 0 ] || skip "it needs root, to start the daemons"
for tool in slurmctld slurmd sbatch squeue scontrol sinfo munged mungekey; do
  command -v "$tool" > /dev/null || skip "$tool is not installed (apt-get install slurm-wlm munge)"
done

dir=$(mktemp -d)
chmod 755 "$dir" # munged insists on directories that others cannot write
pipeline=${PIPELINE:-}
if [ -z "$pipeline" ]; then
  pipeline=$dir/pipeline
  go build -o "$pipeline" ./pipeline
fi

# Everything lives below $dir and on ports of its own, so that a Slurm of this machine is not disturbed.
export SLURM_CONF=$dir/slurm.conf
finish() {
  result=$?
  if [ $result != 0 ]; then
    tail -n 20 "$dir"/*.log "$dir"/many/logs/*.log 2> /dev/null || true
  fi
  scancel --quiet --user=root 2> /dev/null || true
  for f in "$dir"/slurmd.pid "$dir"/slurmctld.pid "$dir"/munge.pid; do
    if [ -s "$f" ]; then kill "$(cat "$f")" 2> /dev/null || true; fi
  done
  for _ in $(seq 50); do
    if ! kill -0 $(cat "$dir"/*.pid 2> /dev/null) 2> /dev/null; then break; fi
    sleep 0.1
  done
  rm -rf "$dir"
}
trap finish EXIT

# until_ SECONDS WHAT COMMAND... waits for a command to succeed.
until_() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then echo "slurm-test: gave up waiting for $what"; scontrol show job || true; exit 1; fi
    sleep 0.2
  done
}

mkdir -p "$dir/state" "$dir/spool"
port=$((20000 + RANDOM % 10000))
sed -e "s|@HOST@|$(hostname -s)|; s|@DIR@|$dir|; s|@CPUS@|$(nproc)|; s|@PORT@|$port|; s|@NODEPORT@|$((port + 1))|" \
  scripts/slurm-test/slurm.conf.in > "$SLURM_CONF"
mungekey --create --keyfile "$dir/munge.key"
munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" --pid-file="$dir/munge.pid" \
  --log-file="$dir/munge.log" --seed-file="$dir/munge.seed"
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
node_idle() { sinfo --noheader --states=idle | grep -q .; }
until_ 30 "the node" node_idle

config=pipeline/testdata/toy.toml
more=(--set samples.count=24 --set samples.chunk=1)
"$pipeline" run "$config" --out "$dir/one" "${more[@]}" > /dev/null
"$pipeline" slurm "$config" -n 3 --cpus 1 --out "$dir/many" "${more[@]}" > "$dir/submit.sh"
submitted=$(PIPELINE=$pipeline bash "$dir/submit.sh")
echo "slurm-test: $submitted"
shards=$(sed 's/.*shards \([0-9]*\).*/\1/' <<< "$submitted")
merge=$(sed 's/.*merge \([0-9]*\).*/\1/' <<< "$submitted")

# The second task is sent back to the queue while it runs: it must continue and the merge must wait for it.
running() { [ "$(squeue --noheader --format=%T --jobs="${shards}_2")" = RUNNING ]; }
until_ 60 "shard 2" running
scontrol requeue "${shards}_2"

# The merge ends with exit 0, or never: then a dependency has failed.
state() { scontrol --oneliner show job "$merge" | grep -o 'JobState=[A-Z_]*'; }
ended() { [[ $(state) =~ COMPLETED|FAILED|CANCELLED|TIMEOUT ]]; }
until_ 120 "the merge" ended
[ "$(state)" = JobState=COMPLETED ]
restarts=$(scontrol --oneliner show job "${shards}_2" | grep -o 'Restarts=[0-9]*')
[ "$restarts" = Restarts=1 ]

for form in table.csv table.md table.tex; do cmp "$dir/one/report/$form" "$dir/many/report/$form"; done
echo "slurm-test: after a requeue the array's tables are those of one process ($SECONDS s)"
