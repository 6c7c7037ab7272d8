#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the filter's kernels on aarch64, under qemu-user, with those of this machine.

Compiles kernel_digests twice, for Neon and for the portable code, and wants the same
digests as the program of this machine prints. Status 1 if one differs; 77 where the
cross compiler or qemu-user is missing.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

COMPILER = "aarch64-linux-gnu-g++"
EMULATOR = ("qemu-aarch64", "qemu-aarch64-static")
SOURCES = (
    "oracle/filter/kernels.cpp",
    "oracle/format.cpp",
    "oracle/histogram.cpp",
    "oracle/test/kernel_digest.cpp",
    "oracle/test/word_digest.cpp",
    "oracle/test/kernel_digests.cpp",
    "oracle/test/word_operations.cpp",
)
# One instruction set for each program: choosing among them would need Highway's library.
VARIANTS = {"NEON": "HWY_COMPILE_ONLY_STATIC", "SCALAR": "HWY_COMPILE_ONLY_SCALAR"}
FLAGS = "-std=c++20 -O1 -DNDEBUG -ffp-contract=off -march=armv8-a+crypto".split()
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command):
    """The output of a command that must succeed."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def gmp_header():
    """The gmp.h of this machine: for its types alone, which are aarch64's too."""
    listing = run(["sh", "-c", "echo '#include <gmp.h>' | c++ -xc++ -M -"])
    return next(word for word in listing.split() if word.endswith("/gmp.h"))


def build(folder, variant):
    """Compiles and links kernel_digests for one variant; the path of the program."""
    include = folder / "include"
    include.mkdir(parents=True, exist_ok=True)
    shutil.copy(gmp_header(), include)
    # Kept from run to run where the build keeps its own so.
    launcher = ["ccache"] if shutil.which("ccache") else []
    objects = []
    commands = []
    for source in SOURCES:
        objects.append(str(folder / f"{variant}-{pathlib.Path(source).stem}.o"))
        commands.append(
            [*launcher, COMPILER, *FLAGS, f"-D{VARIANTS[variant]}", f"-I{ROOT}"]
            + ["-idirafter", str(include), "-c", str(ROOT / source), "-o", objects[-1]]
        )
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, commands))
    program = folder / f"kernel_digests-{variant}"
    run([COMPILER, "-static", *objects, "-o", str(program)])
    return program


def digests(output):
    """{instruction set: {kernel: digest}}"""
    sets = {}
    for line in output.splitlines():
        instruction_set, kernel, digest = line.split()
        sets.setdefault(instruction_set, {})[kernel] = digest
    return sets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="kernel_digests of this machine")
    parser.add_argument("folder", type=pathlib.Path, help="where to compile")
    arguments = parser.parse_args()
    emulator = next(filter(None, map(shutil.which, EMULATOR)), None)
    if shutil.which(COMPILER) is None or emulator is None:
        print(f"No {COMPILER} or no qemu-user: the kernels are not tried on aarch64")
        return 77

    here = digests(run([arguments.program]))
    name, expected = next(iter(here.items()))
    status = 0
    for variant in VARIANTS:
        program = build(arguments.folder, variant)
        there = digests(run([emulator, str(program)]))
        if list(there) != [variant]:
            print(f"expected {variant}, got {', '.join(there)}")
            return 1
        for kernel in expected | there[variant]:
            wanted, got = expected.get(kernel), there[variant].get(kernel)
            if wanted != got:
                print(f"{kernel}: {name} gives {wanted}, aarch64 {variant} {got}")
                status = 1
        print(f"{variant}: {len(there[variant])} digests compared with {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
