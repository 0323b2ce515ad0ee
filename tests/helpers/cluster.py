"""Judges a folder on a local Dask cluster, as `python tests/helpers/cluster.py FOLDER SCRATCH`; prints JSON.

A program of its own, for Dask leaves a thread and a process that end with the program.
"""

import json
import os
import sys

import dask
import distributed

from lenproto.exercises import grade
from lenproto.exercises.classes.files import files


def main(folder, scratch):
    """Print whether the workers are other processes, and what became of each file."""
    dask.config.set({"temporary-directory": scratch})
    cluster = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "host": "127.0.0.1",
        "dashboard_address": None,
    }
    with (
        distributed.LocalCluster(**cluster, silence_logs=50) as workers,
        distributed.Client(workers) as client,
    ):
        others = os.getpid() not in client.run(os.getpid).values()
        rows = grade(files(folder), root=folder, executor=client.get_executor(pure=False))
    print(json.dumps({"others": others, "rows": [row.as_json() for row in rows]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
