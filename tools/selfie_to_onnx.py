#!/usr/bin/env python3
"""Converts the person segmenter of the npm package @mediapipe/selfie_segmentation (Apache-2.0) to ONNX.

    selfie_to_onnx.py IN.tflite OUT.onnx VECTORS.json

The picture goes in as `src` (rows x 3 x height x width, RGB in 0 to 1), the mask comes out as `pha` (rows x 1 x height x
width). OUT appears only if the network gives what VECTORS says, within 1e-4.
"""

import json
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from tflite_reader import Network, same_padding

TOLERANCE = 1e-4


class Writer:
    """Nodes and constants of the ONNX graph; tensor n of the source is `tn`, in the order NCHW."""

    def __init__(self, source):
        self.source, self.nodes, self.constants = source, [], {}
        self.names = {source.input: "src", source.output: "pha"}

    def name(self, tensor):
        return self.names.get(tensor, f"t{tensor}")

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))

    def constant(self, name, values):
        """Halves stay halves in the file; the loader widens them once."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(numpy.ascontiguousarray(values), name)
            if values.dtype == numpy.float16:
                self.node("Cast", [name], name + "_wide", to=TensorProto.FLOAT)
        return name + "_wide" if values.dtype == numpy.float16 else name

    def weights(self, tensor, order):
        return self.constant(f"w{tensor}", self.source.constants[tensor].transpose(order))

    def bias(self, tensor):
        return self.constant(f"w{tensor}", self.source.constants[tensor])

    def activated(self, options, output):
        """Where an operator writes whose activation comes along with it; the activation is added by `activate`."""
        return output if options.FusedActivationFunction() == 0 else output + "_plain"

    def activate(self, options, output):
        activation = options.FusedActivationFunction()
        if activation == 1:
            self.node("Relu", [output + "_plain"], output)
        elif activation == 3:
            low, high = (self.constant(name, numpy.float32(value)) for name, value in (("zero", 0), ("six", 6)))
            self.node("Clip", [output + "_plain", low, high], output)
        elif activation != 0:
            raise SystemExit(f"an activation that is not known: {activation}")


def convolution(writer, op):
    shapes, options, depthwise = writer.source.shapes, op.options, op.name == "DEPTHWISE_CONV_2D"
    picture, kernel, output = shapes[op.inputs[0]], shapes[op.inputs[1]], shapes[op.output]
    strides = [options.StrideH(), options.StrideW()]
    if options.DilationHFactor() != 1 or options.DilationWFactor() != 1:
        raise SystemExit("a dilated convolution is not known here")
    pads = [(0, 0), (0, 0)]
    if options.Padding() == 0:
        pads = [same_padding(picture[1 + i], output[1 + i], kernel[1 + i], strides[i]) for i in range(2)]
    name = writer.name(op.output)
    # Out x height x width x in, and for a depthwise one 1 x height x width x channels.
    weights = writer.weights(op.inputs[1], (3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
    writer.node(
        "Conv",
        [writer.name(op.inputs[0]), weights, writer.bias(op.inputs[2])],
        writer.activated(options, name),
        kernel_shape=kernel[1:3],
        strides=strides,
        pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
        group=kernel[3] if depthwise else 1,
    )
    writer.activate(options, name)


def transposed_convolution(writer, op):
    """MediaPipe's own operator: each pixel becomes a square of its own, so nothing overlaps."""
    kernel = writer.source.shapes[op.inputs[1]]
    inputs = [writer.name(op.inputs[0]), writer.weights(op.inputs[1], (3, 0, 1, 2)), writer.bias(op.inputs[2])]
    writer.node("ConvTranspose", inputs, writer.name(op.output), kernel_shape=kernel[1:3], strides=kernel[1:3])


def elementwise(writer, op):
    inputs = []
    for tensor in op.inputs:
        if tensor in writer.source.constants:
            values = writer.source.constants[tensor]
            inputs.append(writer.constant(f"w{tensor}", values.transpose(0, 3, 1, 2) if values.ndim == 4 else values))
        else:
            inputs.append(writer.name(tensor))
    name = writer.name(op.output)
    writer.node(op.name.title(), inputs, writer.activated(op.options, name))
    writer.activate(op.options, name)


def average(writer, op):
    """Only over the whole picture."""
    if op.name == "AVERAGE_POOL_2D":
        area = [op.options.FilterHeight(), op.options.FilterWidth()]
        if area != writer.source.shapes[op.inputs[0]][1:3] or op.options.FusedActivationFunction() != 0:
            raise SystemExit("an average over part of the picture is not known here")
    elif list(writer.source.constants[op.inputs[1]]) != [1, 2]:
        raise SystemExit("a mean over other axes is not known here")
    writer.node("GlobalAveragePool", [writer.name(op.inputs[0])], writer.name(op.output))


def resize(writer, op):
    (_, *size_in, _), (_, *size_out, _) = (writer.source.shapes[tensor] for tensor in (op.inputs[0], op.output))
    corners = op.options.AlignCorners()
    mode = "align_corners" if corners else "half_pixel" if op.options.HalfPixelCenters() else "asymmetric"
    scales = numpy.array([1, 1, size_out[0] / size_in[0], size_out[1] / size_in[1]], numpy.float32)
    inputs = [writer.name(op.inputs[0]), "", writer.constant(f"s{op.output}", scales)]
    writer.node("Resize", inputs, writer.name(op.output), mode="linear", coordinate_transformation_mode=mode)


def hard_swish(writer, op):
    source, name = writer.name(op.inputs[0]), writer.name(op.output)
    writer.node("HardSigmoid", [source], name + "_gate", alpha=1 / 6, beta=0.5)
    writer.node("Mul", [source, name + "_gate"], name)


def one_to_one(operator):
    return lambda writer, op: writer.node(operator, [writer.name(op.inputs[0])], writer.name(op.output))


CONVERTERS = {
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": convolution,
    "Convolution2DTransposeBias": transposed_convolution,
    "ADD": elementwise,
    "MUL": elementwise,
    "AVERAGE_POOL_2D": average,
    "MEAN": average,
    "RESIZE_BILINEAR": resize,
    "HARD_SWISH": hard_swish,
    "RELU": one_to_one("Relu"),
    "LOGISTIC": one_to_one("Sigmoid"),
}


def convert(source):
    writer = Writer(source)
    for op in source.operators:
        if op.name not in CONVERTERS:
            raise SystemExit(f"an operator that is not known: {op.name}")
        CONVERTERS[op.name](writer, op)
    _, height, width, _ = source.shapes[source.input]
    port = lambda name, channels: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", channels, height, width])
    graph = helper.make_graph(
        writer.nodes, "selfie", [port("src", 3)], [port("pha", 1)], list(writer.constants.values())
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="reel")
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def worst_difference(network, vectors):
    """From the stored outputs, the averages of squares."""
    import onnxruntime

    scale, step = vectors["scale"], vectors["step"]
    counts, colours = vectors["input"][::2], vectors["input"][1::2]
    drawn = numpy.array(vectors["colours"], numpy.float32)[numpy.repeat(colours, counts)] / 255
    drawn = drawn.reshape(vectors["height"] // scale, vectors["width"] // scale, 3)
    picture = drawn.repeat(scale, 0).repeat(scale, 1).transpose(2, 0, 1)[None]
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    mask = session.run(["pha"], {"src": numpy.ascontiguousarray(picture)})[0][0, 0]
    height, width = mask.shape
    seen = mask.reshape(height // step, step, width // step, step).mean((1, 3))
    return float(numpy.abs(seen - numpy.array(vectors["expected"], numpy.float32).reshape(seen.shape)).max())


def main(source, target, vectors):
    network = convert(Network(source))
    with open(vectors) as file:
        worst = worst_difference(network, json.load(file))
    if not worst <= TOLERANCE:
        raise SystemExit(f"{target}: differs from the stored outputs by {worst:.1e}, more than {TOLERANCE}")
    part = target + ".part"
    with open(part, "wb") as file:
        file.write(network)
    os.replace(part, target)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
