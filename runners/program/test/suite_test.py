#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cases that come with the program: do they have teeth, and do they wrong anybody?

usage: suite_test.py PROGRAM [unittest arguments]
"""

import collections
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[3]


def run(*arguments):
    """Status, output and results of a run over the cases of this tree."""
    folder = tempfile.mkdtemp(prefix="truenorm-")
    try:
        done = subprocess.run(
            [PROGRAM, "run", str(ROOT / "cases"), "--out", folder, *arguments],
            capture_output=True,
            text=True,
        )
        file = pathlib.Path(folder, "results.jsonl")
        if not file.exists():
            raise AssertionError(f"status {done.returncode}: {done.stderr}")
        lines = file.read_text().splitlines()
        results = [r for r in map(json.loads, lines) if r["type"] == "result"]
        return done.returncode, done.stdout + done.stderr, results
    finally:
        shutil.rmtree(folder)


def case_of(result):
    return result["case"].split("[")[0]


def catches():
    """Mutant to the FILE#case names that claim to catch it, read without our reader."""
    claims = collections.defaultdict(set)
    for file in sorted((ROOT / "cases").rglob("*.yaml")):
        if "test" in file.relative_to(ROOT / "cases").parts:
            continue
        name = None
        for line in file.read_text().splitlines():
            match = re.match(r"- case: ([a-z0-9-]+)", line)
            name = match.group(1) if match else name
            match = re.match(r"  catches: \[(.+)\]", line)
            for mutant in match.group(1).split(",") if match else []:
                claims[mutant.strip()].add(f"{file.relative_to(ROOT / 'cases')}#{name}")
    return claims


class Suite(unittest.TestCase):
    def test_two_pass_reference_passes_every_case(self):
        status, output, results = run("--runner", "reference:two-pass")
        self.assertEqual(status, 0, output[-3000:])
        self.assertEqual({r["verdict"] for r in results}, {"pass"})

    @classmethod
    def setUpClass(cls):
        """Mutant to the FILE#case names that kill it."""
        done = subprocess.run(
            [PROGRAM, "mutants", str(ROOT / "cases"), "--json"],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        rows = map(json.loads, done.stdout.splitlines())
        cls.killers = {row["mutant"]: set(row["killed_by"]) for row in rows}

    def test_every_mutant_fails_the_cases_that_catch_it(self):
        for mutant, cases in catches().items():
            with self.subTest(mutant):
                self.assertEqual(cases - self.killers[mutant], set())

    def test_a_mutant_as_a_runner_answers_as_the_matrix_has_it(self):
        for mutant in ("eps_dropped", "single_pass_variance"):
            with self.subTest(mutant):
                _, _, results = run("--runner", f"mutant:{mutant}")
                failed = {case_of(r) for r in results if r["verdict"] == "fail"}
                self.assertEqual(failed, self.killers[mutant])

    def test_the_suite_is_as_large_as_it_claims(self):
        tests = json.loads(
            subprocess.check_output([PROGRAM, "list", "cases", "--json"], text=True)
        )
        cases = {t["name"].split("[")[0] for t in tests}
        self.assertGreaterEqual(len(cases), 30)
        bugs = {c for c in cases if fnmatch.fnmatch(c, "bugzoo/*")}
        self.assertGreaterEqual(len(bugs), 10)


class Library(unittest.TestCase):
    """What a library really answers; every failure is recorded in its case as known."""

    def check(self, runner):
        status, output, results = run("--runner", runner)
        self.assertEqual(status, 0, output[-6000:])
        judged = [r for r in results if r["verdict"] != "unsupported"]
        self.assertGreater(len(judged), 100)
        return results


class OneDnn(Library):
    def test_every_failure_is_known(self):
        self.check("onednn")


class Torch(Library):
    def test_every_failure_is_known_and_layer_norm_is_stable_at_every_mean(self):
        results = self.check("torch")
        normal = [
            r
            for r in results
            if r["case"].startswith("layer_norm/offsets.yaml#normal-")
            and r["dtype"] == "float32"
        ]
        self.assertEqual(len(normal), 12)
        for result in normal:
            self.assertLessEqual(result["excess"]["max"], 4, result["case"])


if __name__ == "__main__":
    if os.environ.get("TRUENORM_NO_LIBRARIES") and sys.argv[-1] in ("OneDnn", "Torch"):
        sys.exit(SKIPPED)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
