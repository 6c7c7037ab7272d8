# SPDX-License-Identifier: Apache-2.0
"""Tests of ./dev: its usage, and what stands behind it."""

import os
import re
import subprocess
import tempfile
import unittest

import closing_line
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
