# SPDX-License-Identifier: Apache-2.0
"""Checks results.schema.json: it takes what the writer writes and refuses faulty lines.

usage: check_schema.py SCHEMA SAMPLE_PROGRAM

Faulty lines are made from good ones: every key taken out, a surplus key in every object,
every value replaced by one of a type that it never has, and a list of faults by hand.
The reader must refuse the same lines.
"""

import copy
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("the Python package jsonschema is missing; ./dev test installs it")

# Objects whose keys are data.
OPEN_OBJECTS = {("verdicts",), ("policies",)}

# What no field may hold.
WRONG_VALUE = {"never": ["this"]}


def objects(value, path=()):
    """Every object in value, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, (*path, index))


def changed(line, path, change):
    """A copy of line in which the object at path is changed."""
    copied = copy.deepcopy(line)
    place = copied
    for step in path:
        place = place[step]
    change(place)
    return copied


def structural_faults(line):
    """Pairs of a description and a faulty variant of line."""
    for path, found in objects(line):
        where = "/".join(map(str, path)) or "line"
        yield f"{where}: surplus key", changed(line, path, lambda o: o.update(surplus=1))
        for key in found:
            if path not in OPEN_OBJECTS:
                yield f"{where}: no {key}", changed(line, path, lambda o, k=key: o.pop(k))
            yield (
                f"{where}: wrong type of {key}",
                changed(line, path, lambda o, k=key: o.update({k: WRONG_VALUE})),
            )


def faults_by_hand(lines):
    """Faults of values, of which the reader need not know all."""
    results = [line for line in lines if line["type"] == "result"]
    scored = next(line for line in results if line["worst"])
    by_verdict = {line["verdict"]: line for line in results}
    yield "no such type", {**lines[0], "type": "case"}
    yield "no such verdict", {**by_verdict["pass"], "verdict": "maybe"}
    yield "no such dtype", {**scored, "dtype": "float31"}
    yield "no such op", {**scored, "op": "norm"}
    yield "no such direction", {**scored, "direction": "backward"}
    yield "no such output", {**scored, "output": "z"}
    yield "no such grade", {**scored, "grade": "good"}
    yield "a name without its bracket", {**scored, "case": "a.yaml#b"}
    yield "a digest that is none", {**scored, "inputs_digest": "0123"}
    yield "a negative count", {**scored, "count": -1}
    yield "half a count", {**scored, "blind": 0.5}
    yield "a pass that is actually a pass", {**by_verdict["pass"], "actual": "pass"}
    yield "a known failure that passes", {**by_verdict["known_failure"], "actual": "pass"}
    yield "an unexpected pass that fails", {**by_verdict["unexpected_pass"], "actual": "fail"}
    yield "a score of nothing", {**scored, "verdict": "crashed"}
    yield "a pass without a score", {**by_verdict["crashed"], "verdict": "pass"}
    yield "a count without a score", {**by_verdict["crashed"], "count": 3}
    yield "a score without a count", {**scored, "count": None}
    yield "infinity misspelt", {**scored, "conditioning": "Infinity"}
    yield "negative seconds", {**scored, "seconds": {**scored["seconds"], "answer": -1}}
    yield "a diagnosis", {**scored, "diagnosis": [{"mutant": "m", "excess": 1}]}
    yield "a policy that accepts 1", {**scored, "policies": {"torch": 1}}
    yield "a policy without a name", {**scored, "policies": {"": True}}
    yield "a score without policies", {**scored, "policies": None}
    yield "policies without a score", {**by_verdict["crashed"], "policies": {}}
    for key, value in (
        ("actual", "0.1"),
        ("actual", "0x1.80p+0"),
        ("expected", "0x1.8"),
        ("expected", "-nan"),
        ("truth", "0x1p+0"),
        ("index", [-1]),
        ("ulp", "nan"),
        ("excess", -1),
    ):
        element = {**scored["worst"][0], key: value}
        yield f"worst element: {key} {value}", {**scored, "worst": [element]}
    yield "six worst elements", {**scored, "worst": scored["worst"][:1] * 6}
    end = lines[-1] if lines[-1]["type"] == "end" else lines[-2]
    yield "a count of no verdict", {**end, "verdicts": {"maybe": 1}}


def main():
    schema_path, program = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def refuse_constant(word):
        raise ValueError(f"{word} is not JSON")

    written = subprocess.run(
        [program, "lines"], check=True, capture_output=True, encoding="utf-8"
    ).stdout.splitlines()
    lines = [json.loads(line, parse_constant=refuse_constant) for line in written]
    complaints = [
        f"refused: {error.json_path}: {error.message[:200]}"
        for line in lines
        for error in validator.iter_errors(line)
    ]

    # One line of each kind is enough.
    kinds = {(line["type"], line.get("verdict")): line for line in lines}
    structural = [fault for line in kinds.values() for fault in structural_faults(line)]
    by_hand = list(faults_by_hand(lines))
    complaints += [
        f"taken: {fault}" for fault, line in structural + by_hand if validator.is_valid(line)
    ]

    judged = subprocess.run(
        [program, "judge"],
        input="".join(json.dumps(line) + "\n" for _, line in structural),
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.splitlines()
    if len(judged) != len(structural):
        complaints.append("the reader did not judge every line")
    complaints += [
        f"taken by the reader: {fault}"
        for (fault, _), word in zip(structural, judged)
        if word == "taken"
    ]

    for complaint in complaints:
        print(complaint)
    print(f"{len(lines)} good lines, {len(structural) + len(by_hand)} faulty ones")
    sys.exit(1 if complaints or not lines else 0)


if __name__ == "__main__":
    main()
