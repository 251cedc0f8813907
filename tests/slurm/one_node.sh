#!/usr/bin/env bash
# A SLURM of one node on this machine, for the tests: `one_node.sh start FOLDER`, `one_node.sh stop FOLDER`. As root, with
# Debian's packages slurm-wlm and munge; it installs nothing. FOLDER holds its state and logs. Without cgroups (memory
# limits are not enforced), with twice the cores there are, and with two GPUs that are only pretended. slurm.conf is there
# while it runs and no longer: with the plugin for SLURM, each start of Snakemake waits ten seconds for one that is dead.
set -euo pipefail
action=$1
folder=$(realpath -m "$2")
host=$(hostname -s)

start() {
    if [ -e /etc/slurm/slurm.conf ]; then
        echo "/etc/slurm/slurm.conf is there already: a SLURM is set up on this machine. Nothing was started." >&2
        exit 1
    fi
    if ! getent hosts "$host" | grep -q '^127\.'; then
        echo "The name of this machine, $host, is not 127.0.0.1 in /etc/hosts. Nothing was started." >&2
        exit 1
    fi
    mkdir -p "$folder"/{state,spool,log}
    if ! pgrep -x munged >/dev/null; then
        install -d -o munge -g munge /run/munge
        runuser -u munge -- /usr/sbin/munged
        touch "$folder/own_munged"
    fi
    printf "NodeName=$host Name=gpu File=/dev/%s\n" null zero >/etc/slurm/gres.conf
    cat >/etc/slurm/slurm.conf <<CONF
ClusterName=onenode
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmdParameters=config_overrides
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/log/jobcomp.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
ReturnToService=2
MinJobAge=300
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$((2 * $(nproc --all))) RealMemory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) * 9 / 10240)) Gres=gpu:2
PartitionName=cpu Nodes=$host Default=YES MaxTime=1-00:00:00 State=UP
PartitionName=gpu Nodes=$host MaxTime=1-00:00:00 State=UP
CONF
    /usr/sbin/slurmctld -c
    /usr/sbin/slurmd -c
    for _ in $(seq 100); do
        [ "$(sinfo --noheader --format=%T 2>/dev/null | uniq)" = idle ] && return
        sleep 0.1
    done
    echo "SLURM did not come up in 10 s; its logs: $folder/log" >&2
    stop
    exit 1
}

stop() {
    [ -e /etc/slurm/slurm.conf ] && grep -q "$folder" /etc/slurm/slurm.conf || return 0
    scancel --user=root 2>/dev/null || true
    [ -s "$folder/slurmd.pid" ] && kill "$(cat "$folder/slurmd.pid")" || true
    scontrol shutdown slurmctld 2>/dev/null || true
    [ -e "$folder/own_munged" ] && kill "$(cat /run/munge/munged.pid)" && rm "$folder/own_munged" || true
    rm -f /etc/slurm/slurm.conf /etc/slurm/gres.conf
}

"$action"
