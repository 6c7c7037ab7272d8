# SPDX-License-Identifier: Apache-2.0
"""torch as a peer: torch.nn.functional in the row's dtype, and autograd's backward of it."""

import torch
from row_data import EPS

torch.set_num_threads(1)


def normalize(data, x, gamma, beta):
    functional = torch.nn.functional
    if data.op == "batch_norm":
        return functional.batch_norm(x, None, None, gamma, beta, training=True, eps=EPS)
    if data.op == "group_norm":
        return functional.group_norm(x, data.groups, gamma, beta, EPS)
    if data.op == "rms_norm":
        return functional.rms_norm(x, gamma.shape, gamma, EPS)
    return functional.layer_norm(x, gamma.shape, gamma, beta, EPS)


def prepare(data):
    """A function that computes the row's outputs; a vjp's forward is done beforehand."""
    dtype = getattr(torch, data.dtype)
    inputs = {
        name: torch.from_numpy(array).to(dtype)
        for name, array in (("dx", data.x), ("dgamma", data.gamma), ("dbeta", data.beta))
        if array is not None
    }
    x, gamma, beta = inputs["dx"], inputs["dgamma"], inputs.get("dbeta")

    def forward():
        with torch.no_grad():
            return {"y": normalize(data, x, gamma, beta)}

    if data.dy is None:
        return forward
    for tensor in inputs.values():
        tensor.requires_grad_()
    y, dy = normalize(data, x, gamma, beta), torch.from_numpy(data.dy).to(dtype)

    def backward():
        gradients = torch.autograd.grad(y, list(inputs.values()), dy, retain_graph=True)
        return dict(zip(inputs, gradients))

    return backward


def arrays(answer):
    return {name: tensor.double().numpy() for name, tensor in answer.items()}
