#!/usr/bin/env python3
"""Makes the stored outputs that the converted person segmenter is judged by: a drawn figure, through the .tflite
file.

    selfie_vectors.py IN.tflite OUT.json

Independent of the conversion: the operators are evaluated here one by one with numpy, in 64 bits and in the source's own
order of axes. Neither ONNX nor its runtime takes part.
"""

import json
import sys

import numpy

from tflite_reader import Network, same_padding

# Each drawn pixel becomes a square of so many; of the mask the averages of larger
# squares are stored: all pixels count, and the last bits of one do not.
SCALE, STEP = 2, 8
WALL, STRIPE, SHIRT, SKIN, NECK, HAIR, EYES = range(7)
COLOURS = [[150, 165, 175], [165, 175, 180], [45, 60, 120], [220, 170, 145], [200, 150, 125], [50, 35, 25], [30, 30, 40]]


def drawn_figure(height, width):
    """Head and shoulders before a wall with stripes, as numbers of colours."""
    y, x = numpy.mgrid[0:height, 0:width] / (height - 1.0)
    x = x - (width - 1.0) / (height - 1.0) / 2
    picture = numpy.full((height, width), WALL)
    picture[numpy.sin(12 * x) > 0.3] = STRIPE
    head = (x / 0.155) ** 2 + ((y - 0.36) / 0.2) ** 2 < 1
    picture[(x / 0.42) ** 2 + ((y - 1.05) / 0.42) ** 2 < 1] = SHIRT
    picture[(abs(x) < 0.085) & (y > 0.4) & (y < 0.75)] = NECK
    picture[head] = SKIN
    picture[head & (y < 0.25)] = HAIR
    picture[((abs(x) - 0.065) ** 2 + (y - 0.34) ** 2) < 0.022**2] = EYES
    return picture


def runs(values):
    """How often, which; how often, which; …"""
    begins = numpy.flatnonzero(numpy.diff(values, prepend=-1))
    counts = numpy.diff(begins, append=len(values))
    return numpy.stack([counts, values[begins]], 1).reshape(-1).tolist()


def convolve(picture, kernel, bias, stride, pads, depthwise):
    """Rows x height x width x channels; a sum over the kernel's places."""
    picture = numpy.pad(picture, ((0, 0), *pads, (0, 0)))
    height = (picture.shape[1] - kernel.shape[1]) // stride[0] + 1
    width = (picture.shape[2] - kernel.shape[2]) // stride[1] + 1
    total = bias.astype(numpy.float64)
    for y in range(kernel.shape[1]):
        for x in range(kernel.shape[2]):
            seen = picture[:, y : y + height * stride[0] : stride[0], x : x + width * stride[1] : stride[1]]
            seen = seen[:, :height, :width]
            total = total + (seen * kernel[0, y, x] if depthwise else seen @ kernel[:, y, x].T)
    return total


def positions(size_in, size_out, options):
    """For each pixel out: the two pixels in, and how much of the second."""
    at = numpy.arange(size_out, dtype=numpy.float64)
    if options.AlignCorners():
        at = at * (size_in - 1) / (size_out - 1)
    elif options.HalfPixelCenters():
        at = (at + 0.5) * size_in / size_out - 0.5
    else:
        at = at * size_in / size_out
    at = at.clip(0, size_in - 1)
    first = numpy.floor(at).astype(int)
    return first, numpy.minimum(first + 1, size_in - 1), at - first


def resize(picture, size, options):
    above, below, part = positions(picture.shape[1], size[0], options)
    rows = picture[:, above] * (1 - part)[None, :, None, None] + picture[:, below] * part[None, :, None, None]
    left, right, part = positions(picture.shape[2], size[1], options)
    return rows[:, :, left] * (1 - part)[None, None, :, None] + rows[:, :, right] * part[None, None, :, None]


def activated(values, options):
    low, high = {0: (None, None), 1: (0, None), 3: (0, 6)}[options.FusedActivationFunction()]
    return values if low is None else values.clip(low, high)


def evaluate(network, picture):
    known = {number: values.astype(numpy.float64) for number, values in network.constants.items()}
    known[network.input] = picture
    for op in network.operators:
        first, shape = known[op.inputs[0]], network.shapes[op.output]
        if op.name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            kernel, stride = known[op.inputs[1]], (op.options.StrideH(), op.options.StrideW())
            pads = ((0, 0), (0, 0))
            if op.options.Padding() == 0:
                pads = [same_padding(first.shape[1 + i], shape[1 + i], kernel.shape[1 + i], stride[i]) for i in range(2)]
            made = convolve(first, kernel, known[op.inputs[2]], stride, pads, op.name[0] == "D")
            made = activated(made, op.options)
        elif op.name == "Convolution2DTransposeBias":
            kernel = known[op.inputs[1]]
            made = numpy.einsum("nhwi,oyxi->nhywxo", first, kernel).reshape(shape) + known[op.inputs[2]]
        elif op.name in ("ADD", "MUL"):
            second = known[op.inputs[1]]
            made = activated(first + second if op.name == "ADD" else first * second, op.options)
        elif op.name in ("AVERAGE_POOL_2D", "MEAN"):
            made = first.mean((1, 2), keepdims=True)
        elif op.name == "RESIZE_BILINEAR":
            made = resize(first, shape[1:3], op.options)
        elif op.name == "HARD_SWISH":
            made = first * (first + 3).clip(0, 6) / 6
        elif op.name == "RELU":
            made = first.clip(0, None)
        elif op.name == "LOGISTIC":
            made = 1 / (1 + numpy.exp(-first.clip(-700, 700)))
        else:
            raise SystemExit(f"an operator that is not known: {op.name}")
        assert list(made.shape) == shape, (op.name, made.shape, shape)
        known[op.output] = made
    return known[network.output]


def main(source, target):
    network = Network(source)
    _, height, width, _ = network.shapes[network.input]
    small = drawn_figure(height // SCALE, width // SCALE)
    picture = numpy.array(COLOURS)[small].repeat(SCALE, 0).repeat(SCALE, 1)[None] / 255.0
    mask = evaluate(network, picture)[0, :, :, 0]
    expected = mask.reshape(height // STEP, STEP, width // STEP, STEP).mean((1, 3))
    vectors = {
        "comment": "from tools/selfie_vectors.py: each operator of the .tflite file evaluated with numpy in 64 bits",
        "height": height,
        "width": width,
        "scale": SCALE,
        "step": STEP,
        "colours": COLOURS,
        "input": runs(small.reshape(-1)),
        "expected": [float(f"{value:.6f}") for value in expected.reshape(-1)],
    }
    lines = (f'"{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in vectors.items())
    with open(target, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
