# SPDX-License-Identifier: Apache-2.0
"""What the machine is that a measurement ran on."""

import os
import platform
import re


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            found = re.search(r"(?m)^model name\s*:\s*(.*)$", stream.read())
    except OSError:
        found = None
    return found.group(1) if found else platform.processor() or platform.machine()


def describe():
    """Without names of hosts, users or folders."""
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
