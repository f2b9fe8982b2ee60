"""LiteRT (the kernels of TFLite) behind the process protocol: int8 convolution and transposed convolution.

difftest run CASE --backend 'process:build/engines/litert/bin/python backends/litert/litert_engine.py'

Plan `reference`: the reference kernels, whose requantization is gemmlowp's double rounding, for graphs that say so
(requantize_fixed_point). Plan `optimized`: the built-in kernels, whose second rounding goes up, but for channels of a depthwise or transposed
convolution that do not fill 8, where it is gemmlowp's (`rounding_of`). Plan `xnnpack`: the delegate, one f32 multiplier and rounding half to even, for graphs with requantize."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "process", "examples"))
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from model import ModelWriter

BYTES = {"s8": 0, "u8": 128}  # what is taken from an element to be an s8
WINDOWS = ("convolution", "deconvolution")


RESOLVERS = {"reference": OpResolverType.BUILTIN_REF, "optimized": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
             "xnnpack": OpResolverType.AUTO}


class Unsupported(Exception):
    pass


def quantized_multiplier(factors):
    """TFLite's QuantizeMultiplier of doubles above 0: (multiplier, shift), half away from zero."""
    mantissa, exponent = np.frexp(factors)
    multiplier = np.floor(mantissa * 2.0**31 + 0.5).astype(np.int64)
    carry = multiplier == 2**31
    return np.where(carry, 2**30, multiplier), exponent + carry


def scales_of(multiplier, shift):
    """Two f32 scales whose product in double becomes this multiplier and shift. One pair in a hundred or so does."""
    target = float(multiplier) * 2.0 ** (int(shift) - 31)
    first = np.float32(1) + np.arange(1, 16384, dtype=np.float32) * np.float32(2.0**-14)
    second = (target / first.astype(np.float64)).astype(np.float32)
    got, exponent = quantized_multiplier(first.astype(np.float64) * second.astype(np.float64))
    fitting = np.flatnonzero((got == multiplier) & (exponent == shift))
    if len(fitting) == 0:
        raise Unsupported("a multiplier that no two scales give")
    return first[fitting[0]], second[fitting[0]]


class Operator:
    """A window and its requantization, read off two nodes of the graph. `values` holds the constants."""

    def __init__(self, graph, values, plan):
        if len(graph["nodes"]) != 2 or graph["nodes"][0]["op"] not in WINDOWS:
            raise Unsupported("other than a convolution or deconvolution and its requantization")
        self.window, self.last = graph["nodes"]
        self.types = {t["name"]: t["type"] for t in graph["inputs"] + graph["constants"]}
        self.shapes = {t["name"]: t["shape"] for t in graph["inputs"] + graph["constants"]}
        self.values, self.plan = values, plan
        self.transposed = self.window["op"] == "deconvolution"
        self.attributes = self.window["attributes"]
        self.read_window()
        self.read_requantization()

    def constant(self, node, slot, otherwise=None):
        name = node["inputs"].get(slot)
        if name is None:
            return otherwise
        if name not in self.values:
            raise Unsupported(f"{slot} that is no constant")
        return self.values[name]

    def single(self, node, slot, otherwise):
        values = np.unique(self.constant(node, slot, np.array(otherwise)))
        if len(values) != 1:
            raise Unsupported(f"{slot} for each channel")
        return values[0]

    def read_window(self):
        self.data = self.window["inputs"]["data"]
        self.weights = self.constant(self.window, "weights")
        if self.weights is None or self.weights.dtype != np.int8 or self.types[self.data] not in BYTES:
            raise Unsupported("weights that are no constant of s8, or data that is no byte")
        self.data_shape, self.result_shape = self.shapes[self.data], self.last["output"]["shape"]
        if self.weights.ndim == 3:  # one dimension is a height of 1
            self.weights = self.weights[:, :, np.newaxis]
            self.data_shape, self.result_shape = ([*s[:2], 1, *s[2:]] for s in (self.data_shape, self.result_shape))
            neutral = {"strides": 1, "dilations": 1, "pads_begin": 0, "pads_end": 0, "output_padding": 0}
            self.attributes = {k: [neutral[k], *v] if k in neutral else v for k, v in self.attributes.items()}
        if self.weights.ndim != 4:
            raise Unsupported("more than two spatial dimensions")
        if self.single(self.window, "weights_zero_point", 0) != 0:
            raise Unsupported("a zero point of the weights")
        self.data_zero_point = int(self.single(self.window, "data_zero_point", 0)) - BYTES[self.types[self.data]]
        self.bias = self.constant(self.window, "bias", np.zeros(len(self.weights), np.int32))
        a = self.attributes
        # A result cut off, or data padded with its zero point, is the same as padding; TFLite's own has no free sizes.
        self.begin = a["pads_begin"]
        self.end = [e - o for e, o in zip(a["pads_end"], a.get("output_padding", [0, 0]))]
        if min(self.end) < 0:
            raise Unsupported("an output padding beyond the padding")
        if self.transposed and (a["groups"] != 1 or any(d != 1 for d in a["dilations"])):
            raise Unsupported("a transposed convolution with groups or dilation")
        if a["groups"] != 1 and not self.depthwise():
            raise Unsupported("groups that are not depthwise")

    def depthwise(self):
        return self.attributes["groups"] != 1 and self.weights.shape[1] == 1

    def rounding_of(self):
        """The vector body of two optimized kernels takes 8 channels at once and rounds up; the rest is scalar code."""
        if self.plan == "reference":
            return "double_rounding"
        channels = len(self.weights)
        if not (self.transposed or self.depthwise()) or channels % 8 == 0:
            return "double_up"
        if channels > 8:
            raise Unsupported("an optimized kernel on a tail of channels, which it rounds in another way")
        return "double_rounding"

    def read_requantization(self):
        node, wanted = self.last, "requantize" if self.plan == "xnnpack" else "requantize_fixed_point"
        kind = node["output"]["type"]
        if node["op"] != wanted or kind not in BYTES:
            raise Unsupported(f"{node['op']} as {kind} where the plan {self.plan} is {wanted}")
        self.offset = BYTES[kind]
        self.zero_point = int(self.single(node, "zero_point", 0)) - self.offset
        limits = {"s8": (-128, 127), "u8": (0, 255)}[kind]
        a = node["attributes"]
        if self.plan != "xnnpack":
            if a["rounding"] != self.rounding_of() or (a["lowest"], a["highest"]) != limits:
                raise Unsupported(f"other than {self.rounding_of()} to the whole range")
            multiplier = int(self.single(node, "multiplier", 0))
            if multiplier < 2**30:
                raise Unsupported("a multiplier that is not normalized")
            self.data_scale, scale = scales_of(multiplier, int(self.single(node, "shift", 0)))
            self.scales = np.array([scale], np.float32)
        else:
            if a["rounding"] != "half_to_even" or (a["zero_point_site"] != "after_rounding" and self.zero_point != -self.offset):
                raise Unsupported("a rounding other than half to even before the zero point")
            if self.transposed:
                raise Unsupported("transposed convolutions, which the delegate does not always take")
            multiplier = self.constant(node, "multiplier")
            if multiplier is None or multiplier.size not in (1, len(self.weights)):
                raise Unsupported("a multiplier that is no constant of each channel")
            if (multiplier < np.float32(2.0**-32)).any() or (multiplier >= 256).any():
                raise Unsupported("a requantization scale outside [2^-32, 256)")
            self.data_scale, self.scales = np.float32(1), multiplier.reshape(-1).astype(np.float32)

    def model(self):
        to, outputs = ModelWriter(), len(self.weights)
        n, c, *sizes = self.data_shape
        _, o, *result_sizes = self.result_shape
        around = [b + e for b, e in zip(self.begin, self.end)]
        if self.transposed:
            result_sizes = [size + more for size, more in zip(result_sizes, around)]
        else:
            sizes = [size + more for size, more in zip(sizes, around)]
        scales = np.resize(self.scales, outputs)  # per channel: int8 kernels have nothing else
        x = to.tensor("x", (n, *sizes, c), np.int8, [self.data_scale], self.data_zero_point)
        laid = self.weights.transpose(0, 2, 3, 1)
        if self.depthwise():
            laid = self.weights.transpose(1, 2, 3, 0)
        w = to.tensor("w", laid.shape, np.int8, scales, 0, 3 if self.depthwise() else 0, laid)
        b = to.tensor("b", (outputs,), np.int32, self.data_scale * scales, 0, 0, self.bias.astype(np.int32))
        y = to.tensor("y", (n, *result_sizes, o), np.int8, [1], self.zero_point)
        valid, code = schema.Padding.VALID, schema.BuiltinOperator
        a = self.attributes
        if self.transposed:
            options = schema.TransposeConvOptionsT()
            inputs = [to.tensor("s", (4,), np.int32, values=np.array((n, *result_sizes, o), np.int32)), w, x, b]
            kind, options_type = code.TRANSPOSE_CONV, schema.BuiltinOptions.TransposeConvOptions
        else:
            options = schema.DepthwiseConv2DOptionsT() if self.depthwise() else schema.Conv2DOptionsT()
            options.dilationHFactor, options.dilationWFactor = a["dilations"]
            inputs = [x, w, b]
            kind, options_type = code.CONV_2D, schema.BuiltinOptions.Conv2DOptions
            if self.depthwise():
                options.depthMultiplier = outputs // c
                kind, options_type = code.DEPTHWISE_CONV_2D, schema.BuiltinOptions.DepthwiseConv2DOptions
        options.padding, (options.strideH, options.strideW) = valid, a["strides"]
        return to.build(kind, options_type, options, inputs, y, x)

    def run(self, data):
        interpreter = Interpreter(model_content=self.model(), num_threads=1,
                                  experimental_op_resolver_type=RESOLVERS[self.plan])
        interpreter.allocate_tensors()
        delegated = any(op["op_name"] == "DELEGATE" for op in interpreter._get_ops_details())
        if delegated != (self.plan == "xnnpack"):
            raise Unsupported(f"the operator is {'' if delegated else 'not '}delegated")
        moved = (data.astype(np.int16) - BYTES[self.types[self.data]]).astype(np.int8)
        moved = moved.reshape(self.data_shape).transpose(0, 2, 3, 1)
        if not self.transposed:
            border = [(0, 0), *zip(self.begin, self.end), (0, 0)]
            moved = np.pad(moved, border, constant_values=self.data_zero_point)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.ascontiguousarray(moved))
        interpreter.invoke()
        result = interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).transpose(0, 3, 1, 2)
        if self.transposed:
            kept = (slice(b, size - e) for b, e, size in zip(self.begin, self.end, result.shape[2:]))
            result = result[(slice(None), slice(None), *kept)]
        kind = np.uint8 if self.offset else np.int8
        result = (result.astype(np.int16) + self.offset).astype(kind)
        return {self.last["output"]["name"]: result.reshape(self.last["output"]["shape"])}


def refusal(graph, constants, plan):
    try:
        Operator(graph, constants, plan)
        return None
    except Unsupported as reason:
        return str(reason)


def run(graph, values, plan):
    constants = {each["name"]: values[each["name"]] for each in graph["constants"]}
    return Operator(graph, constants, plan).run(values[graph["inputs"][0]["name"]])


if __name__ == "__main__":
    from difftest_engine import serve
    from importlib.metadata import version

    serve("LiteRT", version("ai-edge-litert"), refusal, run,
          plans=[{"name": plan, "contract": "strict"} for plan in RESOLVERS])
