# SPDX-License-Identifier: Apache-2.0
"""What a runner written in Python needs: describe the library, answer requests, serve.

A runner that divides every element of x by two, under the name of an operator:

    import truenorm_runner as truenorm

    def layer_norm(request):
        x = request.inputs["x"]
        halves = [value / 2 for value in truenorm.to_floats(x)]
        return {"y": truenorm.from_floats(x.dtype, x.shape, halves)}

    truenorm.serve(
        {
            "name": "half",
            "version": "1",
            "library": "none",
            "library_version": "1",
            "device": "cpu",
            "operators": {
                "layer_norm": {
                    "dtypes": ["float32"],
                    "directions": ["forward"],
                    "outputs": ["y"],
                }
            },
        },
        {"layer_norm": layer_norm},
    )

The standard library is enough. A tensor's data is what numpy.frombuffer, torch.frombuffer
and memoryview accept; tobytes() of a C-contiguous array gives it back. numpy has no bfloat16
and no 8-bit floats: to_floats decodes them exactly, from_floats rounds to them, and
numpy.frombuffer(tensor.data, "uint8") has their bits.
"""

import json
import math
import os
import struct
import sys
from typing import NamedTuple

PROTOCOL = 1


class Unsupported(Exception):
    """Raised by a handler: the library does not offer this, by design."""


class Failure(Exception):
    """Raised by a handler: the library reported an error."""


class Tensor(NamedTuple):
    """A dense row-major tensor of little-endian elements."""

    dtype: str  # float16, bfloat16, float32, float64, float8_e5m2, float8_e4m3fn
    shape: tuple
    data: object  # bytes, bytearray or memoryview


class Format(NamedTuple):
    """A dtype: its name in a frame, its bytes an element, and its numbers."""

    wire_name: str
    size: int
    precision_bits: int
    emin: int
    has_infinity: bool = True


FORMATS = {
    "float64": Format("F64", 8, 53, -1022),
    "float32": Format("F32", 4, 24, -126),
    "float16": Format("F16", 2, 11, -14),
    "bfloat16": Format("BF16", 2, 8, -126),
    "float8_e5m2": Format("F8_E5M2", 1, 3, -14),
    "float8_e4m3fn": Format("F8_E4M3", 1, 4, -6, has_infinity=False),
}
DTYPE_OF_WIRE_NAME = {format.wire_name: dtype for dtype, format in FORMATS.items()}
STRUCT_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Request:
    """One question. Every attribute of the operator is there, resolved."""

    def __init__(self, message, inputs):
        self.id = message["id"]
        self.op = message["op"]
        self.direction = message["direction"]
        self.outputs = message["outputs"]
        self.attributes = message["attributes"]
        self.inputs = inputs

    def wants(self, output):
        """Whether the output was asked for."""
        return output in self.outputs

    def input(self, name):
        """An input by name; None if the case has none of it."""
        return self.inputs.get(name)

    def real(self, attribute):
        """A real attribute as a float."""
        return float.fromhex(self._attribute(attribute, str))

    def exact_real(self, attribute):
        """The exact value of a real that is no binary64: "1/1000000"; else None."""
        return self.attributes.get(attribute + "_exact")

    def integer(self, attribute):
        return self._attribute(attribute, int)

    def flag(self, attribute):
        return self._attribute(attribute, bool)

    def axes(self, attribute):
        return self._attribute(attribute, list)

    def choice(self, attribute):
        return self._attribute(attribute, str)

    def _attribute(self, name, kind):
        value = self.attributes.get(name)
        # A bool is an int to isinstance.
        if type(value) is not kind:
            raise Failure(f"{self.op}: the request has no {kind.__name__} '{name}'")
        return value


def to_floats(tensor):
    """The elements as a list of floats; exact for every dtype."""
    if tensor.dtype == "float64":
        return _unpack("d", tensor)
    if tensor.dtype == "float32":
        return _unpack("f", tensor)
    if tensor.dtype == "float16":
        return _unpack("e", tensor)
    format = FORMATS[tensor.dtype]
    return [_decode(format, bits) for bits in _unpack(STRUCT_CODES[format.size], tensor)]


def from_floats(dtype, shape, values):
    """A tensor of the dtype, each value rounded to nearest, ties to even."""
    values = list(values)
    if len(values) != math.prod(shape):
        raise ValueError(f"{len(values)} values do not fit the shape {list(shape)}")
    if dtype == "float64":
        return Tensor(dtype, tuple(shape), struct.pack(f"<{len(values)}d", *values))
    format = FORMATS[dtype]
    bits = [_encode(format, value) for value in values]
    code = STRUCT_CODES[format.size]
    return Tensor(dtype, tuple(shape), struct.pack(f"<{len(bits)}{code}", *bits))


def serve(description, handlers):
    """Says hello, answers requests in order until stdin ends, then returns.

    description: the keys of a hello, "protocol" excepted (see the example above).
    handlers: a function for each operator, from a Request to {output: Tensor}. An output
    that the library does not expose may be left out; one that was not asked for is dropped.
    Whatever is printed to stdout meanwhile, by Python or by C, goes to stderr.
    """
    if os.isatty(0):
        sys.exit(
            f"{description['name']} is a truenorm runner: it speaks a binary protocol on "
            f"stdin and stdout. Use it as: truenorm run --runner {sys.argv[0]}"
        )
    requests, answers = _take_over_standard_streams()
    with requests, answers:
        _write_frame(answers, {"protocol": PROTOCOL, **description}, {})
        while True:
            frame = _read_frame(requests)
            if frame is None:
                return
            message, tensors = _answer(Request(*frame), handlers)
            _flush_standard_streams()
            _write_frame(answers, message, tensors)


def _take_over_standard_streams():
    """Private copies of stdin and stdout; whatever else uses stdout reaches stderr."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    return requests, answers


def _flush_standard_streams():
    """Pushes out what the handler printed, so that it is logged with its request."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    try:
        import ctypes

        ctypes.CDLL(None).fflush(None)
    except (ImportError, OSError, AttributeError):
        pass  # without ctypes, what C has buffered is logged later


def _answer(request, handlers):
    """The answer's message and tensors, whatever the handler does."""
    try:
        if request.op not in handlers:
            raise Unsupported(f"no operator {request.op}")
        given = handlers[request.op](request)
        tensors = {
            name: _checked(name, Tensor(*given[name]))
            for name in request.outputs
            if given.get(name) is not None
        }
        return {"id": request.id}, tensors
    except Unsupported as why:
        return {"id": request.id, "unsupported": _utf8(why)}, {}
    except Failure as what:
        return {"id": request.id, "error": _utf8(what)}, {}
    except Exception as what:
        import traceback

        traceback.print_exc()
        return {"id": request.id, "error": _utf8(f"{type(what).__name__}: {what}")}, {}


def _utf8(text):
    """The text without the lone surrogates that JSON cannot carry."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _checked(name, tensor):
    """The tensor with its data as bytes, which fit its shape."""
    if tensor.dtype not in FORMATS:
        raise Failure(f"output {name} has the unknown dtype {tensor.dtype}")
    expected = math.prod(tensor.shape) * FORMATS[tensor.dtype].size
    data = memoryview(tensor.data).tobytes()
    if len(data) != expected:
        raise Failure(
            f"output {name} has {len(data)} bytes; {tensor.dtype} of shape "
            f"{list(tensor.shape)} has {expected}"
        )
    return tensor._replace(data=data)


def _read_frame(stream):
    """The next request's message and tensors; None at the end of the stream."""
    prefix = stream.read(8)
    if not prefix:
        return None
    size = int.from_bytes(prefix, "little")
    blob = memoryview(stream.read(size))
    if len(prefix) < 8 or len(blob) < size:
        sys.exit("stdin ended within a request")
    header_size = int.from_bytes(blob[:8], "little")
    header = json.loads(bytes(blob[8 : 8 + header_size]))
    data = blob[8 + header_size :]
    message = json.loads(header.pop("__metadata__")["truenorm"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPE_OF_WIRE_NAME[entry["dtype"]]
        tensors[name] = Tensor(dtype, tuple(entry["shape"]), data[begin:end])
    return message, tensors


def _write_frame(stream, message, tensors):
    header = {"__metadata__": {"truenorm": json.dumps(message)}}
    payload = []
    offset = 0
    # Wide elements first keeps every tensor aligned, as safetensors advises.
    by_width = sorted(tensors, key=lambda name: -FORMATS[tensors[name].dtype].size)
    for name in by_width:
        tensor = tensors[name]
        end = offset + len(tensor.data)
        header[name] = {
            "dtype": FORMATS[tensor.dtype].wire_name,
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        payload.append(tensor.data)
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    stream.write(struct.pack("<QQ", 8 + len(text) + offset, len(text)) + text)
    for data in payload:
        stream.write(data)
    stream.flush()


def _unpack(code, tensor):
    data = tensor.data
    return list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))


def _decode(format, bits):
    fraction_bits = format.precision_bits - 1
    sign = -1.0 if bits >> (8 * format.size - 1) else 1.0
    magnitude = bits & ((1 << (8 * format.size - 1)) - 1)
    infinity = _infinity_bits(format)
    if magnitude > infinity or (magnitude == infinity and not format.has_infinity):
        return math.copysign(math.nan, sign)
    if magnitude == infinity:
        return sign * math.inf
    exponent, fraction = magnitude >> fraction_bits, magnitude & ((1 << fraction_bits) - 1)
    if exponent:
        fraction += 1 << fraction_bits
    return sign * math.ldexp(fraction, max(exponent, 1) - 1 + format.emin - fraction_bits)


def _encode(format, value):
    """RN: the bits of the nearest value, ties to even, overflow to an infinity."""
    fraction_bits = format.precision_bits - 1
    sign = int(math.copysign(1, value) < 0) << (8 * format.size - 1)
    infinity = _infinity_bits(format)
    if math.isnan(value):
        return sign | infinity | (1 << (fraction_bits - 1) if format.has_infinity else 0)
    if math.isinf(value):
        return sign | infinity
    if value == 0:
        return sign
    # ldexp gives |value| in units of the format's spacing there, exactly; round() takes
    # ties to even.
    exponent = max(math.frexp(value)[1] - 1, format.emin)
    steps = round(math.ldexp(abs(value), fraction_bits - exponent))
    # A carry out of the fraction lands in the exponent field, where it belongs.
    magnitude = steps + ((exponent - format.emin) << fraction_bits)
    return sign | min(magnitude, infinity)


def _infinity_bits(format):
    """The bits of +Inf; of the one NaN, where the format has no infinity."""
    exponent_bits = 8 * format.size - format.precision_bits
    if not format.has_infinity:
        return (1 << (exponent_bits + format.precision_bits - 1)) - 1
    return ((1 << exponent_bits) - 1) << (format.precision_bits - 1)
