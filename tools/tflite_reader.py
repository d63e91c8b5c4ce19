"""Reads a .tflite file into plain operators and numpy constants: what both the converter and its judge start from."""

from dataclasses import dataclass

import numpy
import tflite

_KINDS = {0: numpy.float32, 1: numpy.float16, 2: numpy.int32}
_OPTIONS = {
    "CONV_2D": tflite.Conv2DOptions,
    "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions,
    "ADD": tflite.AddOptions,
    "MUL": tflite.MulOptions,
    "AVERAGE_POOL_2D": tflite.Pool2DOptions,
    "RESIZE_BILINEAR": tflite.ResizeBilinearOptions,
}


@dataclass
class Operator:
    name: str
    inputs: list
    output: int
    options: object


class Network:
    """One graph: `operators` in the order in which they run, `shapes` and `constants` by the number of the tensor."""

    def __init__(self, path):
        with open(path, "rb") as file:
            model = tflite.Model.GetRootAsModel(file.read(), 0)
        graph = model.Subgraphs(0)
        names = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
        self.shapes, self.constants = {}, {}
        for number in range(graph.TensorsLength()):
            tensor = graph.Tensors(number)
            self.shapes[number] = [int(size) for size in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []
            buffer = model.Buffers(tensor.Buffer())
            if buffer.DataLength():
                kind = _KINDS[tensor.Type()]
                self.constants[number] = numpy.frombuffer(buffer.DataAsNumpy().tobytes(), kind).reshape(self.shapes[number])
        self.operators = []
        for number in range(graph.OperatorsLength()):
            raw = graph.Operators(number)
            code = model.OperatorCodes(raw.OpcodeIndex())
            name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            if name == "CUSTOM":
                name = code.CustomCode().decode()
            inputs = [int(tensor) for tensor in raw.InputsAsNumpy()]
            output = int(raw.Outputs(0))
            if name == "DEQUANTIZE":
                # 16-bit weights; whoever reads them widens them.
                self.constants[output] = self.constants[inputs[0]]
                continue
            options = None
            if name in _OPTIONS:
                options, table = _OPTIONS[name](), raw.BuiltinOptions()
                options.Init(table.Bytes, table.Pos)
            self.operators.append(Operator(name, inputs, output, options))
        self.input, self.output = int(graph.Inputs(0)), int(graph.Outputs(0))


def same_padding(size_in, size_out, kernel, stride):
    """What the format's SAME adds before and after; the odd one goes after."""
    total = max((size_out - 1) * stride + kernel - size_in, 0)
    return total // 2, total - total // 2
