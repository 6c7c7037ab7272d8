# SPDX-License-Identifier: Apache-2.0
"""Reads `truenorm list runners --json` and prints which of the named ones are usable.

Each one that is not gets a line on stderr: why, and what to install.
"""

import json
import sys


def choose(runners, names):
    """Splits names into the usable ones and a reason for each of the others."""
    known = {runner["name"]: runner for runner in runners}
    usable, reasons = [], []
    for name in names:
        runner = known.get(name, {"usable": False, "why": "this build has no such runner"})
        if runner["usable"]:
            usable.append(name)
            continue
        reason = f"{name} is left out: {runner.get('why') or 'not usable'}"
        if runner.get("install"):
            reason += f"; to have it: {runner['install']}"
        reasons.append(reason)
    return usable, reasons


def main():
    usable, reasons = choose(json.load(sys.stdin), sys.argv[1:])
    for reason in reasons:
        print(f"dev: {reason}", file=sys.stderr)
    print("\n".join(usable))


if __name__ == "__main__":
    main()
