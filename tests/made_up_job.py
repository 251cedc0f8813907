"""A job as Snakemake hands it to a script."""

from types import SimpleNamespace

from snakemake.iocontainers import Namedlist


def job(log="probe/a_1", given=(), made=("results/probing/a/scores.csv",), **spec):
    """What Snakemake hands to a script; `given` and `made` are files, or {name: file or files}."""
    return SimpleNamespace(
        rule=log.split("/")[0],
        input=listed(given),
        output=listed(made),
        wildcards=Namedlist(fromdict={"dataset": "a"}),
        params=Namedlist(fromdict={"spec": spec}),
        log=[f"results/logs/{log}.log"],
        threads=2,
        resources=Namedlist(fromdict={}),
    )


def listed(files):
    if not isinstance(files, dict):
        return Namedlist(files)
    every = Namedlist()
    for name, own in files.items():
        several = isinstance(own, list)
        every.extend(own if several else [own])
        every._set_name(name, len(every) - (len(own) if several else 1), end=len(every) if several else None)
    return every
