# SPDX-License-Identifier: Apache-2.0
"""NumPy as a peer: two passes in float64, as anyone would write them."""

import numpy
from row_data import EPS


def prepare(data):
    """A function that computes the row's outputs, rounded to its dtype at the end."""
    looks, shape, dtype = data.looks, data.x.shape, data.x.dtype
    x_view = data.x.reshape(looks.view)
    gamma_view = data.gamma.reshape(looks.parameter)
    beta_view = None if data.beta is None else data.beta.reshape(looks.parameter)
    dy_view = None if data.dy is None else data.dy.reshape(looks.view)

    def normalized():
        deviation = x_view.astype(numpy.float64)
        if data.is_centred:
            deviation = deviation - deviation.mean(looks.axes, keepdims=True)
        variance = (deviation * deviation).mean(looks.axes, keepdims=True)
        rstd = 1 / numpy.sqrt(variance + EPS)
        return deviation * rstd, rstd

    def forward():
        y = normalized()[0] * gamma_view
        if beta_view is not None:
            y = y + beta_view
        return {"y": y.astype(dtype).reshape(shape)}

    def vjp():
        x_hat, rstd = normalized()
        dy = dy_view.astype(numpy.float64)
        w = dy * gamma_view
        dx = w - x_hat * (w * x_hat).mean(looks.axes, keepdims=True)
        if data.is_centred:
            dx = dx - w.mean(looks.axes, keepdims=True)
        gradients = {
            "dx": (rstd * dx).astype(dtype).reshape(shape),
            "dgamma": (dy * x_hat).sum(looks.sum_axes).astype(dtype),
        }
        if beta_view is not None:
            gradients["dbeta"] = dy.sum(looks.sum_axes).astype(dtype)
        return gradients

    return forward if dy_view is None else vjp
