# SPDX-License-Identifier: Apache-2.0
"""Measures NumPy, torch and mpmath on the data that oracle_bench wrote, with one thread.

Reads one JSON request a line from stdin, {"row", "data", "seconds"}, and answers each with
the seconds that every peer takes for an element, or a call. The first line says which peers
there are, and of what version.
"""

import importlib.util
import json
import os
import sys
import time

# Tunings of a machine's OpenBLAS: meant for other programs, and no part of a comparison.
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
# NumPy's and torch's libraries read these when they are loaded, which is below.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# mpmath is a thousand times slower than the others.
MPMATH_ELEMENTS = 512


def usable():
    """The peers that are installed; all need NumPy, which reads the data."""
    names = [name for name in ("numpy", "torch", "mpmath") if importlib.util.find_spec(name)]
    return names if "numpy" in names else []


def version(name):
    module = importlib.import_module(name)
    backend = f" ({module.libmp.BACKEND})" if name == "mpmath" else ""
    return module.__version__ + backend


def seconds_of(call, least_seconds):
    """The mean of as many calls as take least_seconds, as Google Benchmark counts them."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            call()
        elapsed = time.perf_counter() - start
        if elapsed >= least_seconds:
            return elapsed / count
        growth = 1.4 * least_seconds / max(elapsed, 1e-9)
        count = max(count + 1, int(count * min(growth, 10)))


def prepared(name, data):
    """(data, call, its answer as arrays): mpmath gets a part of the data."""
    import numpy_peer

    if name == "numpy":
        call = numpy_peer.prepare(data)
        return data, call, call()
    if name == "torch":
        import torch_peer

        call = torch_peer.prepare(data)
        return data, call, torch_peer.arrays(call())
    import mpmath_peer

    part = data.part(MPMATH_ELEMENTS)
    part.expected = numpy_peer.prepare(part)()
    call = mpmath_peer.prepare(part)
    return part, call, call()


def measure(names, request):
    """{peer: seconds}"""
    import row_data

    row = request["row"]
    whole = row_data.load(row, request["data"])
    seconds = {}
    for name in names:
        data, call, answer = prepared(name, whole)
        if not data.is_near(answer):
            raise ValueError(f"{row['id']}: the answer of {name} is wrong")
        units = 1 if row["unit"] == "call" else data.x.size
        seconds[name] = seconds_of(call, request["seconds"]) / units
    return seconds


def main():
    names = usable()
    print(json.dumps({name: version(name) for name in names}), flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(names, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
