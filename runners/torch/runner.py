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


def require_plain_formula(request):
    """What torch has no option for is unsupported."""
    if request.choice("eps_mode") != "inside":
        raise truenorm.Unsupported("torch adds eps inside the root")
    if request.integer("gamma_offset") != 0:
        raise truenorm.Unsupported("torch multiplies by gamma, not by 1 + gamma")
    if request.flag("round_normalized"):
        raise truenorm.Unsupported("torch does not round before the affine")


def normalized_shape(request, x):
    """The trailing dimensions that the request's axes are."""
    axes = request.axes("axes")
    if not axes or axes != list(range(x.dim() - len(axes), x.dim())):
        raise truenorm.Unsupported("torch normalizes trailing axes only, in x's order")
    return [x.shape[axis] for axis in axes]


def is_of_one_dtype(request):
    """Whether every input has x's dtype."""
    return len({tensor.dtype for tensor in request.inputs.values()}) == 1


def asking_torch(handler):
    """The handler, with torch's errors told apart: a mixture of dtypes is no fault."""

    def handle(request):
        require_plain_formula(request)
        try:
            with torch.no_grad():
                return handler(request)
        except (RuntimeError, ValueError, NotImplementedError) as error:
            message = f"torch: {str(error).splitlines()[0]}"
            if isinstance(error, NotImplementedError) or not is_of_one_dtype(request):
                raise truenorm.Unsupported(message) from error
            raise truenorm.Failure(message) from error

    return handle


@asking_torch
def layer_norm(request):
    x, gamma, beta = (to_torch(request.input(name)) for name in ("x", "gamma", "beta"))
    shape = normalized_shape(request, x)
    eps = request.real("eps")
    outputs = {}
    if request.wants("y"):
        outputs["y"] = from_torch(functional.layer_norm(x, shape, gamma, beta, eps))
    if request.wants("mean") or request.wants("rstd"):
        _, mean, rstd = torch.native_layer_norm(x, shape, gamma, beta, eps)
        kept = x.shape[: x.dim() - len(shape)]
        outputs["mean"] = from_torch(mean.reshape(kept))
        outputs["rstd"] = from_torch(rstd.reshape(kept))
    return outputs


@asking_torch
def rms_norm(request):
    x, gamma = (to_torch(request.input(name)) for name in ("x", "gamma"))
    if request.input("beta") is not None:
        raise truenorm.Unsupported("torch's rms_norm has no beta")
    y = functional.rms_norm(x, normalized_shape(request, x), gamma, request.real("eps"))
    return {"y": from_torch(y)}


def require_no_clamp(request, variance):
    """A clamp that would act is unsupported; elsewhere it changes nothing."""
    if request.flag("clamp_variance") and bool((variance < 0).any()):
        raise truenorm.Unsupported("torch does not clamp the variance")


def torch_batch_norm(x, mean, variance, gamma, beta, eps):
    """torch's own; its refusal of a negative eps (since 2.10) is by design."""
    try:
        return functional.batch_norm(
            x, mean, variance, gamma, beta, training=False, eps=eps
        )
    except (RuntimeError, ValueError) as error:
        if eps < 0:
            raise truenorm.Unsupported(f"torch: {error}") from error
        raise


@asking_torch
def batch_norm_inference(request):
    x, mean, variance, gamma, beta = (
        to_torch(request.input(name))
        for name in ("x", "mean", "variance", "gamma", "beta")
    )
    require_no_clamp(request, variance)
    is_batched = request.flag("batched")
    is_channels_last = request.choice("layout") == "channels_last"
    if not is_batched:
        x = x.unsqueeze(0)
    if is_channels_last:
        x = x.movedim(-1, 1)
    y = torch_batch_norm(x, mean, variance, gamma, beta, request.real("eps"))
    if is_channels_last:
        y = y.movedim(1, -1)
    return {"y": from_torch(y if is_batched else y.squeeze(0))}


def describe(*outputs):
    return {"dtypes": list(DTYPES), "directions": ["forward"], "outputs": list(outputs)}


def main():
    if len(sys.argv) > 1:
        print(f"torch has no variant '{sys.argv[1]}'", file=sys.stderr)
        sys.exit(2)
    operators = {
        "layer_norm": (layer_norm, describe("y", "mean", "rstd")),
        "rms_norm": (rms_norm, describe("y")),
        "batch_norm_inference": (batch_norm_inference, describe("y")),
    }
    # torch.nn.functional has rms_norm since 2.4.
    if not hasattr(functional, "rms_norm"):
        del operators["rms_norm"]
    truenorm.serve(
        {
            "name": "torch",
            "version": "1",
            "library": "PyTorch",
            "library_version": torch.__version__,
            "device": "cpu",
            "operators": {op: support for op, (_, support) in operators.items()},
        },
        {op: handler for op, (handler, _) in operators.items()},
    )


if __name__ == "__main__":
    main()
