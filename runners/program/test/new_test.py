#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""truenorm new as its users see it.

usage: new_test.py PROGRAM [unittest arguments]
"""

import os
import pathlib
import re
import sys
import unittest

import program_test

RECORDING_RUNNER = pathlib.Path(__file__).with_name("recording_runner.py")
DTYPES = ("float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32", "float64")
OPERATORS = (
    "layer_norm", "rms_norm", "group_norm", "instance_norm", "batch_norm",
    "batch_norm_inference", "normalize_along_dim", "weight_norm", "lp_normalize",
)


class NewTest(program_test.ProgramTest):
    def new(self, *arguments):
        done = self.run_program("new", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_lints(self, file, tests):
        done = self.run_program("lint", file)
        self.assertEqual(done.stdout, f"{tests} tests, 0 errors, 0 warnings\n")

    def assert_runs(self, file, runner, status):
        done = self.run_program("run", file, "--runner", runner)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)


class Skeleton(NewTest):
    def test_every_operator_direction_and_dtype(self):
        options = [f"--dtype={dtype}" for dtype in DTYPES]
        options += [f"--direction={direction}" for direction in ("forward", "vjp", "jvp")]
        for op in OPERATORS:
            with self.subTest(op):
                self.assertEqual(self.new("--op", op, *options, "--out", f"{op}.yaml"), "")
                self.assert_lints(f"{op}.yaml", 18)
                self.assert_runs(f"{op}.yaml", "reference", 0)
                text = (self.folder / f"{op}.yaml").read_text()
                caught = re.search(r"catches: \[(\w+)", text).group(1)
                self.assert_runs(f"{op}.yaml", f"mutant:{caught}", 1)

    def test_the_same_goes_to_standard_output(self):
        self.new("--op", "rms_norm", "--shape", "4,768", "--out", "new.yaml")
        text = self.new("--op", "rms_norm", "--shape", "4,768")
        self.assertEqual(text, (self.folder / "new.yaml").read_text())
        self.assertIn("x: {shape: [4, 768],", text)

    def test_every_option(self):
        self.new(
            "--op", "layer_norm", "--dtype", "float16", "--dialect", "pytorch",
            "--attribute", "eps=1e-6", "--attribute", "axes=[1, 2]", "--shape", "2,3,5",
            "--name", "my-case", "--about", 'Words: "quoted".', "--bug",
            "https://example.org/1", "--library", "torch", "--library", "jax",
            "--symptom", "nan", "--catches", "eps_dropped", "--out", "new.yaml",
        )
        self.assert_lints("new.yaml#my-case", 1)
        text = (self.folder / "new.yaml").read_text()
        self.assertIn("libraries: [torch, jax], symptom: nan", text)

    def test_a_file_is_never_overwritten(self):
        kept = self.write("kept.yaml", "mine\n")
        line = self.refused("new", "--op", "layer_norm", "--out", "kept.yaml")
        self.assertIn("kept.yaml", line)
        self.assertEqual(kept.read_text(), "mine\n")

    def test_bad_arguments(self):
        for arguments, word in (
            ((), "--op"),
            (("--op", "layernorm"), "'layer_norm'"),
            (("--op", "layer_norm", "--attribute", "ep=1"), "'eps'"),
            (("--op", "layer_norm", "--shape", "4,x"), "--shape"),
            (("--op", "layer_norm", "--catches", "eps"), "eps"),
            (("--dtype", "float16"), "--op"),
            (("--op", "layer_norm", "--element", "1"), "--from-answer"),
            (("--op", "layer_norm", "--out", "none/new.yaml"), "none/new.yaml"),
        ):
            with self.subTest(arguments):
                self.assertIn(word, self.refused("new", *arguments))


class FromAnswer(NewTest):
    def record(self, op, direction, mutant):
        """The files of one request and what the mutant answers."""
        name = f"{op}-{direction}"
        self.new("--op", op, "--direction", direction, "--out", f"{name}.yaml")
        folder = self.folder / name
        folder.mkdir()
        program = pathlib.Path(program_test.PROGRAM).parents[1] / "libexec" / "truenorm"
        runner = self.write(
            "runner.sh",
            f"#!/bin/sh\nexec python3 '{RECORDING_RUNNER}' '{folder}' "
            f"'{program}/truenorm-runner-mutant' {mutant}\n",
        )
        runner.chmod(0o755)
        self.assert_runs(f"{name}.yaml", "./runner.sh", 1)
        return [folder / f"0.{what}.safetensors" for what in ("request", "answer")]

    def test_every_operator(self):
        for op in OPERATORS:
            mutant = "multiplied_by_std"
            for direction in ("forward", "vjp"):
                with self.subTest(op=op, direction=direction):
                    files = self.record(op, direction, mutant)
                    cut = f"cut-{op}-{direction}.yaml"
                    self.assertEqual(self.new("--from-answer", *files, "--out", cut), "")
                    self.assert_lints(cut, 1)
                    self.assert_runs(cut, f"mutant:{mutant}", 1)
                    self.assert_runs(cut, "reference", 0)

    def test_an_element_of_choice(self):
        files = self.record("layer_norm", "vjp", "dx_without_mean")
        text = self.new("--from-answer", *files, "--element", "17", "--output", "dx",
                        "--name", "row", "--about", "A row.")
        self.assertIn("# From the answer to the request new-case.float32.vjp.", text)
        self.assertIn("- case: row\n  about: A row.\n", text)
        self.assertRegex(text, r"dx\[0, 0, 7\] came as \S+ where the truth is \S+")
        self.assertIn("outputs: [dx]", text)

    def test_bad_files(self):
        request, answer = self.record("rms_norm", "forward", "eps_dropped")
        garbage = self.write("garbage", "no frame at all")
        for files, word in (
            ((garbage, answer), "garbage"),
            ((request, garbage), "garbage"),
            ((request, "nowhere"), "nowhere"),
            ((request, self.folder), str(self.folder)),
            ((answer, request), "answer.safetensors"),
            ((request,), "--from-answer"),
        ):
            with self.subTest(files):
                self.assertIn(word, self.refused("new", "--from-answer", *files))
        for option, value, word in (
            ("--element", "120", "120 elements"),
            ("--element", "-1", "120 elements"),
            ("--element", "one", "--element"),
            ("--output", "z", "the answer has y"),
            ("--op", "rms_norm", "--op"),
            ("--name", "No Name", "No Name"),
        ):
            with self.subTest(option=option, value=value):
                line = self.refused("new", "--from-answer", request, answer, option, value)
                self.assertIn(word, line)


if __name__ == "__main__":
    program_test.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
