# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzzers that are built, one after the other, and tells what they found.

Starts from the kept corpus and from the seeds; new inputs go to build/fuzz/corpus, and
what crashes to build/fuzz/crashes. Status 1 if anything did.
"""

import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "fuzz")
YAML_DICTIONARY = "cases/test/fuzz/yaml.dict"

# Where each target's kept corpus is, its other seeds, its dictionary and longest input.
TARGETS = {
    "read_cases": ("cases", ["cases/test/malformed"], YAML_DICTIONARY, 4096),
    "read_bounds": ("cases", [], YAML_DICTIONARY, 2048),
    "decode_frame": ("runners", [], None, 4096),
    "read_result": ("reports", [], None, 8192),
}


def command(target, seconds, build=BUILD):
    """The words that run one fuzzer."""
    part, seeds, dictionary, longest = TARGETS[target]
    found = os.path.join(build, "corpus", target)
    kept = os.path.join(ROOT, part, "test", "fuzz", "corpus", target)
    words = [os.path.join(build, "bin", target + "_fuzzer"), found, kept]
    words += [os.path.join(ROOT, seed) for seed in seeds]
    words += [
        f"-max_total_time={seconds}",
        f"-max_len={longest}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={os.path.join(build, 'crashes', target)}-",
    ]
    if dictionary:
        words.append("-dict=" + os.path.join(ROOT, dictionary))
    return words


def summary(target, status, log):
    """One line on what a fuzzer's log says."""

    def last_number(pattern):
        numbers = re.findall(pattern, log)
        return int(numbers[-1]) if numbers else 0

    executions = last_number(r"stat::number_of_executed_units: *(\d+)")
    new = last_number(r"stat::new_units_added: *(\d+)")
    line = f"{target}: {executions} executions, {new} new units, "
    crashes = re.findall(r"Test unit written to (\S+)", log)
    if crashes:
        return line + "crash: " + " ".join(crashes)
    return line + ("no crash" if status == 0 else f"ended with status {status}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="of all targets together")
    seconds = max(1, parser.parse_args().seconds // len(TARGETS))
    os.makedirs(os.path.join(BUILD, "crashes"), exist_ok=True)
    lines = []
    failed = False
    for target in TARGETS:
        os.makedirs(os.path.join(BUILD, "corpus", target), exist_ok=True)
        log_path = os.path.join(BUILD, target + ".log")
        print(f"fuzz: {target} for {seconds} s; log: {log_path}", file=sys.stderr)
        with open(log_path, "wb") as stream:
            status = subprocess.call(
                command(target, seconds), stdout=stream, stderr=subprocess.STDOUT
            )
        with open(log_path, encoding="utf-8", errors="replace") as stream:
            lines.append(summary(target, status, stream.read()))
        failed = failed or status != 0
    print("\n".join(lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
