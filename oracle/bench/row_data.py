# SPDX-License-Identifier: Apache-2.0
"""The tensors of a row, as oracle_bench wrote them, and how its operator looks at them."""

import dataclasses
import math
import pathlib
import typing

import numpy

EPS = 1e-5
ULPS_OF_ONE = {"bfloat16": 2**-7, "float16": 2**-10, "float32": 2**-23}


@dataclasses.dataclass
class Looks:
    """An array of shape `view`, whose statistics run over `axes`.

    A parameter has the shape `parameter`; its gradient is a sum over `sum_axes`.
    """

    view: tuple
    axes: tuple
    parameter: tuple
    sum_axes: tuple


def looks_of(op, shape, groups):
    if op == "batch_norm":
        batch, channels, height, width = shape
        return Looks((batch, channels, height * width), (0, 2), (1, channels, 1), (0, 2))
    if op == "group_norm":
        batch, channels, height, width = shape
        each = channels // groups
        view = (batch, groups, each, height * width)
        return Looks(view, (2, 3), (1, groups, each, 1), (0, 3))
    return Looks(tuple(shape), (1,), (1, shape[1]), (0,))


@dataclasses.dataclass
class RowData:
    op: str
    dtype: str
    groups: int
    offset: float
    looks: Looks
    x: numpy.ndarray
    gamma: numpy.ndarray
    beta: typing.Optional[numpy.ndarray]  # None: the operator is asked without it
    dy: typing.Optional[numpy.ndarray]  # None: the direction is forward
    expected: dict

    @property
    def is_centred(self):
        return self.op != "rms_norm"

    def is_near(self, answer):
        """Whether an answer is that of the row, up to what an honest library may lose."""
        unit = ULPS_OF_ONE.get(self.dtype, ULPS_OF_ONE["float32"])
        for name, expected in self.expected.items():
            error = numpy.asarray(answer[name], numpy.float64).reshape(-1) - expected.reshape(-1)
            # torch sums the gradient of a parameter in the dtype itself.
            terms = self.x.size / expected.size
            # A mean in float32 is off by an ulp of x, which offset makes large.
            limit = 2**-6 + self.offset * ULPS_OF_ONE["float32"] + unit * math.sqrt(terms)
            if not numpy.abs(error).max() <= limit * numpy.abs(expected).max():
                return False
        return True

    def part(self, count):
        """The first elements of the first group, as a row of their own."""
        looks = self.looks
        count = min(count, math.prod(looks.view[axis] for axis in looks.axes))
        # The axes of a group go last, so that the group comes first and in one piece.
        order = [a for a in range(len(looks.view)) if a not in looks.axes] + list(looks.axes)

        def first(array, shape):
            if array is None:
                return None
            whole = numpy.broadcast_to(array.reshape(shape), looks.view).transpose(order)
            return whole.reshape(-1)[:count].copy()

        return dataclasses.replace(
            self,
            looks=Looks((1, count), (1,), (1, count), (0,)),
            x=first(self.x, looks.view),
            gamma=first(self.gamma, looks.parameter),
            beta=first(self.beta, looks.parameter),
            dy=first(self.dy, looks.view),
            expected={},
        )


def load(row, folder):
    """The data of a row as --list-rows describes it; bfloat16, unknown to NumPy, as float32."""

    def read(name):
        array = numpy.load(pathlib.Path(folder) / f"{name}.npy")
        if row["dtype"] == "bfloat16":
            array = (array.astype(numpy.uint32) << 16).view(numpy.float32)
        return array

    is_vjp, has_beta = row["direction"] == "vjp", row["op"] != "rms_norm"
    outputs = (["dx", "dgamma"] + ["dbeta"] * has_beta) if is_vjp else ["y"]
    shape, groups = [int(n) for n in row["shape"].split("x")], int(row["groups"])
    return RowData(
        op=row["op"],
        dtype=row["dtype"],
        groups=groups,
        offset=float(row["offset"]),
        looks=looks_of(row["op"], shape, groups),
        x=read("x"),
        gamma=read("gamma"),
        beta=read("beta") if has_beta else None,
        dy=read("dy") if is_vjp else None,
        expected={output: read(output) for output in outputs},
    )
