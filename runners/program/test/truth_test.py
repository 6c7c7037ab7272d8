#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""truenorm truth as its users see it.

usage: truth_test.py PROGRAM [unittest arguments]
"""

import copy
import json
import math
import os
import shutil
import sys
import unittest

import jsonschema
import program_test

SCHEMA = json.loads((program_test.ROOT / "runners/program/truth.schema.json").read_text())

# All by hand: the mean is 1/5, the variance 4/25, so x-hat is 2 and then -1/2. The first
# y is 4098, half-way between 4096 and 4100, the others are 2049 and 2051, half-way too.
TIES = """truenorm: 1
suite: sample
cases:
- case: ties
  about: Every element of y is half-way between two float16 numbers.
  op: layer_norm
  dtype: float16
  attributes: {eps: 0}
  inputs:
    x: [1, 0, 0, 0, 0]
    gamma: [1, 2, 2, -2, -2]
    beta: [4096, 2050, 2050, 2050, 2050]
"""
TIES_NAME = "ties.yaml#ties[float16,forward]"
TIES_Y = {
    "dtype": "float16",
    "shape": [5],
    "truth": ["4.09800000000000000000000000000e+03"]
    + ["2.04900000000000000000000000000e+03"] * 2
    + ["2.05100000000000000000000000000e+03"] * 2,
    "rounded": ["0x1p+12", "0x1p+11", "0x1p+11", "0x1.008p+11", "0x1.008p+11"],
    "settled": ["decide"] * 5,
}

# In each direction; the constant row has s = 0, so there is no number in it.
DIRECTIONS = """truenorm: 1
suite: sample
cases:
- case: each-way
  about: All three directions, with numbers and without.
  op: layer_norm
  dtype: float32
  direction: [forward, vjp, jvp]
  attributes: {eps: 0}
  inputs: {x: [[1, 2, 4], [3, 3, 3]], dy: 1, tangent_x: {shape: [2, 3], random: normal}}
  outputs: [y, rstd, dx, tangent_y]
"""


class TruthTest(program_test.ProgramTest):
    def lines(self, *arguments):
        done = self.run_program("truth", *arguments, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]


class Truth(TruthTest):
    def test_a_line_of_json_to_the_letter(self):
        self.write("ties.yaml", TIES)
        done = self.run_program("truth", "ties.yaml", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        expected = {"case": TIES_NAME, "outputs": {"y": TIES_Y}}
        self.assertEqual(done.stdout, json.dumps(expected, separators=(",", ":")) + "\n")

    def test_statistics_of_float16_are_told_in_float32(self):
        self.write("ties.yaml", TIES)
        (line,) = self.lines("ties.yaml", "--output", "rstd", "--output", "mean")
        self.assertEqual(list(line["outputs"]), ["mean", "rstd"])
        mean, rstd = line["outputs"].values()
        self.assertEqual((mean["dtype"], mean["shape"]), ("float32", []))
        self.assertEqual(mean["truth"], ["2.00000000000000000000000000000e-01"])
        self.assertEqual(mean["rounded"], ["0x1.99999ap-3"])
        self.assertEqual(rstd["rounded"], ["0x1.4p+1"])
        self.assertEqual(rstd["settled"], ["decide"])

    def test_stages(self):
        self.write("ties.yaml", TIES)
        (line,) = self.lines("ties.yaml", "--stages")
        self.assertEqual(list(line), ["case", "outputs", "stages"])
        stages = line["stages"]
        self.assertEqual(len(stages), 14)
        self.assertEqual(
            stages["var"], {"shape": [], "truth": ["1.60000000000000000000000000000e-01"]}
        )
        self.assertEqual(stages["y"], {key: TIES_Y[key] for key in ("shape", "truth")})
        text = self.run_program("truth", "ties.yaml", "--stages").stdout
        self.assertIn("\nstage var []\n  []  1.60000000000000000000000000000e-01\n", text)
        self.assertLess(text.index("stage mean "), text.index("stage var "))

    def test_every_direction(self):
        self.write("each.yaml", DIRECTIONS)
        lines = {line["case"]: line["outputs"] for line in self.lines("each.yaml")}
        self.assertEqual(
            {name.split(",")[1]: list(outputs) for name, outputs in lines.items()},
            {"forward]": ["y", "rstd"], "vjp]": ["dx"], "jvp]": ["tangent_y"]},
        )
        for outputs in lines.values():
            for name, output in outputs.items():
                with self.subTest(name):
                    half = len(output["truth"]) // 2
                    self.assertNotIn("special", output["settled"][:half])
                    self.assertEqual(set(output["settled"][half:]), {"special"})
                    word = "inf" if name == "rstd" else "nan"
                    self.assertEqual(set(output["truth"][half:]), {word})
                    self.assertEqual(set(output["rounded"][half:]), {word})

    def test_an_output_chosen_leaves_out_tests_without_it(self):
        self.write("each.yaml", DIRECTIONS)
        self.write("ties.yaml", TIES)
        lines = self.lines("each.yaml", "ties.yaml", "--output", "dx", "--output", "mean")
        self.assertEqual(
            [(line["case"], list(line["outputs"])) for line in lines],
            [("each.yaml#each-way[float32,forward]", ["mean"]),
             ("each.yaml#each-way[float32,vjp]", ["dx"]), (TIES_NAME, ["mean"])],
        )

    def test_tables_to_the_letter(self):
        self.write("ties.yaml", TIES)
        done = self.run_program("truth", "ties.yaml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(
            done.stdout,
            f"{TIES_NAME}\n"
            "y float16 [5]\n"
            "  index                                truth      rounded  as decimal  tail (ulp)  settled\n"
            "  [0]    4.09800000000000000000000000000e+03      0x1p+12        4096        +0.5  decide\n"
            "  [1]    2.04900000000000000000000000000e+03      0x1p+11        2048        +0.5  decide\n"
            "  [2]    2.04900000000000000000000000000e+03      0x1p+11        2048        +0.5  decide\n"
            "  [3]    2.05100000000000000000000000000e+03  0x1.008p+11        2052        -0.5  decide\n"
            "  [4]    2.05100000000000000000000000000e+03  0x1.008p+11        2052        -0.5  decide\n"
            "\n",
        )

    def test_a_long_output_says_where_its_rest_is(self):
        self.write("long.yaml", TIES.replace("x: [1, 0, 0, 0, 0]", "x: {shape: [66], fill: 1}")
                   .replace("gamma: [1, 2, 2, -2, -2]", "gamma: 1")
                   .replace("beta: [4096, 2050, 2050, 2050, 2050]", "beta: 1"))
        text = self.run_program("truth", "long.yaml").stdout
        self.assertIn("  [63] ", text)
        self.assertNotIn("  [64] ", text)
        self.assertIn("  ... and 2 more; --json prints all 66\n", text)
        self.assertEqual(len(self.lines("long.yaml")[0]["outputs"]["y"]["truth"]), 66)

    def test_without_a_case_nothing_is_computed(self):
        line = self.refused("truth", "--json")
        self.assertIn("FILE#case[dtype,direction]", line)
        self.assertIn("truenorm list cases", line)

    def test_an_output_that_nobody_has(self):
        self.write("ties.yaml", TIES)
        line = self.refused("truth", "ties.yaml", "--output", "y", "--output", "maen")
        self.assertIn("maen", line)
        self.assertIn("did you mean 'mean'?", line)
        self.assertIn("they have mean, rstd, y", line)
        self.assertIn("dx", self.refused("truth", "ties.yaml", "--output", "dx"))

    def test_cases_that_cannot_be_read(self):
        self.write("ties.yaml", TIES)
        self.assertIn("nowhere.yaml", self.refused("truth", "nowhere.yaml"))
        self.assertIn("tie", self.refused("truth", "ties.yaml#tie"))
        self.write("ties.yaml", TIES.replace("gamma", "gama"))
        self.assertRegex(self.refused("truth", "ties.yaml"), r"^ties\.yaml:\d+:\d+: error: ")

    def test_names_of_installed_cases_select_them(self):
        done = self.run_program("list", "cases", "--json")
        name = json.loads(done.stdout)[0]["name"]
        self.assertEqual([line["case"] for line in self.lines(name)], [name])


class Schema(TruthTest):
    """Every line that is printed keeps truth.schema.json, and faulty lines break it."""

    def setUp(self):
        super().setUp()
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_takes_every_case_that_came_with_the_program(self):
        """All but the full ones, whose truths would be gigabytes of text."""
        cases = program_test.ROOT / "cases"
        for file in cases.rglob("*.yaml"):
            head, *written = file.read_text().split("\n- case:")
            kept = [case for case in written if "tags: [full]" not in case]
            if kept and "test" not in file.relative_to(cases).parts:
                name = "-".join(file.relative_to(cases).parts)
                self.write(f"cases/{name}", "\n- case:".join([head, *kept]) + "\n")
        for file in [*cases.rglob("*.npy"), *cases.rglob("*.safetensors")]:
            shutil.copy(file, self.folder / "cases")
        lines = self.lines("cases")
        self.assertGreater(len(lines), 100)
        for line in lines:
            with self.subTest(line["case"]):
                self.assert_taken(line)

    def test_takes_the_stages_of_every_operator(self):
        files = sorted((program_test.ROOT / "cases").glob("*/basics.yaml"))
        self.assertGreater(len(files), 3)
        for file in files:
            for line in self.lines(file, "--stages"):
                with self.subTest(file.parent.name + "/" + line["case"]):
                    self.assertIn("stages", line)
                    self.assert_taken(line)

    def assert_taken(self, line):
        self.validator.validate(line)
        for tensor in [*line["outputs"].values(), *line.get("stages", {}).values()]:
            for key in tensor.keys() - {"dtype", "shape"}:
                self.assertEqual(len(tensor[key]), math.prod(tensor["shape"]), key)

    def test_refuses_faulty_lines(self):
        self.write("ties.yaml", TIES)
        (good,) = self.lines("ties.yaml", "--stages")
        self.validator.validate(good)
        output, stage = ("outputs", "y"), ("stages", "mean")
        for path in ((), output, stage):
            keys = set(self.at(good, path))
            for key in keys - {"stages"}:
                self.assert_refused(good, path, lambda o, k=key: o.pop(k))
            for key in keys:
                self.assert_refused(good, path, lambda o, k=key: o.update({k: {"a": ["b"]}}))
            self.assert_refused(good, path, lambda o: o.update(surplus=1))
        for key in ("outputs", "stages"):
            self.assert_refused(good, (), lambda o, k=key: o.update({k: {}}))
        for path, key, values in (
            ((), "case", ["a.yaml#b", "b[float16,forward]", "a.yaml#b[float16,backward]"]),
            (output, "dtype", ["half"]),
            (output, "shape", [[-1], [0.5]]),
            (output, "truth", [["4098"], ["0x1p+12"], ["-0"], ["NaN"], [4098]]),
            (output, "rounded", [["4096"], ["0x1.0p+12"], ["-nan"], [4096]]),
            (output, "settled", [["guess"], ["Decide"]]),
            (stage, "truth", [["0.2"], [None]]),
        ):
            for value in values:
                self.assert_refused(good, path, lambda o, k=key, v=value: o.update({k: v}))

    def at(self, line, path):
        for step in path:
            line = line[step]
        return line

    def assert_refused(self, good, path, change):
        faulty = copy.deepcopy(good)
        change(self.at(faulty, path))
        self.assertFalse(self.validator.is_valid(faulty), faulty)


if __name__ == "__main__":
    program_test.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
