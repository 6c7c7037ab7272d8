#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Passes frames between the engine and a runner, and keeps the blobs of both.

usage: recording_runner.py FOLDER RUNNER [ARGUMENT...]

FOLDER gets NUMBER.request.safetensors and NUMBER.answer.safetensors, from 0 on.
"""

import pathlib
import subprocess
import sys


def read_frame(stream):
    prefix = stream.read(8)
    return prefix + stream.read(int.from_bytes(prefix, "little"))


def write_frame(stream, frame):
    stream.write(frame)
    stream.flush()


def main():
    folder = pathlib.Path(sys.argv[1])
    with subprocess.Popen(
        sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as runner:
        write_frame(sys.stdout.buffer, read_frame(runner.stdout))  # its hello
        number = 0
        while request := read_frame(sys.stdin.buffer):
            write_frame(runner.stdin, request)
            answer = read_frame(runner.stdout)
            (folder / f"{number}.request.safetensors").write_bytes(request[8:])
            (folder / f"{number}.answer.safetensors").write_bytes(answer[8:])
            write_frame(sys.stdout.buffer, answer)
            number += 1
        runner.stdin.close()


if __name__ == "__main__":
    main()
