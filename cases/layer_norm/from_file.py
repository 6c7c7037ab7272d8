#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tensors of from_file.yaml beside itself; --check compares them instead."""

import json
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, COLUMNS = 3, 5


def npy(shape, column_major_values):
    """A float32 .npy file, version 1.0, in column-major order."""
    header = f"{{'descr': '<f4', 'fortran_order': True, 'shape': {shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    preamble = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
    data = struct.pack(f"<{len(column_major_values)}f", *column_major_values)
    return preamble + header.encode() + data


def bfloat16(value):
    """The upper half of a float32's bits."""
    return struct.pack("<f", value)[2:]


def safetensors(tensors):
    """A .safetensors file of (name, dtype, shape, bytes)."""
    header, data = {}, b""
    for name, dtype, shape, content in tensors:
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += content
    text = json.dumps(header)
    text += " " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text.encode() + data


def files():
    """File name to bytes."""
    activations = [
        [(37 * (row * COLUMNS + column) ** 2 % 101 - 50) / 7 for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    columns = [activations[row][column] for column in range(COLUMNS) for row in range(ROWS)]
    gamma = [1 / 3, -1.7, 0.9, 15.8125, -0.1]
    beta = [0.2, -0.7, 0, 1 / 7, -3]
    return {
        "activations.npy": npy((ROWS, COLUMNS), columns),
        "parameters.safetensors": safetensors(
            [
                ("norm.weight", "F32", [COLUMNS], struct.pack("<5f", *gamma)),
                ("norm.bias", "F32", [COLUMNS], struct.pack("<5f", *beta)),
                ("low.weight", "BF16", [COLUMNS], b"".join(map(bfloat16, gamma))),
            ]
        ),
    }


def main():
    is_wrong = False
    for name, content in files().items():
        path = os.path.join(HERE, name)
        if sys.argv[1:] != ["--check"]:
            with open(path, "wb") as stream:
                stream.write(content)
            continue
        with open(path, "rb") as stream:
            if stream.read() != content:
                print(f"{path}: not what this program writes")
                is_wrong = True
    sys.exit(is_wrong)


if __name__ == "__main__":
    main()
