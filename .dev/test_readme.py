#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands that README.md shows, on the file that it shows.

usage: test_readme.py PROGRAM
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PROGRAM = ""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shown_commands():
    """(command, output shown below it, status promised) for each $ line."""
    for block in blocks("console"):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            line, _, output = part.partition("\n")
            status = re.search(r"# status (\d)", line)
            yield line.split("#")[0].strip(), output, int(status.group(1)) if status else 0


class Readme(unittest.TestCase):
    def test_dev_commands_exist(self):
        usage = subprocess.check_output([ROOT / "dev", "--help"], text=True)
        commands = [c for c, _, _ in shown_commands() if c.startswith("./dev")]
        self.assertEqual(commands, ["./dev run", "./dev test"])
        for command in commands:
            self.assertRegex(usage, rf"(?m)^  {command.split()[1]} ")

    def test_worked_example(self):
        (case,) = blocks("yaml")
        commands = [c for c in shown_commands() if c[0].startswith("build/truenorm")]
        self.assertEqual(len(commands), 3)
        self.assertLessEqual(len(case.splitlines()), 15)
        folder = tempfile.mkdtemp(prefix="truenorm-")
        self.addCleanup(shutil.rmtree, folder)
        pathlib.Path(folder, "eps.yaml").write_text(case)
        for command, output, status in commands:
            done = subprocess.run(
                [PROGRAM, *command.split()[1:]], cwd=folder, capture_output=True, text=True
            )
            self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
            self.assertIn(output, done.stdout)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
            self.assertTrue((ROOT / target).exists(), target)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
