# SPDX-License-Identifier: Apache-2.0
"""Whether the benchmark runs and reports every row; never how fast anything is.

usage: bench_test.py ORACLE_BENCH
"""

import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BENCH))
import summary  # noqa: E402
import table  # noqa: E402

PROGRAM = ""
TINY = ["--elements", "512", "--seconds", "0.0001"]
OUTPUTS = {
    ("layer_norm", "forward"): {"y"},
    ("rms_norm", "vjp"): {"dx", "dgamma"},
    ("group_norm", "vjp"): {"dx", "dgamma", "dbeta"},
}


def run(*words):
    return subprocess.run([*map(str, words)], capture_output=True, text=True)


class WholeRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.out = pathlib.Path(tempfile.mkdtemp(prefix="truenorm-"))
        cls.addClassCleanup(shutil.rmtree, cls.out)
        done = run(sys.executable, BENCH / "bench.py", "--program", PROGRAM, "--quick",
                   "--rounds", 2, *TINY, "--out", cls.out)
        if done.returncode != 0:
            raise AssertionError(f"{done.returncode}\n{done.stdout}{done.stderr}")
        cls.stderr = done.stderr
        cls.results = json.loads((cls.out / "results.json").read_text())
        cls.markdown = (cls.out / "results.md").read_text()
        cls.rows = {row["id"]: row for row in cls.results["rows"]}

    def test_every_row_is_there_with_every_round(self):
        listed = run(PROGRAM, "--list-rows").stdout.splitlines()
        ids = [line.split()[0].removeprefix("id=") for line in listed]
        self.assertGreater(len(ids), 30)
        self.assertEqual(list(self.rows), ids)
        for row in self.rows.values():
            self.assertEqual(len(row["rounds"]), 2, row["id"])

    def test_each_output_of_a_row_is_measured(self):
        for row in self.rows.values():
            outputs = OUTPUTS.get((row["op"], row["direction"]))
            if outputs:
                self.assertEqual(set(row["summary"]["outputs"]), outputs, row["id"])

    def test_peers_that_are_installed_are_measured_in_every_row(self):
        peers = {"two_pass", "mpfr", "boost_mpfr"}
        if "Arb" in self.results["versions"]:
            peers.add("arb")
        if importlib.util.find_spec("numpy"):
            python = [n for n in ("numpy", "torch", "mpmath") if importlib.util.find_spec(n)]
            peers.update(python)
        for row in self.rows.values():
            self.assertEqual(set(row["summary"]["ratios"]), peers, row["id"])
        for peer in {"numpy", "torch", "mpmath"} - peers:
            self.assertIn(f"left out: {peer}", self.stderr)

    def test_some_rows_are_measured_with_threads_too(self):
        scaling = [row for row in self.rows.values() if "threads" in row["summary"]]
        self.assertEqual({row["direction"] for row in scaling}, {"forward", "vjp"})

    def test_the_table_has_a_line_for_every_row(self):
        for row in self.rows.values():
            line = f"| {table.label(row)} | {row['dtype']} | "
            self.assertIn(line, self.markdown)
        scaling = [row for row in self.rows.values() if "threads" in row["summary"]]
        lines = [line for line in self.markdown.splitlines() if line.startswith("| ")]
        headers = sum(line.startswith("| row ") or line.startswith("| --- ") for line in lines)
        self.assertEqual(len(lines) - headers, len(self.rows) + len(scaling))

    def test_the_report_does_not_say_where_it_was_made(self):
        for text in (json.dumps(self.results), self.markdown):
            self.assertNotIn(str(BENCH.parents[1]), text)
            self.assertNotIn(str(self.out), text)


class Refusals(unittest.TestCase):
    def test_an_unknown_row_or_option_is_named(self):
        for word in ("--row=no_such", "--no-such", "--elements=none"):
            done = run(PROGRAM, word)
            self.assertEqual(done.returncode, 2, word)
            self.assertIn(word.split("=")[-1], done.stderr)

    def test_docs_take_whole_runs_only(self):
        for words in (["--quick"], ["--row", "layer_norm*"], ["--rounds", "4"]):
            done = run(sys.executable, BENCH / "bench.py", "--program", PROGRAM,
                       "--write-docs", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("--write-docs wants every row", done.stderr)


class Summary(unittest.TestCase):
    @staticmethod
    def round_of(dx, dgamma, peer):
        outputs = {
            "dx": {"ns": dx, "filter": 90, "refine": 6, "decide": 0},
            "dgamma": {"ns": dgamma, "filter": 3, "refine": 0, "decide": 1},
        }
        return {"truenorm": outputs, "truenorm-threads": {}, "peers": {"numpy": peer}}

    def test_ratios_are_taken_within_a_round(self):
        rounds = [self.round_of(1, 1, 1), self.round_of(10, 10, 4), self.round_of(3, 3, 1)]
        ratio = summary.summarize(rounds)["ratios"]["numpy"]
        self.assertEqual(ratio, {"median": 5, "min": 2, "max": 6})

    def test_a_time_is_that_of_all_outputs(self):
        ns = summary.summarize([self.round_of(2, 1, 1)])["ns"]
        self.assertEqual(ns, {"median": 3, "min": 3, "max": 3})

    def test_the_filter_is_given_the_share_that_it_settled(self):
        self.assertEqual(summary.summarize([self.round_of(1, 1, 1)])["filter_fraction"], 0.93)


class Table(unittest.TestCase):
    def test_numbers_have_the_digits_that_a_reader_needs(self):
        values = (0, 0.000246, 0.00426, 0.0426, 0.426, 4.26, 42.61, 426.1, 4261.0)
        shown = ["0", "0.00025", "0.0043", "0.043", "0.43", "4.26", "42.6", "426", "4,261"]
        self.assertEqual([table.number(value) for value in values], shown)

    def test_text_around_the_markers_stays(self):
        page = "before\n<!-- generated -->\n\nold\n\n<!-- /generated -->\nafter\n"
        once = table.replace_generated(page, "new")
        self.assertEqual(once, page.replace("old", "new"))
        self.assertEqual(table.replace_generated(once, "new"), once)

    def test_a_page_without_markers_is_refused(self):
        with self.assertRaises(ValueError):
            table.replace_generated("no markers\n", "new")

    def test_the_page_of_the_project_has_markers(self):
        page = (BENCH.parents[1] / "docs" / "benchmarks.md").read_text()
        self.assertIn("new", table.replace_generated(page, "new"))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
