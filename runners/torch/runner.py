# SPDX-License-Identifier: Apache-2.0
"""The torch runner: PyTorch's normalization functions on the CPU."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The SDK lies beside the runners in the source tree, and above them when installed.
sys.path[:0] = [str(HERE / "../sdk/python"), str(HERE / "../../sdk/python")]

import truenorm_runner as truenorm  # noqa: E402

try:
    import torch
    import torch.nn.functional as functional
except ImportError as error:
    reason = "is not installed in" if error.name == "torch" else "does not load in"
    print(
        f"torch {reason} this python3 ({error}); install it with: pip install torch",
        file=sys.stderr,
    )
    sys.exit(2)

DTYPES = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def to_torch(tensor):
    """The tensor's elements, copied; None stays None."""
    if tensor is None:
        return None
    if tensor.dtype not in DTYPES:
        raise truenorm.Unsupported(f"torch does not normalize {tensor.dtype}")
    dtype = DTYPES[tensor.dtype]
    if 0 in tensor.shape:
        return torch.empty(tensor.shape, dtype=dtype)
    return torch.frombuffer(bytearray(tensor.data), dtype=dtype).reshape(tensor.shape)


def from_torch(tensor):
    """A torch tensor of any strides as a row-major tensor of the protocol."""
    elements = tensor.contiguous().reshape(-1)
    data = bytearray(elements.numel() * elements.element_size())
    if data:
        torch.frombuffer(data, dtype=torch.uint8).copy_(elements.view(torch.uint8))
    return truenorm.Tensor(NAMES[tensor.dtype], tuple(tensor.shape), data)


def require_plain_affine(request):
    """What torch has no option for is unsupported."""
    if request.integer("gamma_offset") != 0:
        raise truenorm.Unsupported("torch multiplies by gamma, not by 1 + gamma")
    if request.flag("round_normalized"):
        raise truenorm.Unsupported("torch does not round before the affine")


def require_plain_formula(request):
    """As require_plain_affine, and epsilon in its usual place."""
    if request.choice("eps_mode") != "inside":
        raise truenorm.Unsupported("torch adds eps inside the root")
    require_plain_affine(request)


def normalized_shape(request, x):
    """The trailing dimensions that the request's axes are."""
    axes = request.axes("axes")
    if not axes or axes != list(range(x.dim() - len(axes), x.dim())):
        raise truenorm.Unsupported("torch normalizes trailing axes only, in x's order")
    return [x.shape[axis] for axis in axes]


def is_of_one_dtype(request):
    """Whether every input has x's dtype."""
    return len({tensor.dtype for tensor in request.inputs.values()}) == 1


# torch's own checks before it computes anything, by their wording.
REFUSALS = (
    "Expected more than 1 value per channel",
    "Expected more than 1 spatial element",
    "batch_norm eps must be",
)


class Operator:
    """How torch computes an operator, and how its derivatives follow from that.

    apply: y of a request and its inputs as torch tensors.
    statistics: {output: tensor} of the same, for those of the outputs that torch has.
    constants: inputs that torch does not differentiate.
    """

    def __init__(self, apply, statistics=None, outputs=(), constants=()):
        self.apply = apply
        self.statistics = statistics
        self.outputs = outputs
        self.constants = constants

    def __call__(self, request):
        """Answers, with torch's errors told apart: a mixture of dtypes is no fault."""
        try:
            return self._answer(request)
        except (RuntimeError, ValueError, NotImplementedError) as error:
            message = f"torch: {(str(error).splitlines() or ['?'])[0]}"
            is_refused = isinstance(error, NotImplementedError) or any(
                refusal in message for refusal in REFUSALS
            )
            if is_refused or not is_of_one_dtype(request):
                raise truenorm.Unsupported(message) from error
            raise truenorm.Failure(message) from error

    def _answer(self, request):
        tensors = {name: to_torch(tensor) for name, tensor in request.inputs.items()}
        if request.direction == "vjp":
            return self._vjp(request, tensors)
        if request.direction == "jvp":
            return self._jvp(request, tensors)
        outputs = {}
        with torch.no_grad():
            if request.wants("y"):
                outputs["y"] = self.apply(request, tensors)
            if any(request.wants(output) for output in self.outputs):
                outputs.update(self.statistics(request, tensors))
        return {name: from_torch(tensor) for name, tensor in outputs.items()}

    def _vjp(self, request, tensors):
        dy = tensors.pop("dy")
        leaves = {
            name: tensor.requires_grad_()
            for name, tensor in tensors.items()
            if name not in self.constants
        }
        y = self.apply(request, tensors)
        gradients = torch.autograd.grad(y, list(leaves.values()), dy)
        return {
            f"d{name}": from_torch(gradient)
            for name, gradient in zip(leaves, gradients)
        }

    def _jvp(self, request, tensors):
        prefix = "tangent_"
        tangents = {
            name[len(prefix) :]: tensors.pop(name)
            for name in list(tensors)
            if name.startswith(prefix)
        }
        constants = [name for name in tangents if name in self.constants]
        if constants:
            raise truenorm.Unsupported(f"torch does not differentiate {constants[0]}")

        def apply(*primals):
            return self.apply(request, {**tensors, **dict(zip(tangents, primals))})

        primals = tuple(tensors[name] for name in tangents)
        _, tangent = torch.func.jvp(apply, primals, tuple(tangents.values()))
        return {"tangent_y": from_torch(tangent)}

    def support(self, gradients):
        """This operator's entry in the hello."""
        outputs = ["y", *self.outputs, *(f"d{name}" for name in gradients), "tangent_y"]
        return {
            "dtypes": list(DTYPES),
            "directions": ["forward", "vjp", "jvp"],
            "outputs": outputs,
        }


def affine_of(tensors):
    return tensors.get("gamma"), tensors.get("beta")


def layer_norm(request, tensors):
    require_plain_formula(request)
    x = tensors["x"]
    shape = normalized_shape(request, x)
    return functional.layer_norm(x, shape, *affine_of(tensors), request.real("eps"))


def layer_norm_statistics(request, tensors):
    require_plain_formula(request)
    x = tensors["x"]
    shape = normalized_shape(request, x)
    _, mean, rstd = torch.native_layer_norm(
        x, shape, *affine_of(tensors), request.real("eps")
    )
    kept = x.shape[: x.dim() - len(shape)]
    return {"mean": mean.reshape(kept), "rstd": rstd.reshape(kept)}


def rms_norm(request, tensors):
    require_plain_formula(request)
    if "beta" in tensors:
        raise truenorm.Unsupported("torch's rms_norm has no beta")
    x = tensors["x"]
    shape = normalized_shape(request, x)
    return functional.rms_norm(x, shape, tensors.get("gamma"), request.real("eps"))


def is_batched(request):
    """group_norm always has samples, and no attribute for it."""
    return request.op == "group_norm" or request.flag("batched")


def to_channels_first(request, x):
    """x as (N, C, ...)."""
    if not is_batched(request):
        x = x.unsqueeze(0)
    return x.movedim(-1, 1) if request.choice("layout") == "channels_last" else x


def from_channels_first(request, y):
    """The inverse of to_channels_first."""
    if request.choice("layout") == "channels_last":
        y = y.movedim(1, -1)
    return y if is_batched(request) else y.squeeze(0)


def require_affine_of_channels(request):
    require_plain_formula(request)
    if request.choice("affine") != "per_channel":
        raise truenorm.Unsupported("torch's group_norm has a gamma for each channel")


def group_norm(request, tensors):
    require_affine_of_channels(request)
    x = to_channels_first(request, tensors["x"])
    y = functional.group_norm(
        x, request.integer("groups"), *affine_of(tensors), request.real("eps")
    )
    return from_channels_first(request, y)


def group_norm_statistics(request, tensors):
    require_affine_of_channels(request)
    x = to_channels_first(request, tensors["x"]).contiguous()
    samples, channels = x.shape[:2]
    _, mean, rstd = torch.native_group_norm(
        x,
        *affine_of(tensors),
        samples,
        channels,
        x.shape[2:].numel(),
        request.integer("groups"),
        request.real("eps"),
    )
    return {"mean": mean, "rstd": rstd}


def instance_norm(request, tensors):
    require_plain_formula(request)
    x = to_channels_first(request, tensors["x"])
    gamma, beta = affine_of(tensors)
    y = functional.instance_norm(x, weight=gamma, bias=beta, eps=request.real("eps"))
    return from_channels_first(request, y)


def momentum_of(request):
    """torch's momentum, which weighs the new value."""
    momentum = request.real("momentum")
    if request.choice("momentum_of") == "new":
        return momentum
    if 1 - (1 - momentum) != momentum:
        raise truenorm.Unsupported("torch weighs the new value, and 1 - momentum rounds")
    return 1 - momentum


def train_batch_norm(request, tensors):
    """y and the running statistics, which torch updates in place."""
    require_plain_formula(request)
    running = [tensors.get(name) for name in ("running_mean", "running_variance")]
    if (running[0] is None) != (running[1] is None):
        raise truenorm.Unsupported("torch keeps both running statistics or none")
    has_running = running[0] is not None
    if has_running and request.choice("running_variance_divisor") != "n_minus_1":
        raise truenorm.Unsupported("torch stores the unbiased variance")
    running = [tensor.clone() if has_running else None for tensor in running]
    y = functional.batch_norm(
        to_channels_first(request, tensors["x"]),
        *running,
        *affine_of(tensors),
        training=True,
        momentum=momentum_of(request),
        eps=request.real("eps"),
    )
    return from_channels_first(request, y), running


def batch_norm(request, tensors):
    return train_batch_norm(request, tensors)[0]


def batch_norm_statistics(request, tensors):
    outputs = {}
    if request.wants("running_mean") or request.wants("running_variance"):
        _, running = train_batch_norm(request, tensors)
        outputs.update(zip(("running_mean", "running_variance"), running))
    if request.wants("mean") or request.wants("rstd"):
        require_plain_formula(request)
        _, outputs["mean"], outputs["rstd"] = torch.native_batch_norm(
            to_channels_first(request, tensors["x"]),
            *affine_of(tensors),
            None,
            None,
            True,
            0.0,
            request.real("eps"),
        )
    return outputs


def require_no_clamp(request, variance):
    """A clamp that would act is unsupported; elsewhere it changes nothing."""
    if request.flag("clamp_variance") and bool((variance < 0).any()):
        raise truenorm.Unsupported("torch does not clamp the variance")


def batch_norm_inference(request, tensors):
    require_plain_formula(request)
    require_no_clamp(request, tensors["variance"])
    y = functional.batch_norm(
        to_channels_first(request, tensors["x"]),
        tensors["mean"],
        tensors["variance"],
        *affine_of(tensors),
        training=False,
        eps=request.real("eps"),
    )
    return from_channels_first(request, y)


def require_plain_weight_norm(request):
    require_plain_affine(request)
    if request.real("eps") != 0:
        raise truenorm.Unsupported("torch's weight_norm has no eps")


def weight_norm(request, tensors):
    """What torch.nn.utils.parametrizations.weight_norm computes."""
    require_plain_weight_norm(request)
    if "gamma" not in tensors:
        raise truenorm.Unsupported("torch's weight_norm always has a g")
    v, dim = tensors["x"], request.integer("dim")
    broadcast = [1] * v.dim()
    broadcast[dim] = v.shape[dim]
    return torch._weight_norm(v, tensors["gamma"].reshape(broadcast), dim)


def weight_norm_statistics(request, tensors):
    require_plain_weight_norm(request)
    v, dim = tensors["x"], request.integer("dim")
    return {"norm": torch.norm_except_dim(v, 2, dim).reshape(v.shape[dim])}


def lp_normalize(request, tensors):
    if request.choice("eps_mode") != "floor":
        raise truenorm.Unsupported("torch's normalize takes max(norm, eps)")
    return functional.normalize(
        tensors["x"],
        p=float(request.choice("p")),
        dim=request.integer("dim"),
        eps=request.real("eps"),
    )


AFFINE = ("x", "gamma", "beta")
OPERATORS = {
    "layer_norm": (Operator(layer_norm, layer_norm_statistics, ("mean", "rstd")), AFFINE),
    "rms_norm": (Operator(rms_norm), ("x", "gamma")),
    "group_norm": (Operator(group_norm, group_norm_statistics, ("mean", "rstd")), AFFINE),
    "instance_norm": (Operator(instance_norm), AFFINE),
    "batch_norm": (
        Operator(
            batch_norm,
            batch_norm_statistics,
            ("mean", "rstd", "running_mean", "running_variance"),
        ),
        AFFINE,
    ),
    "batch_norm_inference": (
        Operator(batch_norm_inference, constants=("mean", "variance")),
        AFFINE,
    ),
    "weight_norm": (
        Operator(weight_norm, weight_norm_statistics, ("norm",)),
        ("x", "gamma"),
    ),
    "lp_normalize": (Operator(lp_normalize), ("x",)),
}


def main():
    if len(sys.argv) > 1:
        print(f"torch has no variant '{sys.argv[1]}'", file=sys.stderr)
        sys.exit(2)
    # torch.nn.functional has rms_norm since 2.4.
    if not hasattr(functional, "rms_norm"):
        del OPERATORS["rms_norm"]
    truenorm.serve(
        {
            "name": "torch",
            "version": "2",
            "library": "PyTorch",
            "library_version": torch.__version__,
            "device": "cpu",
            "operators": {
                op: operator.support(gradients)
                for op, (operator, gradients) in OPERATORS.items()
            },
        },
        {op: operator for op, (operator, _) in OPERATORS.items()},
    )


if __name__ == "__main__":
    main()
