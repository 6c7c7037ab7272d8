#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house: who may include whom, and what no file may hold.

Prints FILE:LINE: MESSAGE for each violation; status 1 if there is one.
"""

import argparse
import os
import posixpath
import re
import subprocess
import sys

MAX_FILE_BYTES = 1 << 20

# What each folder of the project may include; what is not here may include everything.
# The longest entry that holds a file counts, and its own folder is always allowed.
MAY_INCLUDE = {
    "oracle": [],
    "cases": ["oracle"],
    "cases/safetensors": [],
    "reports": ["oracle"],
    "runners/protocol": ["cases/safetensors"],
    "runners/sdk": ["runners/protocol"],
    "runners/mutant": ["oracle", "runners/sdk"],
}
# Folders of runners/ that belong to the engine; every other one is an adaptor, and an
# adaptor must not see the truth.
ENGINE = ["mutant", "program", "protocol", "sdk", "supervisor", "test"]
ADAPTOR_MAY_INCLUDE = ["runners/sdk"]

LIST_FILES = ["ls-files", "-co", "--exclude-standard", "-z"]
FOLDERS = ("oracle", "cases", "runners", "reports")
FORBIDDEN_FOLDERS = {"src", "utils", "util", "common", "helpers", "helper"}

YAML_OR_JSON = re.compile(r"(yaml-cpp|nlohmann)/")
MPFR = re.compile(r"(mpfr|mpf2mpfr|mpfi)\.h$|boost/multiprecision/mpf[ri]\.hpp$")
ARB = re.compile(r"(arb|flint)/|(arb|acb|arf|acf|mag|fmpz|fmpq|fmpr|flint)(_\w+)?\.h$")
NOT_IN_ORACLE = re.compile(r"(yaml-cpp|nlohmann|CLI)/|boost/process(/|\.hpp$)")

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^">]+)[">]')
# In two pieces, so that this file keeps its own rule.
UNFINISHED = re.compile(r"\bTO" r"DO\b")
LINK = re.compile(r"https?://\S")
FAST_MATH = re.compile(r"(^|[^\w-])-(ffast-math|Ofast)\b")


class File:
    """One file of the project: its path from the root with '/', and its lines."""

    def __init__(self, root, path):
        self.path = path
        self.parts = path.split("/")
        self.name = self.parts[-1]
        self.is_header = path.endswith((".hpp", ".h"))
        self.is_cpp = self.is_header or path.endswith((".cpp", ".cc", ".c"))
        self.is_python = path.endswith(".py")
        self.is_cmake = self.name in ("CMakeLists.txt", "CMakePresets.json") or (
            path.endswith(".cmake")
        )
        self.is_test = "test" in self.parts[:-1]
        self.is_bench = "bench" in self.parts[:-1]
        # What a fuzzer found, byte by byte.
        self.is_input = "corpus" in self.parts[:-1]
        self.size = os.path.getsize(os.path.join(root, path))
        with open(os.path.join(root, path), "rb") as stream:
            content = stream.read(MAX_FILE_BYTES)
        self.is_text = b"\0" not in content
        # Only a line feed ends a line: a compiler counts so too.
        text = content.decode("utf-8", "replace") if self.is_text else ""
        self.lines = text.split("\n")

    def is_in(self, folder):
        """True for a file below the folder, at any depth."""
        return self.path.startswith(folder + "/")

    def includes(self):
        """(line number, included name) for each include directive."""
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line) if self.is_cpp else None
            if match:
                yield number, match.group(1)


def boundary(file):
    """The folder whose rule holds for the file, and what it may include (None: all)."""
    if file.is_in("runners") and len(file.parts) > 2:
        folder = "/".join(file.parts[:2])
        # The test of a runner stands on the engine's side.
        if file.is_test:
            return folder, None
        if file.parts[1] not in ENGINE:
            return folder, ADAPTOR_MAY_INCLUDE
        return folder, MAY_INCLUDE.get(folder)
    folders = [folder for folder in MAY_INCLUDE if file.is_in(folder)]
    folder = max(folders, key=len, default=file.parts[0])
    return folder, MAY_INCLUDE.get(folder)


def resolved(name, file, paths):
    """The project's file that a relative include means, or None."""
    for start in (posixpath.dirname(file.path), ""):
        path = posixpath.normpath(posixpath.join(start, name))
        if path in paths:
            return path
    return None


def check_boundaries(file, paths):
    """Includes of the project's own headers point one way."""
    folder, allowed = boundary(file)
    for number, name in file.includes():
        if name.split("/")[0] not in FOLDERS or ".." in name.split("/"):
            name = resolved(name, file, paths)
            if name is None:
                continue
            yield number, f"write the include from the root: {name}"
        if allowed is None:
            continue
        if not any(name.startswith(each + "/") for each in [folder, *allowed]):
            nothing = "nothing else of the project"
            what = f"{folder} and {', '.join(allowed)} only" if allowed else nothing
            yield number, f"{folder}/ must not include {name} (it may include {what})"


def check_libraries(file, _paths):
    """Foreign libraries stop where the house says."""
    for number, name in file.includes():
        if file.is_in("oracle") and not file.is_test and NOT_IN_ORACLE.match(name):
            yield number, f"oracle/ must not include {name}: it knows no files, no processes"
        if file.is_header and YAML_OR_JSON.match(name):
            yield number, f"{name} is for a .cpp; a header must not include it"
        if MPFR.match(name) and not file.is_test:
            if file.is_header:
                yield number, f"{name} is for a .cpp; a header must not include it"
            elif not file.is_in("oracle"):
                yield number, f"{name} is for oracle/ only"
        if ARB.match(name) and not file.is_test and not file.is_bench:
            yield number, f"{name} is for tests and benchmarks only"


def check_folder_names(file, _paths):
    """A folder is named after what it holds."""
    for part in file.parts[:-1]:
        if part in FORBIDDEN_FOLDERS:
            yield 1, f"a folder must not be called {part}/: name what it holds"


def check_first_lines(file, _paths):
    """C++ and Python files say their licence; headers are read once."""
    if file.is_cpp and file.lines[0] != "// SPDX-License-Identifier: Apache-2.0":
        yield 1, "the first line must be // SPDX-License-Identifier: Apache-2.0"
    if file.is_python:
        at = 1 if file.lines[0].startswith("#!") else 0
        if file.lines[at : at + 1] != ["# SPDX-License-Identifier: Apache-2.0"]:
            yield at + 1, "this line must be # SPDX-License-Identifier: Apache-2.0"
    # One that is compiled for each instruction set has the guard that Highway toggles.
    is_toggled = file.path.endswith("_inl.hpp") and any(
        line.endswith("== defined(HWY_TARGET_TOGGLE)") for line in file.lines
    )
    if file.is_header and not is_toggled and "#pragma once" not in file.lines:
        yield 1, "a header needs #pragma once"


def check_lines(file, _paths):
    """No unfinished work without a link, no trailing space, no fast math."""
    if file.is_input:
        return
    for number, line in enumerate(file.lines, 1):
        if line != line.rstrip():
            yield number, "trailing whitespace"
        if UNFINISHED.search(line) and not LINK.search(line):
            yield number, UNFINISHED.search(line).group() + " without a link to its issue"
        if file.is_cmake and FAST_MATH.search(line):
            yield number, "fast math breaks the error bounds"


def check_size(file, _paths):
    """No large file enters the repository."""
    if file.size > MAX_FILE_BYTES:
        yield 1, f"{file.size} bytes: a file must not exceed {MAX_FILE_BYTES}"


CHECKS = [
    check_boundaries,
    check_libraries,
    check_folder_names,
    check_first_lines,
    check_lines,
    check_size,
]


def project_files(root):
    """Every file that git tracks or would track; without git, every file there is."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, *LIST_FILES],
            check=True,
            stdout=subprocess.PIPE,
        )
        paths = [os.fsdecode(path) for path in listed.stdout.split(b"\0") if path]
    else:
        paths = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in ("build", "__pycache__")]
            paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    # A file may be tracked and deleted; a link's target has its own entry.
    return sorted(
        path
        for path in set(paths)
        if os.path.isfile(os.path.join(root, path))
        and not os.path.islink(os.path.join(root, path))
    )


def violations(root):
    """'FILE:LINE: MESSAGE' for everything that breaks a rule, in the files' order."""
    paths = project_files(root)
    found = []
    for path in paths:
        file = File(root, path)
        for check in CHECKS:
            found += [
                f"{path}:{number}: {message}"
                for number, message in check(file, frozenset(paths))
            ]
    return found


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", nargs="?", default=os.path.dirname(here))
    found = violations(parser.parse_args().root)
    for violation in found:
        print(violation)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
