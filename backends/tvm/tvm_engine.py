"""TVM's requantize primitives behind the process protocol: tirx.q_multiply_shift, relax.op.quantize and dequantize.

difftest run CASE --backend 'process:build/engines/tvm/bin/python backends/tvm/tvm_engine.py'"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "process", "examples"))
import numpy as np
import tvm
from tvm import relax, te, tirx

KINDS = {"s8": "int8", "u8": "uint8", "s32": "int32", "f32": "float32"}


class Unsupported(Exception):
    pass


def single(node, values, slot, otherwise):
    name = node["inputs"].get(slot)
    if name is not None and name not in values:
        raise Unsupported(f"{slot} that is no constant")
    found = np.unique(values[name]) if name is not None else [otherwise]
    if len(found) != 1:
        raise Unsupported(f"{slot} for each channel")
    return found[0]


def only_node(graph):
    if len(graph["nodes"]) != 1 or len(graph["inputs"]) != 1:
        raise Unsupported("other than one node of one input")
    node = graph["nodes"][0]
    if node["inputs"].get("data") != graph["inputs"][0]["name"]:
        raise Unsupported("an input as a parameter")
    return node, graph["inputs"][0]["type"], node["output"]["type"], int(np.prod(node["output"]["shape"]))


class FixedPoint:
    """round_half_up(x * multiplier * 2^(shift - 31)), clamped in front of the zero point, which could overflow."""

    def __init__(self, node, values):
        a = node["attributes"]
        self.multiplier, self.shift = (int(single(node, values, slot, 0)) for slot in ("multiplier", "shift"))
        self.zero_point = int(single(node, values, "zero_point", 0))
        if a["rounding"] != "single_up" or not -32 <= self.shift <= 0 or self.multiplier <= 0:
            raise Unsupported("other than one rounding, ties up, of a product that is no larger than the data (it wraps)")
        self.lowest, self.highest = a["lowest"] - self.zero_point, a["highest"] - self.zero_point

    def build(self, kind, count):
        integer = lambda value: tirx.const(value, "int32")
        x = te.placeholder((count,), "int32", name="x")

        def element(i):
            scaled = tirx.q_multiply_shift(x[i], integer(self.multiplier), integer(31), integer(self.shift))
            inside = te.min(te.max(scaled, integer(self.lowest)), integer(self.highest))
            return (inside + integer(self.zero_point)).astype(KINDS[kind])

        built = tvm.compile(te.create_prim_func([x, te.compute((count,), element, name="y")]), target="llvm")

        def call(data):
            result = tvm.runtime.tensor(np.zeros(count, KINDS[kind]))
            built["main"](tvm.runtime.tensor(data), result)
            return result.numpy()

        return call


def relax_function(node, values, source, kind, count):
    scale = np.float32(single(node, values, "scale", 1))
    byte = kind if node["op"] == "quantize" else source
    zero_point = relax.const(int(single(node, values, "zero_point", 0)), KINDS[byte])
    x = relax.Var("x", relax.TensorType((count,), KINDS[source]))
    builder = relax.BlockBuilder()
    with builder.function("main", [x]):
        operation = relax.op.quantize if node["op"] == "quantize" else relax.op.dequantize
        builder.emit_func_output(builder.emit(operation(x, relax.const(scale, "float32"), zero_point, out_dtype=KINDS[kind])))
    machine = relax.VirtualMachine(tvm.compile(builder.get(), target="llvm"), tvm.cpu())
    return lambda data: machine["main"](tvm.runtime.tensor(data)).numpy()


def function_of(graph, values):
    node, source, kind, count = only_node(graph)
    a = node["attributes"]
    if node["op"] == "requantize_fixed_point" and source == "s32" and kind in ("s8", "u8"):
        parameters = FixedPoint(node, values)
        return lambda: parameters.build(kind, count)
    if node["op"] == "quantize" and source == "f32" and kind in ("s8", "u8"):
        if (a["rounding"], a["zero_point_site"]) != ("half_to_even", "after_rounding"):
            raise Unsupported("a rounding other than half to even before the zero point is added")
    elif node["op"] != "dequantize" or source not in ("s8", "u8"):
        raise Unsupported(f"no {node['op']} of {source}")
    single(node, values, "scale", 1), single(node, values, "zero_point", 0)
    return lambda: relax_function(node, values, source, kind, count)


def refusal(graph, constants, plan):
    try:
        function_of(graph, constants)
        return None
    except Unsupported as reason:
        return str(reason)


BUILT = {}  # the last graph: each case runs three times


def run(graph, values, plan):
    key = (str(graph), *(values[each["name"]].tobytes() for each in graph["constants"]))
    if key not in BUILT:
        BUILT.clear()
        BUILT[key] = function_of(graph, values)()
    output = graph["nodes"][0]["output"]
    data = np.ascontiguousarray(values[graph["inputs"][0]["name"]].reshape(-1))
    return {output["name"]: BUILT[key](data).reshape(output["shape"])}


if __name__ == "__main__":
    from difftest_engine import serve

    serve("TVM", tvm.__version__, refusal, run)
