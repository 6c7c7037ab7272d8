#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of case files and the reader, held against each other.

usage: schema_test.py PRINT_CASE_SCHEMA TRUENORM [unittest arguments]

The validator is the jsonschema package, and PyYAML reads the files, so that nothing here
shares code with the reader. What the reader takes the schema must take. What the schema
takes the reader may refuse, but only for a reason that no schema can see.
"""

import copy
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

PRINT_CASE_SCHEMA = ""
TRUENORM = ""
CASES = pathlib.Path(__file__).resolve().parents[1]
SCHEMA = CASES / "schema" / "case.schema.json"


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, where `no` is a word; hex floats stay strings."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in (
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", list("-+.0123456789")),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def construct_integer(loader, node):
    text = loader.construct_scalar(node)
    base = {"0x": 16, "0o": 8}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


CoreLoader.add_constructor("tag:yaml.org,2002:int", construct_integer)


def load(text):
    return yaml.load(text, Loader=CoreLoader)


PLAIN = re.compile(r"[A-Za-z0-9_+.-]+")


def dump(value):
    """YAML in flow style. A string that is a word or a hex float is written plain."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and load(value) == value:
        return value
    return json.dumps(value)


# Every key and every form of a tensor, in few elements.
RICH = """
truenorm: 1
suite: rich
defaults:
  op: layer_norm
  dtype: [float32, float64]
  attributes: {axes: [-1], eps: "1/1000000"}
  inputs: {beta: 0.5}
  bug: {source: "https://example.org/1", libraries: [a], symptom: nan}
cases:
- case: everything
  about: Every key of a case.
  dialect: pytorch
  direction: [forward, vjp]
  attributes: {eps: 0x1p-20, eps_mode: outside, gamma_offset: 1}
  inputs:
    x: {shape: [2, 3], random: normal, mean: 1, std: 0x1p+1, seed: 3, times: 2, plus: -1, set: [{at: [0, 1], to: 7.5}]}
    gamma: {shape: [3], linspace: [1, 2]}
    dy: {shape: [2, 3], random: uniform, low: -1, high: 1}
  outputs: [y, rstd, dx]
  tolerance: {y: {ulp: 2, flush_to_zero: true}, dx: {excess: 3}}
  catches: [eps_inside_sqrt]
  known: [{runner: torch, version: ">=2.1,<2.14", dtype: float32, direction: vjp, output: dx, verdict: crashed, excess: 3, link: "https://example.org/2", because: it does}]
  tags: [full]
  compute: float64
  zero_gradient: true
- case: tensors
  op: group_norm
  dtype: {x: float16, gamma: float32}
  attributes: {axes: null, groups: 2, layout: channels_last, affine: per_channel, round_normalized: false}
  inputs:
    x: {shape: [1, 3, 4], random: log_uniform, low: -3, high: 3}
    gamma: {shape: [4], bits: [0x3f800000, 0x40000000, 0x40400000, 1]}
    beta: {shape: [4], pattern: alternating, value: 3}
  outputs: all
  tolerance: {ulp: 2}
- case: others
  inputs:
    x: {shape: [2, 2], random: bits, nonfinite: true}
    gamma: {shape: [2], pattern: spike, value: 3, at: 1, base: -inf}
    beta: {shape: [2], pattern: constant, value: nan}
- case: lists
  inputs:
    x: [[1, 0x1p-3], [nan, -inf]]
    gamma: {shape: [2], fill: 2}
- case: files
  dtype: float32
  inputs:
    x: {file: x.safetensors, tensor: a, times: 2, plus: 1, set: [{at: [0], to: nan}]}
    beta: {file: b.npy}
- case: norms
  op: lp_normalize
  dtype: float32
  attributes: {axes: null, p: 1, dim: 0}
  inputs: {x: [[1, 2]], beta: null}
"""

INSTEAD = [None, True, 7, -0.5, "word", "nan", [], [1], {}, {"word": 1}]

# Why the reader refuses what a schema must take: it knows other values, sizes, or names.
BEYOND_A_SCHEMA = [
    r"^the case has no '(op|dtype)'$",  # the defaults may have it
    r"^the case '.*' stands already at line",
    r"^\w+: \w+: ",  # a question that cannot be asked: shapes, axes, required attributes
    r"^\w+: (b\.npy|x\.safetensors|word|nan): ",  # what the file holds
    r"^\w+: .*: path escape: ",
    r"elements? (of|for) ",
    r"^\w+: \d+ bit patterns for \d+ elements$",
    r"has more than the \d+ bits of",
    r" is of float32 alone, but the case has several$",
    r"^unknown (attribute 'axes'|input 'beta') of ",  # which the defaults brought in
    r"does not exist$",
    r"is no element of shape",
    r" is ragged: ",
    r"a dimension is negative$",
    r"out of the range of",
    r"rounds? to",
    r"needs -5000 <= low <= high <= 5000",
    r"^version must be comparisons",
    r"^unknown output '",  # of this direction
    r"^input '.*' belongs to direction ",
    r"bits mean one thing in one dtype",
    r"bits .* does not fit|is no bit pattern|has \d+ bits",
    r"must be an integer from 0 to 2\^64 - 1",
    r"must be text \(in quotes\)",  # a string that was a hex float
    r"must be at least 0 and finite",
    r"must be a finite number",  # .nan and .inf are numbers to YAML
    r"must be true or false",
    r"^axes: an item must be an integer of 64 bits|^gamma_offset must be an integer of 64 bits",
    r" is too long, or its exponent out of range$",
    r"has more than \d+ (elements|dimensions)$",
    r"is a list of \d+ items; at most",
    r"is no value of float8_e4m3fn$",
    r"^eps must be a number, not '1/0'$",
    r"^unknown p '2\.0'",  # to a schema the same as 2
    r"^unknown attribute 'groups' of layer_norm",  # which the defaults brought in
    # What is gone when a schema sees the file.
    r"^the key '.*' stands already at line",
    r"not part of the case language$",
    r"byte order mark",
    r"^not YAML: invalid unicode",
]


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = SCHEMA.read_text()
        cls.validator = jsonschema.Draft7Validator(json.loads(cls.text))

    def faults(self, document):
        return [f"{e.json_path}: {e.message[:200]}" for e in self.validator.iter_errors(document)]

    def test_the_file_is_what_the_reader_s_tables_give(self):
        printed = subprocess.check_output([PRINT_CASE_SCHEMA], text=True)
        self.assertEqual(
            printed, self.text, "write it anew: print_case_schema > cases/schema/case.schema.json"
        )

    def test_it_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(json.loads(self.text))

    def test_every_case_that_comes_with_the_program_fits(self):
        files = [f for f in sorted(CASES.rglob("*.yaml")) if "test" not in f.parts]
        self.assertGreater(len(files), 50)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(self.faults(load(file.read_text())), [])

    def refusals(self, texts):
        """The reader's errors for each text."""
        with tempfile.TemporaryDirectory() as folder:
            values = struct.pack("<2f", 1, 2)
            header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n"
            pathlib.Path(folder, "b.npy").write_bytes(
                b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values
            )
            header = b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'
            pathlib.Path(folder, "x.safetensors").write_bytes(
                struct.pack("<Q", len(header)) + header + values
            )
            for k, text in enumerate(texts):
                pathlib.Path(folder, f"{k:05}.yaml").write_text(text)
            done = subprocess.run([TRUENORM, "lint", folder], capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        errors = [[] for _ in texts]
        for line in done.stdout.splitlines():
            match = re.match(r".*/(\d{5})\.yaml:\d+:\d+: error: (.*)", line)
            # Each file names the same tests.
            if match and "is selected twice" not in line:
                errors[int(match[1])].append(match[2])
        return errors

    def check_agreement(self, texts):
        """How many texts each of the two refuses, after a check of each text."""
        refused, unfit = 0, 0
        for text, errors in zip(texts, self.refusals(texts)):
            faults = self.faults(load(text))
            refused += bool(errors)
            unfit += bool(faults)
            if not errors:
                self.assertEqual(faults, [], f"the reader takes this:\n{text}")
            elif not faults:
                unseen = [e for e in errors if not any(re.search(b, e) for b in BEYOND_A_SCHEMA)]
                self.assertEqual(unseen, [], f"the schema takes this:\n{text}")
        return refused, unfit

    def test_the_rich_file_is_taken_by_both(self):
        self.assertEqual(self.check_agreement([RICH, dump(load(RICH))]), (0, 0))

    def test_they_agree_on_the_malformed_files(self):
        texts = []
        for file in sorted((CASES / "test" / "malformed").glob("*.yml")):
            try:
                text = file.read_text()
                load(text)
            except (UnicodeDecodeError, yaml.YAMLError, ValueError):
                continue  # What is no YAML reaches no schema.
            texts.append(text)
        self.assertGreater(len(texts), 400)
        refused, _ = self.check_agreement(texts)
        self.assertEqual(refused, len(texts))

    def test_they_agree_on_every_small_change_of_the_rich_file(self):
        texts = [dump(c) for document in one_case_each(load(RICH)) for c in changes(document)]
        refused, unfit = self.check_agreement(texts)
        self.assertGreater(len(texts), 1500)
        self.assertGreater(unfit, len(texts) // 2)
        self.assertGreaterEqual(refused, unfit)


def one_case_each(document):
    """The file cut into one for each case, which are quicker to check."""
    for case in document["cases"]:
        yield {**document, "cases": [case]}


def places(node, path=()):
    """The path of every node below the root."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in children if isinstance(node, (dict, list)) else ():
        yield path + (key,)
        if isinstance(value, (dict, list)):
            yield from places(value, path + (key,))


def changes(document):
    """Copies of a document with one node replaced or removed, or one key misspelt."""
    for path in places(document):
        def changed(change):
            copied = copy.deepcopy(document)
            parent = copied
            for key in path[:-1]:
                parent = parent[key]
            change(parent, path[-1])
            return copied

        for value in INSTEAD:
            yield changed(lambda parent, key: parent.__setitem__(key, value))
        yield changed(lambda parent, key: parent.__delitem__(key))
        if isinstance(path[-1], str):
            yield changed(lambda parent, key: parent.__setitem__(key + "x", parent.pop(key)))


if __name__ == "__main__":
    PRINT_CASE_SCHEMA, TRUENORM = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
