#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants each fault of the oracle's sources, one after the other, and asks for a red test.

A fault is an is_planted("NAME") in the oracle's sources; one that is named filter_...
lies in the filter, for all others the filter is left out, which would hide them. The program given is the oracle's tests,
linked with the oracle that was built with TRUENORM_PLANTED_FAULTS. First nothing is
planted: then every test must pass. Status 1 if that fails or a fault goes unnoticed.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

SOURCES = pathlib.Path(__file__).resolve().parent.parent
PLANTED = re.compile(r'is_planted\(\s*"([a-z0-9_]+)"\)')
# A wrong oracle may never come to an end; that is noticed too.
TIMEOUT_SECONDS = 300
# How much of the random testing a fault has to survive.
SHARE = "0.3"
# A list that shrank says that the hooks, or this search for them, were lost.
LEAST_FAULTS = 25


def fault_names():
    """Every fault that the sources can plant, sorted."""
    names = set()
    for source in [*SOURCES.glob("*.[ch]pp"), *SOURCES.glob("filter/*.[ch]pp")]:
        names.update(PLANTED.findall(source.read_text(encoding="utf-8")))
    return sorted(names)


def run(program, fault):
    """(how the tests ended: 'passed', 'failed', 'hung'; seconds; the first failing test)."""
    environment = dict(os.environ, TRUENORM_PLANT=fault, TRUENORM_TEST_MULTIPLIER=SHARE)
    start = time.monotonic()
    try:
        result = subprocess.run(
            [program, "--abort"],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "hung", time.monotonic() - start, ""
    # Catch2 prints a test's name between two rules of dashes, also above its warnings.
    before, failure, _ = result.stdout.partition(" FAILED:\n")
    titles = re.findall(r"^-{60,}\n(.+)\n(?:  .+\n)*-{60,}$", before, re.MULTILINE)
    is_known = failure and titles
    where = titles[-1].strip() if is_known else f"status {result.returncode}"
    outcome = "passed" if result.returncode == 0 else "failed"
    return outcome, time.monotonic() - start, where


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--fault", action="append", help="only this one; repeatable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    faults = arguments.fault or fault_names()
    outcome, seconds, where = run(arguments.program, "")
    if outcome != "passed":
        print(f"with nothing planted the tests {outcome}: {where}")
        return 1
    print(f"nothing planted: passed in {seconds:.1f} s")
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda fault: run(arguments.program, fault), faults)
        for fault, (outcome, seconds, where) in zip(faults, results):
            noticed = outcome != "passed"
            if not noticed:
                survivors.append(fault)
            verdict = outcome if noticed else "UNNOTICED"
            print(f"{fault:28} {verdict:10} {seconds:6.1f} s  {where if noticed else ''}")
    print(f"{len(faults) - len(survivors)} of {len(faults)} planted faults turned a test red")
    is_whole = not arguments.fault
    return 1 if survivors or (is_whole and len(faults) < LEAST_FAULTS) else 0


if __name__ == "__main__":
    sys.exit(main())
