#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A complete runner: rms_norm over the last axis, computed in Python's floats."""

import math

from truenorm_runner import Unsupported, from_floats, serve, to_floats


def rms_norm(request):
    x = request.input("x")
    last_axis_only = request.axes("axes") == [len(x.shape) - 1]
    if not last_axis_only or request.input("gamma") or request.choice("eps_mode") != "inside":
        raise Unsupported("only the last axis, without gamma, eps inside")
    values, n, y = to_floats(x), x.shape[-1], []
    for start in range(0, len(values), n or 1):
        row = values[start : start + n]
        scale = math.sqrt(sum(v * v for v in row) / n + request.real("eps"))
        y += [v / scale for v in row]
    return {"y": from_floats(x.dtype, x.shape, y)}


support = {"dtypes": ["float16", "float32"], "directions": ["forward"], "outputs": ["y"]}
me = {"name": "example", "version": "1", "library": "none", "library_version": "1"}
serve({**me, "device": "cpu", "operators": {"rms_norm": support}}, {"rms_norm": rms_norm})
