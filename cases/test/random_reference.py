# SPDX-License-Identifier: Apache-2.0
"""An independent reading of ARCHITECTURE 3's random tensors, to compare with.

usage: random_reference.py INPUT P EMIN EMAX STORAGE COUNT SEED KIND [A B]
prints the bits of each element in hex; A, B: mean std, or low high.
"""
import sys
from fractions import Fraction as F

name, p, emin, emax, storage, count, seed, kind = sys.argv[1:9]
p, emin, emax, storage, count, seed = map(int, (p, emin, emax, storage, count, seed))
M, a, b = 2**64, *map(F, [*sys.argv[9:], 0, 0][:2])


def mix64(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % M
    z = (z ^ z >> 27) * 0x94D049BB133111EB % M
    return z ^ z >> 31


hashed = 0xCBF29CE484222325
for byte in name.encode():
    hashed = (hashed ^ byte) * 0x100000001B3 % M
key = mix64(seed ^ hashed)


def z(k):
    return mix64((key + (k + 1) * 0x9E3779B97F4A7C15) % M)


def bits(value):
    sign, value, e = (1 << storage - 1) * (value < 0), abs(value), emin
    while value >= F(2) ** (e + 1):
        e += 1
    steps = round(value / F(2) ** (e - p + 1))  # a Fraction rounds ties to even
    return sign + steps + (e - emin) * 2 ** (p - 1)


def element(i):
    if kind == "normal":
        total = sum((z(6 * i + j) >> 32) + z(6 * i + j) % 2**32 for j in range(6))
        return bits(a + b * (F(total, 2**32) - 6))
    if kind == "uniform":
        return bits(a + (b - a) * F(z(i) >> 11, 2**53))
    if kind == "log_uniform":
        exponent = int(a) + z(2 * i + 1) * int(b - a + 1) // M
        value = (1 + F(z(2 * i) % 2**52, 2**52)) * F(2) ** exponent
        return bits(-value if z(2 * i) >= 2**63 else value)
    if kind == "nonfinite":
        return z(i) >> 64 - storage
    finite = (emax - emin + 2) * 2 ** (p - 1)
    number = z(i) * 2 * finite // M
    return number if number < finite else (1 << storage - 1) + number - finite


for i in range(count):
    print(f"{element(i):x}")
