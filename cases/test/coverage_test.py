#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does COVERAGE.md name cases that exist, and is every convention asked by a case?

The case files are read as text, without our reader: a key stands alone on its line.
"""

import collections
import itertools
import pathlib
import re
import unittest

CASES = pathlib.Path(__file__).resolve().parents[1]
DIRECTIONS = ("forward", "vjp", "jvp")
CHANNELS = ("group_norm", "instance_norm", "batch_norm", "batch_norm_inference")
WITHOUT_GAMMA = ("lp_normalize",)
OPERATORS = CHANNELS + (
    "layer_norm",
    "rms_norm",
    "normalize_along_dim",
    "weight_norm",
    "lp_normalize",
)
FORMATS = ("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")
EPS_MODES = ("inside", "outside", "floor", "floor_inside")
# What an attribute is when neither the case nor its dialect says it.
DEFAULTS = {
    "gamma_offset": "0",
    "round_normalized": "false",
    "layout": "channels_first",
    "batched": "true",
    "affine": "per_channel",
    "momentum_of": "new",
    "running_variance_divisor": "n_minus_1",
    "clamp_variance": "false",
    "p": "2",
}

Case = collections.namedtuple("Case", "name op directions formats attributes dialect")


def entries(text):
    """The keys and values of `{a: b, c: [d, e]}`, inner brackets left as they are."""
    pairs = re.findall(r"(\w+): ((?:\[[^]]*\]|[^,\[\]{}])+)", text)
    return {key: value.strip() for key, value in pairs}


def words(text):
    return [word.strip() for word in text.strip("[]").split(",")]


def field(block, key):
    """What stands after `key:` on a line of its own, or within `defaults: {...}`."""
    match = re.search(rf"^  {key}: (.+)$", block, re.MULTILINE)
    if match:
        return match.group(1)
    inline = re.search(r"^defaults: \{(.*)\}$", block, re.MULTILINE)
    value = r"(\{[^}]*\}|\[[^]]*\]|[^,{}\[\]]+)"
    match = inline and re.search(rf"\b{key}: {value}", inline.group(1))
    return match.group(1) if match else None


def formats(text):
    if text.startswith("{"):
        return [entries(text)["x"]]
    return words(text)


def read_cases():
    for file in sorted(CASES.glob("*/*.yaml")):
        head, *blocks = re.split(r"^(?=- case: )", file.read_text(), flags=re.MULTILINE)
        # A file has one operator, but the bug zoo's have many.
        op = field(head, "op")
        for block in blocks:
            name = re.match(r"- case: (\S+)", block).group(1)
            attributes = entries(field(head, "attributes") or "")
            attributes.update(entries(field(block, "attributes") or ""))
            direction = field(block, "direction") or field(head, "direction") or "forward"
            yield Case(
                f"{file.relative_to(CASES)}#{name}",
                field(block, "op") or op,
                words(direction),
                formats(field(block, "dtype") or field(head, "dtype") or ""),
                {k: v for k, v in attributes.items() if v != "null"},
                field(block, "dialect") or field(head, "dialect"),
            )


def value(case, attribute):
    if attribute == "eps_mode":
        floor = case.op == "lp_normalize"
        return case.attributes.get(attribute, "floor" if floor else "inside")
    return case.attributes.get(attribute, DEFAULTS.get(attribute))


def values_to_ask():
    """(operator, directions of which each must ask it, attributes to values)."""
    every, derivatives, forward = DIRECTIONS, DIRECTIONS[1:], DIRECTIONS[:1]
    for op in OPERATORS:
        for mode in EPS_MODES:
            yield op, every, {"eps_mode": mode}
        if op in WITHOUT_GAMMA:
            continue
        for offset in ("0", "1"):
            yield op, derivatives, {"gamma_offset": offset}
            for rounds in ("true", "false"):
                yield op, forward, {"gamma_offset": offset, "round_normalized": rounds}
    for op, layout in itertools.product(CHANNELS, ("channels_first", "channels_last")):
        choices = ("per_channel", "per_group") if op == "group_norm" else ("true", "false")
        attribute = "affine" if op == "group_norm" else "batched"
        for choice in choices:
            yield op, every, {"layout": layout, attribute: choice}
    for of, divisor in itertools.product(("new", "old"), ("n", "n_minus_1")):
        pair = {"momentum_of": of, "running_variance_divisor": divisor}
        yield "batch_norm", forward, pair
    for momentum in ("0", "0.5", "0.9", "1"):
        yield "batch_norm", forward, {"momentum": momentum}
    for clamps in ("true", "false"):
        yield "batch_norm_inference", every, {"clamp_variance": clamps}
    for dim in ("0", "1", "2", "-1", "-2", "-4"):
        for op in ("normalize_along_dim", "weight_norm", "lp_normalize"):
            yield op, every, {"dim": dim}
    for axes in ("[]", "[0]", "[-2]", "[-2, -1]", "[1, -1]", "[2, 1]", "[1, 3, 4]"):
        for op in ("layer_norm", "rms_norm"):
            yield op, derivatives, {"axes": axes}
    for p, mode in itertools.product(("1", "inf"), ("floor", "outside")):
        yield "lp_normalize", forward, {"p": p, "eps_mode": mode}
    yield "lp_normalize", every, {"p": "2"}


def dialects_with_defaults():
    """Each dialect and operator in the table of defaults."""
    table = (CASES / "dialects.cpp").read_text()
    return sorted(set(re.findall(r'add\("(\w+)", "(\w+)",', table)))


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = {case.name: case for case in read_cases()}

    def assert_asked(self, missing):
        self.assertEqual(missing, [], "\n".join(["missing:", *map(str, missing)]))

    def test_every_case_that_the_page_names_exists_and_has_the_direction(self):
        page = (CASES / "COVERAGE.md").read_text()
        rows, missing = collections.Counter(), []
        for section in page.split("\n## ")[1:]:
            op = section.split("\n", 1)[0]
            for line in re.findall(r"^\| \d+ \|.*$", section, re.MULTILINE):
                rows[op] += 1
                cells = [cell.strip() for cell in line.strip("|").split("|")][2:]
                self.assertEqual(len(cells), len(DIRECTIONS), line)
                for direction, cell in zip(DIRECTIONS, cells):
                    if re.match(r"(none|not asked): \w", cell):
                        continue
                    name = "{}/{}.yaml#{}".format(op, *cell.strip("`").split("#"))
                    case = self.cases.get(name)
                    if case is None or direction not in case.directions:
                        missing.append((name, direction))
        self.assert_asked(missing)
        self.assertEqual(rows, dict.fromkeys(OPERATORS, 30))

    def test_every_value_and_pair_of_attributes_is_asked(self):
        missing = [
            (op, direction, wanted)
            for op, directions, wanted in values_to_ask()
            for direction in directions
            if not any(
                case.op == op
                and direction in case.directions
                and all(value(case, a) == v for a, v in wanted.items())
                for case in self.cases.values()
            )
        ]
        self.assert_asked(missing)

    def test_every_default_of_a_library_is_asked(self):
        asked = {(case.dialect, case.op) for case in self.cases.values()}
        self.assertGreater(len(dialects_with_defaults()), 30)
        self.assert_asked([row for row in dialects_with_defaults() if row not in asked])

    def test_every_format_is_asked_in_every_direction(self):
        asked = {
            (case.op, direction, name)
            for case in self.cases.values()
            for direction in case.directions
            for name in case.formats
        }
        wanted = itertools.product(OPERATORS, DIRECTIONS, FORMATS)
        self.assert_asked([row for row in wanted if row not in asked])


if __name__ == "__main__":
    unittest.main()
