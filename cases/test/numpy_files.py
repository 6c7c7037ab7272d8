# SPDX-License-Identifier: Apache-2.0
"""Writes tensors as numpy and Python write them, and prints their bits.

    numpy_files.py FILE DTYPE ORDER VERSION SHAPE

DTYPE: f2, f4 or f8; ORDER: C or F; VERSION: of .npy, ignored for .safetensors; SHAPE:
2x3x4. Prints each element's bits in hex, row-major. Status 77 without numpy.
"""

import json
import struct
import sys

try:
    import numpy
except ImportError:
    sys.exit(77)


def main():
    path, dtype, order, version, shape = sys.argv[1:]
    dimensions = [int(dimension) for dimension in shape.split("x")]
    unsigned = numpy.dtype(dtype.replace("f", "<u"))
    # An odd factor visits every pattern's low bits, NaN payloads and infinities too.
    bits = numpy.arange(numpy.prod(dimensions), dtype=numpy.uint64) * 0x9E3779B97F4A7C15
    bits = bits.astype(unsigned).reshape(dimensions)
    bits.flat[0] = numpy.iinfo(unsigned).max
    tensor = numpy.array(bits.view("<" + dtype), order=order)
    with open(path, "wb") as stream:
        if path.endswith(".npy"):
            numpy.lib.format.write_array(stream, tensor, (int(version), 0))
        else:
            data = tensor.tobytes("C")
            entry = {
                "dtype": {"f2": "F16", "f4": "F32", "f8": "F64"}[dtype],
                "shape": dimensions,
                "data_offsets": [0, len(data)],
            }
            header = json.dumps({"__metadata__": {"format": "pt"}, "x": entry}).encode()
            stream.write(struct.pack("<Q", len(header)) + header + data)
    for pattern in bits.flat:
        print(f"{int(pattern):x}")


if __name__ == "__main__":
    main()
