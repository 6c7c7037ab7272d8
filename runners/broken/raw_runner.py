# SPDX-License-Identifier: Apache-2.0
"""A runner that breaks the protocol: raw_runner.py FAULT.

It answers y = x to every request, but for those whose id begins with "break". It writes
its frames by itself, so that it can also write wrong ones.
"""

import json
import os
import signal
import subprocess
import sys
import time

HELLO = {
    "protocol": 1,
    "name": "broken",
    "version": "1",
    "library": "none",
    "library_version": "1",
    "device": "cpu",
    "operators": {
        "layer_norm": {
            "dtypes": ["float32"],
            "directions": ["forward"],
            "outputs": ["y", "mean"],
        }
    },
}


def blob(message, tensors=()):
    """A safetensors blob; tensors are (name, dtype, shape, data)."""
    header = {"__metadata__": {"truenorm": json.dumps(message)}}
    data = b""
    for name, dtype, shape, content in tensors:
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += content
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def frame(*content):
    body = blob(*content)
    return len(body).to_bytes(8, "little") + body


def write(data):
    while data:
        data = data[os.write(1, data) :]


def read(size):
    data = b""
    while len(data) < size:
        chunk = os.read(0, min(size - len(data), 1 << 20))
        if not chunk:
            return None
        data += chunk
    return data


def read_request():
    """The id and x's (dtype, shape, data); None at the end of stdin."""
    prefix = read(8)
    if prefix is None:
        return None
    body = read(int.from_bytes(prefix, "little"))
    size = int.from_bytes(body[:8], "little")
    header = json.loads(body[8 : 8 + size])
    x = header["x"]
    begin, end = x["data_offsets"]
    data = body[8 + size :][begin:end]
    request_id = json.loads(header["__metadata__"]["truenorm"])["id"]
    return request_id, (x["dtype"], x["shape"], data)


def answer(request_id, x, *more):
    return frame({"id": request_id}, [("y", *x), *more])


def sleep():
    while True:
        time.sleep(1000)


def exit_with(status):
    return lambda *_: os._exit(status)


def eat_memory(*_):
    eaten = []
    while len(eaten) < 64:
        eaten.append(bytearray(os.urandom(1 << 10) * (1 << 14)))
        time.sleep(0.005)
    sleep()


def flood_stderr(request_id, x):
    for line in range(100_000):
        os.write(2, b"line %d of a flood that would fill every pipe there is\n" % line)
    write(answer(request_id, x))


def write_foreign_text(request_id, x):
    os.write(2, b"caf\xc3\xa9 \xff\xfe \x1b[31mred\n")
    write(answer(request_id, x))


def close_stdout(*_):
    os.close(1)
    sleep()


def hang_up(*_):
    os.close(0)
    os._exit(4)


def leave_a_child(*_):
    subprocess.Popen(["sleep", "1000"])
    os._exit(0)


def half(sequence):
    return sequence[: len(sequence) // 2]


def then_sleep(write_something):
    def fault(request_id, x):
        write_something(request_id, x)
        sleep()

    return fault


FAULTS_IN_ANSWERS = {
    "segfault": lambda *_: os.kill(os.getpid(), signal.SIGSEGV),
    "exit-0": exit_with(0),
    "exit-3": exit_with(3),
    "sleep": lambda *_: sleep(),
    "half-an-answer-then-sleep": then_sleep(lambda i, x: write(half(answer(i, x)))),
    "half-an-answer-then-exit": lambda i, x: (write(half(answer(i, x))), os._exit(0)),
    "text-on-stdout": lambda i, x: write(b"layer_norm took 3 ms\n" + answer(i, x)),
    "garbage": then_sleep(lambda *_: write(bytes(range(256)))),
    "garbage-blob": lambda *_: write((64).to_bytes(8, "little") + bytes(range(64))),
    "absurd-length": then_sleep(lambda *_: write(b"\xff" * 8)),
    "length-of-nothing": then_sleep(lambda *_: write(bytes(8))),
    "length-too-long": then_sleep(
        lambda i, x: write((4096).to_bytes(8, "little") + answer(i, x)[8:])
    ),
    "trailing-bytes": lambda i, x: write(answer(i, x) + b"more"),
    "wrong-id": lambda i, x: write(answer("another", x)),
    "wrong-shape": lambda i, x: write(answer(i, (x[0], [2, len(x[2]) // 8], x[2]))),
    "wrong-dtype": lambda i, x: write(answer(i, ("F16", [len(x[2]) // 2], x[2]))),
    "bytes-that-do-not-fit": lambda i, x: write(answer(i, (x[0], [1000], x[2]))),
    "extra-output": lambda i, x: write(answer(i, x, ("rstd", *x))),
    "missing-output": lambda i, x: write(frame({"id": i})),
    "unknown-key": lambda i, x: write(frame({"id": i, "y": [1, 2, 3]})),
    "unsupported": lambda i, x: write(frame({"id": i, "unsupported": "not on Sundays"})),
    "error": lambda i, x: write(frame({"id": i, "error": "out of\npaper"})),
    "bytes-between-answers": lambda i, x: (
        write(answer(i, x)),
        time.sleep(0.2),
        write(b"by the way"),
    ),
    "eat-memory": eat_memory,
    "flood-stderr": flood_stderr,
    "foreign-text": write_foreign_text,
    "close-stdout": close_stdout,
    "hang-up": hang_up,
    "leave-a-child": leave_a_child,
}


def say_hello(hello):
    write(frame(hello))


def say_hello_and(do):
    def fault():
        say_hello(HELLO)
        do()

    return fault


def complain_and_exit():
    os.write(2, b"warming up\nImportError: no module named torch\n\n")
    os._exit(1)


FAULTS_AT_THE_START = {
    "no-hello": sleep,
    "exit-before-hello": complain_and_exit,
    "text-before-hello": lambda: (write(b"Welcome to the library!\n"), say_hello(HELLO)),
    "bad-json": lambda: write((8 + 5).to_bytes(8, "little") + b"\5" + bytes(7) + b"{oops"),
    "another-protocol": lambda: say_hello({**HELLO, "protocol": 2}),
    "hello-with-unknown-key": lambda: say_hello({**HELLO, "operator": {}}),
    "exit-3-after-hello": say_hello_and(exit_with(3)),
    "deaf": say_hello_and(sleep),
    "another-hello-each-time": lambda: say_hello({**HELLO, "version": str(os.getpid())}),
}


def main():
    fault = sys.argv[1]
    start = FAULTS_AT_THE_START.get(fault, lambda: say_hello(HELLO))
    misbehave = FAULTS_IN_ANSWERS.get(fault, exit_with(5))
    start()
    while True:
        request = read_request()
        if request is None:
            break
        if request[0].startswith("break"):
            misbehave(*request)
        else:
            write(answer(*request))
    if fault == "ignore-the-end":
        sleep()


main()
