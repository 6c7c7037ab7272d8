#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands that the READMEs show, and reads the cases that they write down.

usage: test_docs.py PROGRAM
"""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PROGRAM = ""


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def shown_commands():
    """(command, output shown below it, status promised) for each $ line."""
    for block in blocks("console"):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            line, _, output = part.partition("\n")
            status = re.search(r"# status (\d)", line)
            yield line.split("#")[0].strip(), output, int(status.group(1)) if status else 0


class DocsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="truenorm-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_program(self, *arguments):
        return subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True
        )

    def assert_links_lead_somewhere(self, folder, text):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            self.assertTrue((ROOT / folder / target).exists(), target)


class Readme(DocsTest):
    def test_dev_commands_exist(self):
        usage = subprocess.check_output([ROOT / "dev", "--help"], text=True)
        commands = [c for c, _, _ in shown_commands() if c.startswith("./dev")]
        self.assertEqual(commands, ["./dev run", "./dev test"])
        for command in commands:
            self.assertRegex(usage, rf"(?m)^  {command.split()[1]} ")

    def test_worked_example(self):
        (case,) = blocks("yaml")
        commands = [c for c in shown_commands() if c[0].startswith("build/truenorm")]
        self.assertEqual(len(commands), 9)
        # A bug as a case: 15 lines and three commands.
        self.assertLessEqual(len(case.splitlines()), 15)
        section = README.split("## A bug, as a case")[1]
        self.assertEqual(blocks("console", section)[0].count("$ build/truenorm "), 3)
        (self.folder / "eps.yaml").write_text(case)
        for command, output, status in commands:
            done = self.run_program(*command.split()[1:])
            self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
            self.assertIn(output, done.stdout)

    def test_links_lead_somewhere(self):
        self.assert_links_lead_somewhere(".", README)


class FolderReadmes(DocsTest):
    def test_links_lead_somewhere(self):
        for folder in ("oracle", "cases", "runners", "reports"):
            with self.subTest(folder):
                text = (ROOT / folder / "README.md").read_text()
                self.assert_links_lead_somewhere(folder, text)

    def test_cases_are_written_as_cases_readme_says(self):
        text = (ROOT / "cases" / "README.md").read_text()
        (self.folder / "example.yaml").write_text(blocks("yaml", text)[0])
        done = self.run_program("lint", "example.yaml")
        self.assertEqual(done.returncode, 0, done.stdout)
        # The files that the page names: two float16 elements each.
        npy = b"{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}\n"
        npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(npy)) + npy + bytes(4)
        (self.folder / "x.npy").write_bytes(npy)
        header = b'{"gamma": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}'
        blob = struct.pack("<Q", len(header)) + header + bytes(4)
        (self.folder / "w.safetensors").write_bytes(blob)
        tensors = re.findall(r"(?m)^\| `(\d+|\[.*\]|\{.*\})` \|", text)
        self.assertGreater(len(tensors), 10)
        for tensor in tensors:
            with self.subTest(tensor):
                (self.folder / "tensor.yaml").write_text(
                    "truenorm: 1\nsuite: docs\ncases:\n"
                    "- {case: tensor, about: As shown., op: layer_norm, dtype: float16, "
                    f"inputs: {{x: {tensor}}}}}\n"
                )
                done = self.run_program("lint", "tensor.yaml")
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_new_cases_are_made_as_cases_readme_says(self):
        text = (ROOT / "cases" / "README.md").read_text()
        section = text.split("## New cases\n")[1].split("\n## ")[0]
        (command, *_) = re.findall(r"(?m)^\$ truenorm (new --op .*)$", section)
        done = self.run_program(*command.split())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_program("lint", "new.yaml").returncode, 0)
        usage = self.run_program("new", "--help").stdout
        options = re.findall(r"--[a-z][a-z-]+", section)
        self.assertGreater(len(options), 10)
        for option in options:
            self.assertIn(option, usage)

    def test_bounds_are_written_as_cases_readme_says(self):
        text = (ROOT / "cases" / "README.md").read_text()
        (self.folder / "bounds.yaml").write_text(blocks("yaml", text)[-1])
        layer = ROOT / "cases" / "batch_norm_inference" / "fold.yaml"
        done = self.run_program("laws", str(layer), "--bounds", "bounds.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("12 elements, 0 unsound", done.stdout)

    def test_the_library_example_is_shown_as_it_is(self):
        text = (ROOT / "oracle" / "README.md").read_text()
        for file, language in (("main.cpp", "cpp"), ("CMakeLists.txt", "cmake")):
            example = (ROOT / "oracle" / "example" / file).read_text()
            self.assertGreater(len(example), 100)
            self.assertIn(f"```{language}\n{example}```", text)

    def test_the_example_runner_runs_as_runners_readme_says(self):
        text = (ROOT / "runners" / "README.md").read_text()
        command = re.search(r"Try it: `build/truenorm (.*)`", text).group(1).split()
        command[-1] = str(ROOT / command[-1])
        done = self.run_program(*command)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^PASS .* [1-9]\d* pass")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
