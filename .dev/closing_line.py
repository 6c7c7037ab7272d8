# SPDX-License-Identifier: Apache-2.0
"""Prints the counts of a JUnit file that ctest wrote: N passed, N failed[, N skipped]."""

import sys
import xml.etree.ElementTree


def kind(case):
    """What became of one <testcase>: passed, failed or skipped."""
    if case.get("status") == "run":
        return "passed"
    if case.get("status") == "disabled":
        return "skipped"
    # ctest calls a test "skipped" too when its program or its fixture is not there;
    # only the test itself can ask to be skipped.
    reason = case.find("skipped")
    if reason is not None and reason.get("message", "").startswith("SKIP_"):
        return "skipped"
    return "failed"


def closing_line(path):
    """The counts as one line; zero skipped tests go unsaid."""
    kinds = [kind(case) for case in xml.etree.ElementTree.parse(path).iter("testcase")]
    line = f"{kinds.count('passed')} passed, {kinds.count('failed')} failed"
    if "skipped" in kinds:
        line += f", {kinds.count('skipped')} skipped"
    return line


if __name__ == "__main__":
    print(closing_line(sys.argv[1]))
