# SPDX-License-Identifier: Apache-2.0
"""mpmath as a peer: 256 bits, and its own sums."""

import mpmath
from row_data import EPS

mpmath.mp.prec = 256


def prepare(data):
    """A function that computes the outputs of a row that is one group."""
    mpf, fsum = mpmath.mpf, mpmath.fsum
    x, gamma = data.x.tolist(), data.gamma.tolist()
    beta = [0.0] * len(x) if data.beta is None else data.beta.tolist()
    dy = [] if data.dy is None else data.dy.tolist()

    def normalized():
        values = [mpf(value) for value in x]
        mean = fsum(values) / len(x) if data.is_centred else mpf(0)
        deviations = [value - mean for value in values]
        rstd = 1 / mpmath.sqrt(fsum(deviations, squared=True) / len(x) + mpf(EPS))
        return [deviation * rstd for deviation in deviations], rstd

    def forward():
        return {"y": [float(h * g + b) for h, g, b in zip(normalized()[0], gamma, beta)]}

    def vjp():
        x_hat, rstd = normalized()
        w = [mpf(d) * g for d, g in zip(dy, gamma)]
        mean_w = fsum(w) / len(x) if data.is_centred else mpf(0)
        mean_wx = fsum(a * h for a, h in zip(w, x_hat)) / len(x)
        gradients = {
            "dx": [float(rstd * (a - mean_w - h * mean_wx)) for a, h in zip(w, x_hat)],
            "dgamma": [float(h * d) for h, d in zip(x_hat, dy)],
        }
        if data.beta is not None:
            gradients["dbeta"] = [float(mpf(d)) for d in dy]
        return gradients

    return vjp if dy else forward
