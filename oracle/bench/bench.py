#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark: in each round truenorm and every peer, row by row, on the same data.

Writes results.json (every round) and results.md (the table).
"""

import argparse
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import machine
import summary
import table

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs" / "benchmarks.md"
LEAST_ROUNDS = 5
WHOLE = {"rounds": LEAST_ROUNDS, "elements": 1 << 21, "seconds": 0.1}
QUICK = {"rounds": 2, "elements": 1 << 14, "seconds": 0.01}


class Oracle:
    """The C++ side: truenorm and the peers that are written in C++."""

    def __init__(self, program, settings):
        self.program = program
        self.settings = settings
        self.options = [f"--elements={settings['elements']}"]
        self.versions = {}

    def rows(self):
        words = [self.program, "--list-rows", *self.options]
        listed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        return [dict(w.split("=", 1) for w in line.split()) for line in listed.splitlines()]

    def measure(self, row, folder):
        """One round of a row; its tensors are in the folder afterwards."""
        words = [
            self.program,
            *self.options,
            f"--row={row['id']}",
            f"--data={folder}",
            f"--threads={self.settings['threads']}",
            f"--benchmark_min_time={self.settings['seconds']}",
            "--benchmark_format=json",
        ]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{row['id']}: oracle_bench failed:\n{done.stderr}")
        report = json.loads(done.stdout)
        names = ("compiler", "Arb", "Boost", "GMP", "MPFR", "oneTBB")
        self.versions = {n: report["context"][n] for n in names if n in report["context"]}
        return self.round_of(row, report["benchmarks"])

    @staticmethod
    def round_of(row, measurements):
        this = {"truenorm": {}, "truenorm-threads": {}, "peers": {}}
        for measured in measurements:
            if measured.get("error_occurred"):
                raise RuntimeError(f"{measured['name']}: {measured['error_message']}")
            ns = measured[f"per_{row['unit']}"] * 1e9
            # ROW/truenorm/OUTPUT/real_time or ROW/PEER/real_time
            _, who, *output = measured["name"].split("/")[:-1]
            if output:
                levels = {level: measured[level] for level in ("filter", "refine", "decide")}
                this[who][output[0]] = {"ns": ns, **levels}
            else:
                this["peers"][who] = ns
        return this


class PythonPeers:
    """The peers that are written in Python, in a process that lives for the whole run."""

    def __init__(self, settings):
        self.seconds = settings["seconds"]
        self.process = subprocess.Popen(
            [sys.executable, HERE / "peers.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.versions = self.read()
        for name in ("numpy", "torch", "mpmath"):
            if name not in self.versions:
                print(f"bench: left out: {name} (not installed)", file=sys.stderr)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("peers.py ended; stderr says why")
        return json.loads(line)

    def measure(self, row, folder):
        """{peer: ns}"""
        if not self.versions:
            return {}
        request = {"row": row, "data": str(folder), "seconds": self.seconds}
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return {peer: seconds * 1e9 for peer, seconds in self.read().items()}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run(oracle, peers, settings):
    """The results; rounds enclose rows, so that no row falls into one bad minute."""
    chosen = [row for row in oracle.rows() if fnmatch.fnmatch(row["id"], settings["row"])]
    if not chosen:
        raise RuntimeError(f"no row is called {settings['row']}")
    rounds = {row["id"]: [] for row in chosen}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, settings["rounds"] + 1):
            for row in chosen:
                print(f"round {number}: {row['id']}", file=sys.stderr, flush=True)
                this = oracle.measure(row, folder)
                this["peers"] |= peers.measure(row, folder)
                rounds[row["id"]].append(this)
    return {
        "settings": settings,
        "machine": machine.describe(),
        "load_average": os.getloadavg(),
        "versions": {**oracle.versions, **peers.versions},
        "rows": [
            {**row, "summary": summary.summarize(rounds[row["id"]]), "rounds": rounds[row["id"]]}
            for row in chosen
        ],
    }


def parse(words):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "bench")
    parser.add_argument("--quick", action="store_true", help="small tensors, two rounds")
    parser.add_argument("--write-docs", action="store_true", help="also docs/benchmarks.md")
    parser.add_argument("--row", default="*", metavar="GLOB", help="only rows with such an id")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--elements", type=int, help="of a tensor, about")
    parser.add_argument("--seconds", type=float, help="of calls for each figure, at least")
    parser.add_argument("--threads", type=int, default=2, help="of the scaling rows")
    arguments = parser.parse_args(words)
    preset = QUICK if arguments.quick else WHOLE
    for name, value in preset.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    is_whole = not arguments.quick and arguments.row == "*"
    if arguments.write_docs and not (is_whole and arguments.rounds >= LEAST_ROUNDS):
        parser.error(f"--write-docs wants every row and {LEAST_ROUNDS} rounds or more")
    return arguments


def main():
    arguments = parse(sys.argv[1:])
    settings = {
        name: getattr(arguments, name)
        for name in ("rounds", "elements", "seconds", "threads", "row")
    }
    peers = PythonPeers(settings)
    try:
        results = run(Oracle(arguments.program, settings), peers, settings)
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
    finally:
        peers.close()
    text = table.markdown(results)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (arguments.out / "results.md").write_text(text)
    if arguments.write_docs:
        DOCS.write_text(table.replace_generated(DOCS.read_text(), text))
    print(text)


if __name__ == "__main__":
    main()
