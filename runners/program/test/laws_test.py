#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""truenorm laws as its users see it.

usage: laws_test.py PROGRAM [unittest arguments]
"""

import os
import sys
import unittest

import program_test

# scale = 2/2 and -3/3, offset = 0 - 1*1 and 5 - 2*(-1): y = x - 1 and 7 - x.
LAYER = """truenorm: 1
suite: sample
cases:
- case: layer
  about: Two channels whose scale and offset are integers.
  op: batch_norm_inference
  dtype: float32
  attributes: {eps: 0}
  inputs:
    x: [[0.5, 2], [1.5, -3], [4, 1]]
    mean: [1, 2]
    variance: [4, 9]
    gamma: [2, -3]
    beta: [0, 5]
"""
LAYER_NAME = "layer.yaml#layer[float32,forward]"

BOUNDS = f"""truenorm: 1
bounds:
- case: "{LAYER_NAME}"
  kind: interval
  low: -1
  high: 1
  claimed_low: [[-2, 6], [-2, 6], [-2, 6]]
  claimed_high: [[0, 8], [0, 8], [0, HIGH]]
"""


class Laws(program_test.ProgramTest):
    def test_every_law_holds_and_is_counted(self):
        self.write("layer.yaml", LAYER)
        done = self.run_program("laws", "layer.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("VIOLATED", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^affine_fold +5\.1 +[1-9]\d* +[1-9]\d* +0 ")
        self.assertRegex(done.stdout, r"(?m)^adjoint +5\.2 +[1-9]\d* +[1-9]\d* +0 ")
        self.assertTrue(done.stdout.endswith("1 tests, 0 violations\n"), done.stdout)

    def test_a_runner_that_keeps_the_laws(self):
        self.write("layer.yaml", LAYER)
        done = self.run_program("laws", "layer.yaml", "--runner", "reference")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^adjoint +[1-9]")
        self.assertRegex(done.stdout, r"(?m)^batch_invariance +[1-9]")
        self.assertRegex(done.stdout, r"[1-9]\d* answers, 0 laws broken\n\Z")

    def test_a_runner_with_another_formula_breaks_one(self):
        self.write("layer.yaml", LAYER.replace("eps: 0", "eps: 1").replace("[4, 9]", "[1, 2]"))
        done = self.run_program("laws", "layer.yaml", "--runner", "mutant:eps_outside_sqrt")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"eps_inside_root .*BROKEN at ")

    def test_sound_bounds_and_how_tight_they_are(self):
        self.write("layer.yaml", LAYER)
        self.write("bounds.yaml", BOUNDS.replace("HIGH", "8.00000095367431640625"))
        done = self.run_program("laws", "layer.yaml", "--bounds", "bounds.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"bounds.yaml:3: interval of {LAYER_NAME}: sound\n", done.stdout)
        self.assertIn("6 elements, 0 unsound", done.stdout)
        self.assertIn("11 of 12 ends are the best that float32 can say", done.stdout)
        self.assertIn("[2, 1] high: claimed 0x1.000002p+3", done.stdout)
        self.assertIn("sound, 1 ulp wider than need be", done.stdout)

    def test_unsound_bounds_fail(self):
        self.write("layer.yaml", LAYER)
        self.write("bounds.yaml", BOUNDS.replace("HIGH", "7.5"))
        done = self.run_program("laws", "layer.yaml", "--bounds", "bounds.yaml")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(": UNSOUND\n", done.stdout)
        self.assertRegex(done.stdout, r"\[2, 1\] high: claimed 0x1\.ep\+2, exact 8\.0+e\+00, UNSOUND")

    def test_a_wrong_file_of_bounds_is_refused_with_its_place(self):
        self.write("layer.yaml", LAYER)
        self.write("bounds.yaml", BOUNDS.replace("HIGH", "8").replace("interval", "intervall"))
        line = self.refused("laws", "layer.yaml", "--bounds", "bounds.yaml")
        self.assertIn("bounds.yaml:4:9: error: ", line)
        self.assertIn("interval", line)
        self.write("bounds.yaml", BOUNDS.replace("HIGH", "8").replace("high: 1", "high: -2"))
        line = self.refused("laws", "layer.yaml", "--bounds", "bounds.yaml")
        self.assertIn("bounds.yaml:3:3: error: ", line)

    def test_a_verifier_or_a_runner_but_not_both(self):
        self.write("layer.yaml", LAYER)
        line = self.refused("laws", "layer.yaml", "--bounds", "b.yaml", "--runner", "torch")
        self.assertIn("one at a time", line)


if __name__ == "__main__":
    program_test.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
