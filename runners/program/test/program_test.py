#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as its users see it: arguments in; status, streams and files out.

usage: program_test.py PROGRAM [unittest arguments]
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

PROGRAM = ""
ROOT = pathlib.Path(__file__).resolve().parents[3]
RAW_RUNNER = ROOT / "runners" / "broken" / "raw_runner.py"

CASES = """truenorm: 1
suite: sample
defaults: {op: layer_norm, dtype: float32, attributes: {eps: 1e-5}}
cases:
- case: break-this
  about: The faulty runners misbehave on this one.
  inputs: {x: [[1, 2], [4, 8], [16, 33]], gamma: [1.5, -0.75], beta: [0.25, -2]}
  catches: [unbiased_variance]
- case: keep-that
  about: The faulty runners answer this one.
  inputs: {x: [[1e3, 1001, 1002.5]], gamma: [1.5, -0.75, 3], beta: [0.25, 0, -2]}
  catches: [unbiased_variance]
"""


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="truenorm-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_program(self, *arguments, env=None, timeout=300):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def results(self, folder="truenorm-out", kind="result"):
        lines = (self.folder / folder / "results.jsonl").read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if entry["type"] == kind]

    def refused(self, *arguments):
        """The one line on stderr of a call that ends with status 2 and writes nothing."""
        before = sorted(self.folder.rglob("*"))
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        self.assertRegex(done.stderr, r"\A[^\n]+\n\Z")
        return done.stderr


class BadInput(ProgramTest):
    def test_missing_file(self):
        line = self.refused("run", "nowhere.yaml")
        self.assertIn("nowhere.yaml", line)

    def test_unknown_key_has_its_place_and_the_nearest_key(self):
        self.write("bad.yaml", CASES.replace("catches: [unb", "catch: [unb", 1))
        line = self.refused("run", "bad.yaml")
        self.assertRegex(line, r"^bad\.yaml:8:3: error: .*'catch'.*'catches'")

    def test_bad_number(self):
        self.write("bad.yaml", CASES.replace("1e-5", "1e-5x"))
        self.assertRegex(self.refused("run", "bad.yaml"), r"^bad\.yaml:3:\d+: error: ")

    def test_shape_mismatch(self):
        self.write("bad.yaml", CASES.replace("gamma: [1.5, -0.75]", "gamma: [1, 2, 3]", 1))
        line = self.refused("run", "bad.yaml")
        self.assertRegex(line, r"^bad\.yaml:7:\d+: error: .*\[3\].*\[2\]")

    def test_unknown_operator(self):
        self.write("bad.yaml", CASES.replace("op: layer_norm", "op: layernorm"))
        self.assertRegex(
            self.refused("run", "bad.yaml"), r"^bad\.yaml:3:\d+: error: .*'layernorm'"
        )

    def test_unknown_runner(self):
        self.write("good.yaml", CASES)
        line = self.refused("run", "good.yaml", "--runner", "pytorch")
        self.assertIn("unknown runner 'pytorch'", line)
        self.assertIn("reference", line)

    def test_unknown_variant(self):
        self.write("good.yaml", CASES)
        line = self.refused("run", "good.yaml", "--runner", "reference:magic")
        self.assertIn("reference:two-pass", line)

    def test_mutant_without_a_name(self):
        self.write("good.yaml", CASES)
        line = self.refused("run", "good.yaml", "--runner", "mutant")
        self.assertIn("mutant:eps_outside_sqrt", line)

    def test_runner_without_a_hello(self):
        self.write("good.yaml", CASES)
        program = self.write("runner.sh", "#!/bin/sh\necho no license >&2\nexit 7\n")
        program.chmod(0o755)
        line = self.refused("run", "good.yaml", "--runner", "./runner.sh")
        self.assertIn("no license", line)
        self.assertIn("7", line)

    def test_path_that_is_no_program(self):
        self.write("good.yaml", CASES)
        self.refused("run", "good.yaml", "--runner", "./nothing")

    def test_unknown_option(self):
        self.refused("run", "--colour")

    def test_no_subcommand(self):
        self.refused()

    def test_bad_shard(self):
        for shard in ("0/2", "3/2", "1", "1/0", "a/b", "1/2x", "-1/2"):
            with self.subTest(shard):
                self.assertIn("--shard", self.refused("run", f"--shard={shard}"))

    def test_nothing_selected(self):
        self.write("good.yaml", CASES)
        self.assertIn("no test", self.refused("run", "good.yaml", "--dtype", "float16"))

    def test_output_path_that_is_a_file(self):
        self.write("good.yaml", CASES)
        self.write("taken", "")
        self.assertIn("taken", self.refused("run", "good.yaml", "--out", "taken"))


class Runs(ProgramTest):
    def test_reference_passes_and_leaves_both_files(self):
        self.write("good.yaml", CASES)
        done = self.run_program("run", "good.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"(?m)^PASS")
        self.assertEqual({r["verdict"] for r in self.results()}, {"pass"})
        self.assertEqual(
            [r["case"] for r in sorted(self.results(), key=lambda r: r["case"])],
            ["good.yaml#break-this[float32,forward]", "good.yaml#keep-that[float32,forward]"],
        )
        schema = json.loads((ROOT / "reports/results.schema.json").read_text())
        for kind in ("run", "runner", "result", "end"):
            for entry in self.results(kind=kind):
                jsonschema.validate(entry, schema)
        subprocess.run(
            ["xmllint", "--noout", "--schema", ROOT / "reports/test/jenkins-junit.xsd",
             self.folder / "truenorm-out/junit.xml"],
            check=True, capture_output=True,
        )
        self.assertEqual(self.results(kind="end")[0]["verdicts"], {"pass": 2})

    def test_earlier_results_are_moved_aside(self):
        self.write("good.yaml", CASES)
        for _ in range(3):
            self.assertEqual(self.run_program("run", "good.yaml").returncode, 0)
        self.assertEqual(
            sorted(p.name for p in self.folder.iterdir()),
            ["good.yaml", "truenorm-out", "truenorm-out.1", "truenorm-out.2"],
        )

    def test_one_case_of_a_folder(self):
        (self.folder / "suite").mkdir()
        self.write("suite/good.yaml", CASES)
        done = self.run_program("run", "suite/good.yaml#keep-that")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.results()), 1)

    def test_shards_cover_every_test_once(self):
        self.write("good.yaml", CASES)
        seen = []
        for shard in (1, 2):
            self.run_program("run", "good.yaml", f"--shard={shard}/2", "--out", f"out{shard}")
            seen += [r["case"] for r in self.results(f"out{shard}")]
        self.assertEqual(len(seen), 2)
        self.assertEqual(len(set(seen)), 2)

    def test_filters(self):
        self.write("good.yaml", CASES)
        self.run_program("run", "good.yaml", "--filter", "*#keep-????[float32*")
        self.assertEqual(len(self.results()), 1)

    def test_mutant_fails_and_the_rerun_line_repeats_it(self):
        self.write("good.yaml", CASES)
        done = self.run_program("run", "good.yaml", "--runner", "mutant:unbiased_variance")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual({r["verdict"] for r in self.results()}, {"fail"})
        rerun = re.search(r"rerun: truenorm (.*)", done.stdout).group(1)
        again = subprocess.run(
            f'"{PROGRAM}" {rerun}', shell=True, cwd=self.folder, capture_output=True, text=True
        )
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.assertEqual(len(self.results()), 1)

    def test_known_failure(self):
        known = """
  known: [{runner: mutant:unbiased_variance, because: planted, verdict: fail}]"""
        self.write("good.yaml", CASES.rstrip() + known + "\n")
        arguments = ["run", "good.yaml#keep-that", "--runner"]
        done = self.run_program(*arguments, "mutant:unbiased_variance")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.results()[0]["verdict"], "known_failure")
        self.assertEqual(self.results()[0]["actual"], "fail")

    def test_known_failure_with_a_limit_that_is_exceeded(self):
        known = """
  known: [{runner: mutant, because: planted, excess: 5}]"""
        self.write("good.yaml", CASES.rstrip() + known + "\n")
        done = self.run_program("run", "good.yaml#keep-that", "--runner",
                                "mutant:unbiased_variance")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(self.results()[0]["verdict"], "fail")

    def test_unexpected_pass_fails_only_a_strict_run(self):
        known = """
  known: [{runner: reference, because: once}]"""
        self.write("good.yaml", CASES.rstrip() + known + "\n")
        self.assertEqual(self.run_program("run", "good.yaml#keep-that").returncode, 0)
        self.assertEqual(self.results()[0]["verdict"], "unexpected_pass")
        strict = self.run_program("run", "good.yaml#keep-that", "--strict")
        self.assertEqual(strict.returncode, 1, strict.stdout)

    def test_named_runner_that_judges_nothing(self):
        self.write("rms.yaml", CASES.replace("layer_norm", "rms_norm").replace(
            "catches: [unbiased_variance]", ""))
        done = self.run_program("run", "rms.yaml", "--runner", "mutant:single_pass_variance")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual({r["verdict"] for r in self.results()}, {"unsupported"})

    def test_jobs_do_not_change_the_scores(self):
        self.write("good.yaml", CASES)
        seen = []
        for jobs in (1, 3):
            self.run_program("run", "good.yaml", "--jobs", jobs, "--out", f"out{jobs}")
            results = self.results(f"out{jobs}")
            for result in results:
                del result["seconds"]
            seen.append(sorted(results, key=lambda r: r["case"]))
        self.assertEqual(*seen)


class MisbehavingRunners(ProgramTest):
    """A runner that breaks on one test gets its verdict; the other test still runs."""

    def verdict(self, fault, *arguments):
        self.write("good.yaml", CASES)
        program = self.write(
            "runner.sh", f'#!/bin/sh\nexec "{sys.executable}" "{RAW_RUNNER}" {fault}\n'
        )
        program.chmod(0o755)
        done = self.run_program("run", "good.yaml", "--runner", "./runner.sh", *arguments)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        verdicts = {r["case"].split("#")[1].split("[")[0]: r for r in self.results()}
        # y = x is no normalization: the fault-free answer was judged and found wrong.
        self.assertEqual(verdicts["keep-that"]["verdict"], "fail", fault)
        self.assertIsNotNone(verdicts["keep-that"]["ulp"])
        self.assertEqual(self.results(kind="end")[0]["type"], "end")
        return verdicts["break-this"]["verdict"]

    def test_segfault(self):
        self.assertEqual(self.verdict("segfault"), "crashed")

    def test_early_exit(self):
        self.assertEqual(self.verdict("exit-0"), "crashed")

    def test_sleep(self):
        self.assertEqual(self.verdict("sleep", "--timeout", "0.5"), "timed_out")

    def test_text_on_stdout(self):
        self.assertEqual(self.verdict("text-on-stdout"), "protocol_error")

    def test_garbage(self):
        self.assertEqual(self.verdict("garbage-blob"), "protocol_error")

    def test_wrong_shape(self):
        self.assertEqual(self.verdict("wrong-shape"), "protocol_error")

    def test_wrong_id(self):
        self.assertEqual(self.verdict("wrong-id"), "protocol_error")

    def test_memory(self):
        self.assertEqual(self.verdict("eat-memory", "--memory", "200MB"), "out_of_memory")

    def test_error(self):
        self.assertEqual(self.verdict("error"), "runner_error")

    def test_unsupported(self):
        self.assertEqual(self.verdict("unsupported"), "unsupported")

    def test_missing_output(self):
        self.assertEqual(self.verdict("missing-output"), "unsupported")


class Lint(ProgramTest):
    def test_good_file(self):
        self.write("good.yaml", CASES)
        done = self.run_program("lint", "good.yaml")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout, "2 tests, 0 errors, 0 warnings\n")

    def test_every_error_of_a_file(self):
        bad = CASES.replace("eps: 1e-5", "epsilon: 1e-5").replace("gamma:", "gama:")
        self.write("bad.yaml", bad)
        done = self.run_program("lint", "bad.yaml")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertGreaterEqual(len(re.findall(r"(?m)^bad\.yaml:\d+:\d+: error:", done.stdout)), 3)

    def test_two_files_of_one_name(self):
        self.write("a/same.yaml", CASES)
        self.write("b/same.yaml", CASES)
        done = self.run_program("lint", "a/same.yaml", "b/same.yaml")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout, "4 tests, 0 errors, 0 warnings\n")

    def test_fix_rewrites_what_reads_and_says_so(self):
        lines = CASES.splitlines(keepends=True)
        start = next(k for k, line in enumerate(lines) if line.startswith("- case:"))
        # The name of the first case after its next key, and the schema above the file.
        first, second = lines[start], lines[start + 1]
        messy = lines[:start] + ["- " + second.lstrip(), "  " + first[2:]] + lines[start + 2 :]
        self.write("schema/case.schema.json", "{}")
        self.write("messy.yaml", "".join(messy))
        bad = self.write("bad.yaml", "".join(messy).replace("attributes", "atributes"))
        before = bad.read_text()
        done = self.run_program("lint", "messy.yaml", "bad.yaml", "--fix")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("messy.yaml: rewritten in canonical form\n", done.stdout)
        self.assertNotIn("bad.yaml: rewritten", done.stdout)
        self.assertEqual(bad.read_text(), before)
        editors = "# yaml-language-server: $schema=schema/case.schema.json\n"
        fixed = self.folder / "messy.yaml"
        self.assertEqual(fixed.read_text(), editors + CASES)
        again = self.run_program("lint", "messy.yaml", "--fix")
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertNotIn("rewritten", again.stdout)
        self.assertEqual(fixed.read_text(), editors + CASES)

    def test_fix_says_that_a_file_cannot_be_written(self):
        self.write("sub/messy.yaml", CASES + "\n\n")
        (self.folder / "sub/messy.yaml.new").mkdir()
        done = self.run_program("lint", "sub", "--fix")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("messy.yaml.new: cannot be written", done.stderr)

    def test_cases_that_came_with_the_program(self):
        # A minute, and ten under the sanitizers.
        done = self.run_program("lint", ROOT / "cases", timeout=1200)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" 0 errors, 0 warnings", done.stdout)


class Lists(ProgramTest):
    def test_dialects_say_where_their_defaults_are_from(self):
        done = self.run_program("list", "dialects", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        dialects = {d["name"]: d for d in json.loads(done.stdout)}
        self.assertEqual(
            sorted(dialects), ["jax", "keras", "onnx", "pytorch", "tensorflow", "torchlean"]
        )
        for dialect in dialects.values():
            self.assertGreater(len(dialect["defaults"]), 4)
            for row in dialect["defaults"]:
                self.assertTrue(row["source"] and row["attributes"], row)
                self.assertRegex(row["link"], "^https://")
        epsilons = {
            (name, row["op"]): row["attributes"]["eps"]
            for name, dialect in dialects.items()
            for row in dialect["defaults"]
        }
        self.assertEqual(epsilons["pytorch", "layer_norm"], "1e-05")
        self.assertEqual(epsilons["keras", "layer_norm"], "0.001")
        self.assertEqual(epsilons["torchlean", "weight_norm"], '"1/1000000"')
        self.assertTrue(dialects["onnx"]["float32_attributes"])

    def test_runners_say_why_they_cannot_be_used(self):
        # A python3 that has no torch, whatever this machine's has.
        fake = self.write("python3", "#!/bin/sh\necho 'torch is not installed' >&2\nexit 2\n")
        fake.chmod(0o755)
        path = f"{self.folder}:{os.environ['PATH']}"
        done = self.run_program("list", "runners", "--json", env={"PATH": path})
        self.assertEqual(done.returncode, 0, done.stderr)
        runners = {r["name"]: r for r in json.loads(done.stdout)}
        self.assertTrue(runners["reference"]["usable"])
        self.assertFalse(runners["torch"]["usable"])
        self.assertIn("torch is not installed", runners["torch"]["why"])
        self.assertIn("pip install torch", runners["torch"]["install"])

    def test_every_mutant_can_be_run(self):
        runners = json.loads(self.run_program("list", "runners", "--json").stdout)
        mutants = json.loads(self.run_program("list", "mutants", "--json").stdout)
        (variants,) = [r["variants"] for r in runners if r["name"] == "mutant"]
        self.assertEqual(variants, {m["name"]: m["about"] for m in mutants})

    def test_every_list_as_text_and_json(self):
        for name in ("operators", "dtypes", "dialects", "cases", "mutants", "policies"):
            with self.subTest(name):
                text = self.run_program("list", name)
                self.assertEqual(text.returncode, 0, text.stderr)
                entries = json.loads(self.run_program("list", name, "--json").stdout)
                for entry in entries:
                    self.assertIn(entry["name"], text.stdout)
                self.assertGreater(len(entries), 2)

    def test_operators_show_the_inputs_and_outputs_of_each_direction(self):
        done = self.run_program("list", "operators", "--json")
        operators = {op["name"]: op["directions"] for op in json.loads(done.stdout)}
        self.assertEqual(len(operators), 9)
        vjp = operators["batch_norm"]["vjp"]
        self.assertEqual(vjp["inputs"], ["x", "gamma", "beta", "dy"])
        self.assertEqual(vjp["outputs"], ["dx", "dgamma", "dbeta"])
        jvp = operators["lp_normalize"]["jvp"]
        self.assertEqual(jvp, {"inputs": ["x", "tangent_x"], "outputs": ["tangent_y"]})

    def test_version(self):
        done = self.run_program("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Atruenorm \d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
