# SPDX-License-Identifier: Apache-2.0
"""Tests of ./dev: its usage, and what stands behind it."""

import os
import re
import subprocess
import tempfile
import unittest

import closing_line
import fuzz
import usable_runners


DEV = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "dev")


def run_dev(*words):
    return subprocess.run(["bash", DEV, *words], capture_output=True, text=True)


class Usage(unittest.TestCase):
    def test_every_command_is_explained_and_every_explained_one_exists(self):
        explained = re.findall(r"(?m)^  ([a-z]+) ", run_dev("--help").stdout)
        refusal = run_dev("no-such-command")
        self.assertEqual(refusal.returncode, 2)
        commands = refusal.stderr.split("commands: ")[1].split()
        self.assertEqual(sorted(explained), sorted(commands))
        self.assertIn("bench", commands)


class Fuzz(unittest.TestCase):
    def test_seconds_that_are_no_number_are_refused_before_anything_is_built(self):
        for words in (["--seconds"], ["--seconds", "0"], ["--seconds", "x"], ["--secs", "1"]):
            self.assertEqual(run_dev("fuzz", *words).returncode, 2, words)

    def test_a_summary_counts_and_names_the_crash(self):
        log = (
            "Test unit written to build/fuzz/crashes/t-crash-ab\n"
            "stat::number_of_executed_units: 1200\n"
            "stat::new_units_added:          34\n"
        )
        self.assertEqual(
            fuzz.summary("t", 77, log),
            "t: 1200 executions, 34 new units, crash: build/fuzz/crashes/t-crash-ab",
        )
        self.assertEqual(
            fuzz.summary("t", 0, ""), "t: 0 executions, 0 new units, no crash"
        )
        self.assertEqual(
            fuzz.summary("t", 9, ""), "t: 0 executions, 0 new units, ended with status 9"
        )

    def test_every_fuzz_target_is_run_and_every_one_that_is_run_exists(self):
        root = os.path.dirname(DEV)
        built = []
        for part in ("cases", "runners", "reports"):
            folder = os.path.join(root, part, "test", "fuzz")
            built += [
                name[: -len("_fuzzer.cpp")]
                for name in os.listdir(folder)
                if name.endswith("_fuzzer.cpp")
            ]
        self.assertEqual(sorted(built), sorted(fuzz.TARGETS))


class ClosingLine(unittest.TestCase):
    def line(self, *cases):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "junit.xml")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(f"<testsuite>{''.join(cases)}</testsuite>")
            return closing_line.closing_line(path)

    def test_it_counts_what_passed_and_what_failed(self):
        cases = ['<testcase status="run"/>'] * 2 + ['<testcase status="fail"/>']
        self.assertEqual(self.line(*cases), "2 passed, 1 failed")

    def test_a_test_that_asks_to_be_skipped_or_is_disabled_is_skipped(self):
        self.assertEqual(
            self.line(
                '<testcase status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>',
                '<testcase status="disabled"/>',
            ),
            "0 passed, 0 failed, 2 skipped",
        )

    def test_a_test_that_could_not_start_has_failed(self):
        self.assertEqual(
            self.line(
                '<testcase status="notrun">'
                '<skipped message="Unable to find executable"/></testcase>',
                '<testcase status="notrun"/>',
            ),
            "0 passed, 2 failed",
        )


class UsableRunners(unittest.TestCase):
    def test_a_runner_that_is_not_usable_is_left_out_with_its_reason(self):
        runners = [
            {"name": "reference", "usable": True, "why": "", "install": ""},
            {"name": "torch", "usable": False, "why": "no torch", "install": "pip torch"},
        ]
        usable, reasons = usable_runners.choose(runners, ["reference", "onednn", "torch"])
        self.assertEqual(usable, ["reference"])
        self.assertEqual(
            reasons,
            [
                "onednn is left out: this build has no such runner",
                "torch is left out: no torch; to have it: pip torch",
            ],
        )


if __name__ == "__main__":
    unittest.main()
