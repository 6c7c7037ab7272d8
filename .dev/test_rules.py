# SPDX-License-Identifier: Apache-2.0
"""Plants each violation in a small tree and expects it to be reported."""

import os
import subprocess
import tempfile
import unittest

import rules

CPP = "// SPDX-License-Identifier: Apache-2.0\n"
HPP = CPP + "#pragma once\n"
PYTHON = "# SPDX-License-Identifier: Apache-2.0\n"


def including(*names):
    """The text of a .cpp that includes the names, the first one on line 2."""
    return CPP + "".join(f'#include "{name}"\n' for name in names)


def header_including(*names):
    """The text of a .hpp that includes the names, the first one on line 3."""
    return HPP + "".join(f"#include <{name}>\n" for name in names)


# What is reported (its beginning, after FILE:), the file, its text.
VIOLATIONS = {
    "oracle sees cases": ("2: oracle/", "oracle/a.cpp", including("cases/b.hpp")),
    "oracle sees runners": ("2: oracle/", "oracle/a.cpp", including("runners/b.hpp")),
    "oracle sees reports": ("2: oracle/", "oracle/a.cpp", including("reports/b.hpp")),
    "an oracle test sees cases": (
        "2: oracle/",
        "oracle/test/a.cpp",
        including("cases/b.hpp"),
    ),
    "oracle reads YAML": ("2: oracle/", "oracle/a.cpp", including("yaml-cpp/yaml.h")),
    "oracle reads JSON": ("2: oracle/", "oracle/a.cpp", including("nlohmann/json.hpp")),
    "oracle reads arguments": ("2: oracle/", "oracle/a.cpp", including("CLI/CLI.hpp")),
    "oracle starts a process": (
        "2: oracle/",
        "oracle/a.cpp",
        including("boost/process.hpp"),
    ),
    "oracle starts a child": (
        "2: oracle/",
        "oracle/a.cpp",
        including("boost/process/child.hpp"),
    ),
    "cases see runners": ("2: cases/", "cases/a.cpp", including("runners/b.hpp")),
    "the safetensors reader sees the oracle": (
        "2: cases/safetensors/",
        "cases/safetensors/header.cpp",
        including("oracle/format.hpp"),
    ),
    "the safetensors reader sees cases": (
        "2: cases/safetensors/",
        "cases/safetensors/header.cpp",
        including("cases/npy.hpp"),
    ),
    "the protocol sees cases": (
        "3: runners/protocol/",
        "runners/protocol/frame.cpp",
        including("cases/safetensors/header.hpp", "cases/reader.hpp"),
    ),
    "the SDK sees cases": (
        "2: runners/sdk/",
        "runners/sdk/cpp/serve.cpp",
        including("cases/reader.hpp"),
    ),
    "cases see reports": ("2: cases/", "cases/a.cpp", including("reports/b.hpp")),
    "reports see cases": ("2: reports/", "reports/a.cpp", including("cases/b.hpp")),
    "reports see runners": ("2: reports/", "reports/a.cpp", including("runners/b.hpp")),
    "an adaptor sees the truth": (
        "3: runners/onednn/",
        "runners/onednn/main.cpp",
        including("runners/sdk/runner.hpp", "oracle/truth.hpp"),
    ),
    "an adaptor sees the protocol": (
        "2: runners/onednn/",
        "runners/onednn/main.cpp",
        including("runners/protocol/frame.hpp"),
    ),
    "an adaptor sees another one": (
        "2: runners/onednn/",
        "runners/onednn/main.cpp",
        including("runners/torch/a.hpp"),
    ),
    "the reference runner sees the truth": (
        "2: runners/reference/",
        "runners/reference/main.cpp",
        including("oracle/truth.hpp"),
    ),
    "a broken runner sees the supervisor": (
        "2: runners/broken/",
        "runners/broken/main.cpp",
        including("runners/supervisor/a.hpp"),
    ),
    "the mutant runner sees cases": (
        "2: runners/mutant/",
        "runners/mutant/main.cpp",
        including("cases/reader.hpp"),
    ),
    "the SDK sees the oracle": (
        "3: runners/sdk/",
        "runners/sdk/cpp/runner.hpp",
        header_including("oracle/format.hpp"),
    ),
    "the protocol sees the SDK": (
        "2: runners/protocol/",
        "runners/protocol/frame.cpp",
        including("runners/sdk/cpp/runner.hpp"),
    ),
    "a header reads YAML": (
        "3: yaml-cpp/yaml.h",
        "cases/a.hpp",
        header_including("yaml-cpp/yaml.h"),
    ),
    "a test header reads JSON": (
        "3: nlohmann/json.hpp",
        "reports/test/a.hpp",
        header_including("nlohmann/json.hpp"),
    ),
    "a header has MPFR": ("3: mpfr.h", "oracle/a.hpp", header_including("mpfr.h")),
    "a header has Boost's MPFR": (
        "3: boost/multiprecision/mpfr.hpp",
        "oracle/a.hpp",
        header_including("boost/multiprecision/mpfr.hpp"),
    ),
    "cases have MPFR": ("2: mpfr.h", "cases/a.cpp", including("mpfr.h")),
    "oracle has Arb": ("2: arb.h", "oracle/a.cpp", including("arb.h")),
    "oracle has FLINT": ("2: flint/fmpq.h", "oracle/a.cpp", including("flint/fmpq.h")),
    "a source folder": ("1: a folder", "oracle/src/a.cpp", CPP),
    "a folder for anything": ("1: a folder", "utils/notes.md", "text\n"),
    "a folder for the rest": ("1: a folder", "runners/common/notes.md", "text\n"),
    "a folder of helpers": ("1: a folder", "cases/helpers/notes.md", "text\n"),
    "C++ without a licence": ("1: the first line", "oracle/a.cpp", "int a;\n"),
    "a header without a licence": ("1: the first line", "oracle/a.hpp", "#pragma once\n"),
    "Python without a licence": ("1: this line", "cases/a.py", "import os\n"),
    "a Python program without a licence": (
        "2: this line",
        "cases/a.py",
        "#!/usr/bin/env python3\nimport os\n",
    ),
    "an empty Python file": ("1: this line", "cases/__init__.py", ""),
    "a header that can be read twice": ("1: a header needs", "oracle/a.hpp", CPP),
    "a guard that only the kernels' headers have": (
        "1: a header needs",
        "oracle/a.hpp",
        CPP + "#if defined(A) == defined(HWY_TARGET_TOGGLE)\n#endif\n",
    ),
    "unfinished work": ("2: TO" "DO", "oracle/a.cpp", CPP + "// TO" "DO: later\n"),
    "trailing whitespace": ("1: trailing", "cases/a.yaml", "truenorm: 1 \n"),
    "a carriage return": ("1: trailing", "cases/a.yaml", "truenorm: 1\r\n"),
    "a large file": ("1: 1048577 bytes", "cases/a.npy", "\0" * (1 << 20) + "\0"),
    "fast math": (
        "1: fast math",
        "oracle/CMakeLists.txt",
        "add_compile_options(-ffast-math)\n",
    ),
    "fast math in a preset": (
        "1: fast math",
        "CMakePresets.json",
        '{"CMAKE_CXX_FLAGS": "-Ofast"}\n',
    ),
}

# Files that break no rule although a careless check would say so.
ALLOWED = {
    "oracle/a.cpp": including("oracle/a.hpp", "mpfr.h", "gmp.h", "arbitrary.hpp"),
    "oracle/a.hpp": header_including("boost/multiprecision/gmp.hpp"),
    "oracle/test/a.cpp": including("oracle/a.hpp", "arb.h", "nlohmann/json.hpp"),
    "oracle/test/twin.hpp": header_including("mpfr.h"),
    "oracle/bench/a.cpp": including("oracle/a.hpp", "arb.h", "mpfr.h"),
    "cases/a.cpp": including("cases/a.hpp", "oracle/a.hpp", "yaml-cpp/yaml.h"),
    "reports/a.cpp": including("oracle/a.hpp", "nlohmann/json.hpp"),
    "runners/main.cpp": including("cases/a.hpp", "reports/a.hpp", "CLI/CLI.hpp"),
    "runners/program/a.cpp": including("cases/a.hpp", "runners/supervisor/a.hpp"),
    "runners/supervisor/a.cpp": including("boost/process.hpp", "oracle/a.hpp"),
    "runners/sdk/cpp/a.cpp": including("runners/protocol/a.hpp", "runners/sdk/cpp/b.hpp"),
    "runners/mutant/a.cpp": including("oracle/a.hpp", "runners/sdk/cpp/b.hpp"),
    "runners/onednn/a.cpp": including("runners/sdk/cpp/b.hpp", "runners/onednn/b.hpp"),
    "runners/onednn/test/a.cpp": including("runners/supervisor/a.hpp"),
    "runners/torch/a.py": "#!/usr/bin/env python3\n" + PYTHON,
    "CMakeLists.txt": "add_compile_options(-fno-fast-math)\n",
    "cases/b.cpp": CPP + "// TO" "DO: https://example.org/issues/1\n",
    "cases/a.npy": "\0 \n",
    "cases/test/fuzz/corpus/a": "truenorm: 1 \r\n",
}


def plant(root, files):
    """Writes the files, path to text, below root."""
    for path, text in files.items():
        whole = os.path.join(root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)


class Rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def test_each_violation_is_reported_alone_and_in_its_place(self):
        for name, (report, path, text) in VIOLATIONS.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                plant(root, {path: text})
                found = rules.violations(root)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{path}:{report}"), found)

    def test_what_is_allowed_is_not_reported(self):
        plant(self.root, ALLOWED)
        self.assertEqual(rules.violations(self.root), [])

    def test_a_relative_include_hides_nothing(self):
        header = {"runners/b.hpp": HPP}
        for name in ("../runners/b.hpp", "oracle/../runners/b.hpp"):
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                plant(root, {**header, "oracle/a.cpp": including(name)})
                found = rules.violations(root)
                self.assertEqual(len(found), 2, found)
                self.assertIn("write the include from the root: runners/b.hpp", found[0])
                self.assertIn("oracle/ must not include runners/b.hpp", found[1])

    def test_git_says_which_files_count(self):
        environment = {
            name: value for name, value in os.environ.items() if name[:4] != "GIT_"
        }
        plant(self.root, {".gitignore": "/build/\n", "build/a.cpp": "", "cases/a.cpp": ""})
        subprocess.run(["git", "init", "-q", self.root], check=True, env=environment)
        found = rules.violations(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith("cases/a.cpp:1: "), found)


if __name__ == "__main__":
    unittest.main()
