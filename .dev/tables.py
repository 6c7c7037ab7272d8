# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of cases/README.md that are measured, from runs of the program.

usage: tables.py PROGRAM [CASE...]; without one, the cases that come with it but the full ones

A table stands between <!-- table: NAME --> and <!-- end -->; what is between is replaced.
"""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = ROOT / "cases" / "README.md"
TEXTBOOKS = ("two-pass", "sequential", "welford", "single-pass")


def json_lines(*command):
    # Status 1 says that a mutant survives, or that an answer fails: that is the subject.
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def results_of(program, cases, runner):
    """The results of a runner, without what it does not offer."""
    with tempfile.TemporaryDirectory(prefix="truenorm-") as folder:
        out = pathlib.Path(folder, "out")
        done = subprocess.run(
            [program, "run", *cases, "--runner", runner, "--out", str(out)],
            capture_output=True,
            text=True,
        )
        if done.returncode > 1:
            raise SystemExit(done.stderr)
        lines = [json.loads(line) for line in (out / "results.jsonl").open()]
    return [r for r in lines if r["type"] == "result" and r["verdict"] != "unsupported"]


def table(header, rows):
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def policy_table(comparisons, correct):
    """Comparisons of `mutants --policies --json`; correct: results that all pass."""
    refused = collections.Counter(
        name for r in correct for name, accepts in r["policies"].items() if accepts is False
    )
    ruled = collections.Counter(
        name for r in correct for name, accepts in r["policies"].items() if accepts is not None
    )
    rows = []
    for row in comparisons:
        name = row["judge"]
        is_ours = name == "truenorm"
        rows.append(
            (
                f"**{name}**" if is_ours else name,
                row["mutants_killed"],
                row["mutants_survive"],
                row["mutants_without_rule"],
                row["answers"],
                row["killed"],
                row["let_through"],
                row["false_alarms"],
                f"0 of {len(correct)}" if is_ours else f"{refused[name]} of {ruled[name]}",
            )
        )
    return table(
        (
            "judge",
            "mutants killed",
            "mutants that survive",
            "mutants without a rule",
            "answers judged",
            "answers refused",
            "let through",
            "false alarms",
            "correct outputs refused",
        ),
        rows,
    )


def verdict_text(results):
    """How many of the tests fail, and how badly: "3, 12.5, NaN"."""
    bad = [r for r in results if r["verdict"] != "pass"]
    if not bad:
        return "0"
    excesses = [r["excess"]["max"] for r in bad if r["excess"]]
    words = [str(len({r["case"] for r in bad}))]
    words += [f"{max(map(float, excesses)):.2g}"] if excesses else []
    words += ["NaN or Inf"] if any(has_stray_value(r) for r in bad) else []
    return ", ".join(words)


def has_stray_value(result):
    counted = ("spurious_nan", "spurious_inf", "missed_nan", "missed_inf", "wrong_inf")
    return result["special"] is not None and any(result["special"][name] for name in counted)


def textbook_table(results):
    """What each variant fails; results by variant."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for variant, all_results in results.items():
        for r in all_results:
            groups[r["op"], r["direction"]][variant].append(r)
    rows = [
        (
            f"{op}, {direction}",
            len({r["case"] for r in by_variant[TEXTBOOKS[0]]}),
            *(verdict_text(by_variant[variant]) for variant in TEXTBOOKS),
        )
        for (op, direction), by_variant in sorted(groups.items())
    ]
    return table(("operator, direction", "tests", *TEXTBOOKS), rows)


def replaced(text, name, content):
    begin, end = f"<!-- table: {name} -->\n", "<!-- end -->\n"
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise SystemExit(f"cases/README.md has no table {name}")
    return before + begin + content + end + rest.partition(end)[2]


def main():
    program, cases = sys.argv[1], sys.argv[2:]
    results = {v: results_of(program, cases, f"reference:{v}") for v in TEXTBOOKS}
    comparisons = json_lines(program, "mutants", *cases, "--policies", "--json")
    text = README.read_text()
    text = replaced(text, "policies", policy_table(comparisons, results["two-pass"]))
    text = replaced(text, "textbooks", textbook_table(results))
    README.write_text(text)


if __name__ == "__main__":
    main()
