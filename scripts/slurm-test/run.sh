#!/bin/bash
# Runs the script that `pipeline slurm` prints on a real Slurm of one node; see README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in slurmctld slurmd sbatch squeue scontrol munged; do
  if ! command -v "$tool" > /dev/null; then
    echo "slurm-test: skipped, $tool is not installed (apt-get install slurm-wlm munge)"
    exit 0
  fi
done

dir=$(mktemp -d)
export SLURM_CONF=$dir/slurm.conf
started_munge=
finish() {
  for f in "$dir"/slurmd.pid "$dir"/slurmctld.pid; do
    if [ -s "$f" ]; then kill "$(cat "$f")" || true; fi
  done
  if [ -n "$started_munge" ]; then pkill -x munged || true; fi
  rm -rf "$dir"
}
trap finish EXIT

mkdir -p "$dir/state" "$dir/spool" /run/munge
sed -e "s|@HOST@|$(hostname -s)|; s|@DIR@|$dir|; s|@CPUS@|$(nproc)|" scripts/slurm-test/slurm.conf.in > "$SLURM_CONF"
if ! munge -n > /dev/null 2>&1; then
  [ -s /etc/munge/munge.key ] || mungekey --create
  chown -R munge: /etc/munge /run/munge
  runuser -u munge -- munged
  started_munge=yes
fi
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 30); do sinfo --noheader --states=idle | grep -q . && break; sleep 1; done

go build -o "$dir/pipeline" ./pipeline
config=pipeline/testdata/toy.toml
more=(--set samples.count=12 --set samples.chunk=1)
"$dir/pipeline" run "$config" --out "$dir/one" "${more[@]}" > /dev/null
"$dir/pipeline" slurm "$config" -n 3 --cpus 1 --out "$dir/many" "${more[@]}" > "$dir/submit.sh"
submitted=$(PIPELINE="$dir/pipeline" bash "$dir/submit.sh")
echo "$submitted"
shards=$(sed 's/.*shards \([0-9]*\).*/\1/' <<< "$submitted")

# One task is requeued as soon as the array runs.
for _ in $(seq 120); do squeue --noheader --jobs="$shards" --states=running | grep -q . && break; sleep 0.2; done
if scontrol requeue "${shards}_2"; then
  scontrol update jobid="${shards}_2" StartTime=now # Slurm lets a requeued task wait for two minutes
fi
for _ in $(seq 240); do [ -z "$(squeue --noheader)" ] && break; sleep 1; done

cmp "$dir/one/report/table.csv" "$dir/many/report/table.csv"
echo "slurm-test: the array's table is that of one process"
