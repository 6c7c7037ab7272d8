#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library as its users get it: installed, moved, found, and used by the example.

usage: example_test.py BUILD_FOLDER [CMake arguments for the example]
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = ""
CMAKE_ARGUMENTS = []
ORACLE = pathlib.Path(__file__).resolve().parents[1]
SECTION = re.compile(r"^## Use it as a library\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def run(*words):
    done = subprocess.run([*map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="truenorm-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "installed",
            "--component", "oracle")
        # An installation that knows where it was made would not survive this.
        cls.prefix = (cls.folder / "installed").rename(cls.folder / "moved")

    def test_the_example_prints_what_the_readme_shows(self):
        build = self.folder / "build"
        run("cmake", "-S", ORACLE / "example", "-B", build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}", *CMAKE_ARGUMENTS)
        run("cmake", "--build", build)
        (section,) = SECTION.findall((ORACLE / "README.md").read_text())
        (shown,) = re.findall(r"```console\n\$ build/certified_row\n(.*?)```", section, re.DOTALL)
        self.assertEqual(run(build / "certified_row"), shown)

    def test_headers_need_no_header_that_is_missing(self):
        headers = sorted((self.prefix / "include/truenorm/oracle").iterdir())
        self.assertGreater(len(headers), 5)
        for header in headers:
            for name in re.findall(r'#include "([^"]+)"', header.read_text()):
                with self.subTest(header.name):
                    self.assertTrue((self.prefix / "include/truenorm" / name).exists(), name)

    def test_targets_speak_of_nothing_that_stayed_behind(self):
        for file in (self.prefix / "lib/cmake/truenorm").iterdir():
            with self.subTest(file.name):
                text = file.read_text()
                self.assertNotIn("truenorm_flags", text)
                self.assertNotIn(str(ORACLE.parent), text)
                self.assertNotIn(BUILD, text)


if __name__ == "__main__":
    BUILD, CMAKE_ARGUMENTS = sys.argv[1], sys.argv[2:]
    unittest.main(argv=sys.argv[:1])
