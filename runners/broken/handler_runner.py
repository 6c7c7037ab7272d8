# SPDX-License-Identifier: Apache-2.0
"""A runner with an odd handler behind the Python SDK: handler_runner.py KIND."""

import ctypes
import os
import sys

import truenorm_runner as truenorm


def echo(request):
    return {"y": request.inputs["x"]}


def print_to_stdout(request):
    print("printed by Python")
    ctypes.CDLL(None).puts(b"printed by C")
    os.system("echo printed by a child")
    return echo(request)


def read_stdin(request):
    print(f"read {len(sys.stdin.read())} bytes")
    return echo(request)


def raise_an_exception(request):
    raise ValueError("the answer is \udcff not known")


def report_a_failure(request):
    raise truenorm.Failure("CUDA error 700")


def refuse(request):
    raise truenorm.Unsupported("no eps_mode outside")


def give_more_than_asked(request):
    return {**echo(request), "mean": request.inputs["x"]}


def give_wrong_bytes(request):
    return {"y": truenorm.Tensor("float32", (1000,), b"four")}


def leave_the_output_out(request):
    return {"y": None}


def round_to_the_dtype_of_gamma(request):
    """y = x, rounded."""
    x = request.inputs["x"]
    dtype = request.inputs["gamma"].dtype
    return {"y": truenorm.from_floats(dtype, x.shape, truenorm.to_floats(x))}


def list_attributes(request):
    """Prints the attributes, as the accessors give them."""
    print(request.real("eps"), request.exact_real("eps"), request.axes("axes"))
    print(request.flag("round_normalized"), request.choice("eps_mode"))
    print(request.integer("gamma_offset"), request.real("momentum"))
    return echo(request)


truenorm.serve(
    {
        "name": "odd",
        "version": "1",
        "library": "none",
        "library_version": "1",
        "device": "cpu",
        "operators": {
            "layer_norm": {
                "dtypes": list(truenorm.FORMATS),
                "directions": ["forward"],
                "outputs": ["y", "mean"],
            }
        },
    },
    {"layer_norm": globals()[sys.argv[1]]},
)
