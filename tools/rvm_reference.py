#!/usr/bin/env python3
"""The matte of a film by RVM's contract, by a plain loop: what reel's own way is compared with.

    rvm_reference.py NETWORK.onnx FRAMES.rgb WIDTH HEIGHT RATIO OUT.alpha [RESET,…]

FRAMES holds raw RGB, 3 bytes a pixel, frame after frame; OUT gets one byte a pixel. The states begin as zeros of 1x1x1x1, at
the first frame and at each frame whose number (from 0) is listed. One thread, the CPU; networks of 16 and of 32 bits.
"""

import sys

import numpy
import onnxruntime

STATES = ["r1", "r2", "r3", "r4"]


def main(network, frames, width, height, ratio, out, resets=""):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    kinds = {port.name: port.type for port in session.get_inputs()}
    kind = numpy.float16 if kinds["src"] == "tensor(float16)" else numpy.float32
    width, height = int(width), int(height)
    ratio = numpy.array([float(ratio)], numpy.float32)
    anew = {0, *(int(number) for number in resets.split(",") if number)}
    names = ["pha"] + [f"{state}o" for state in STATES]
    count = 0
    with open(frames, "rb") as source, open(out, "wb") as target:
        while True:
            raw = source.read(width * height * 3)
            if len(raw) < width * height * 3:
                break
            if count in anew:
                memory = {f"{state}i": numpy.zeros((1, 1, 1, 1), kind) for state in STATES}
            picture = numpy.frombuffer(raw, numpy.uint8).reshape(height, width, 3)
            picture = (picture.astype(numpy.float32) / 255).transpose(2, 0, 1)[None].astype(kind)
            alpha, *kept = session.run(names, {"src": picture, "downsample_ratio": ratio, **memory})
            memory = {f"{state}i": value for state, value in zip(STATES, kept)}
            target.write((alpha[0, 0].astype(numpy.float32) * 255).round().clip(0, 255).astype(numpy.uint8).tobytes())
            count += 1
    if raw:
        raise SystemExit(f"{frames}: {len(raw)} bytes are left after {count} frames")
    print(f"{count} frames")


if __name__ == "__main__":
    if len(sys.argv) not in (7, 8):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
