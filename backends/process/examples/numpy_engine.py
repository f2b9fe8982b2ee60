"""An engine of one's own behind the process protocol: int8 (de)convolution and what follows it, in NumPy.
difftest run deconv_quant_u8 --backend 'process:python3 backends/process/examples/numpy_engine.py'"""
import numpy as np
from difftest_engine import TYPES, serve, types_of

BINARY = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "maximum": np.maximum, "minimum": np.minimum}

def store(y, name):  # round half to even, saturate
    limits = np.iinfo(TYPES[name]) if name != "f32" else None
    return y.astype(np.float32) if limits is None else np.clip(np.rint(y), limits.min, limits.max).astype(TYPES[name])

def products(a, inputs, out, transposed):  # one tap of the kernel after the other, for all positions at once
    x, w, bias = inputs[0].astype(np.int64), inputs[1], inputs[2] if len(inputs) > 2 else np.zeros(out[1], np.int64)
    g, begin, end = a["groups"], a["pads_begin"], a["pads_end"]
    count = x.shape[2:] if transposed else out[2:]  # steps of the stride along each axis
    full = out if transposed else x.shape  # padding is cut from it, or put around it
    place = np.zeros((*full[:2], *(f + b + e for f, b, e in zip(full[2:], begin, end))), np.int64)
    inner = (slice(None), slice(None), *(slice(b, b + f) for f, b in zip(full[2:], begin)))
    y = place if transposed else np.zeros(out, np.int64)
    if not transposed:
        place[inner] = x
    for tap in np.ndindex(*w.shape[2:]):
        steps = (slice(None), slice(None), *(slice(t * d, t * d + (n - 1) * s + 1, s)
                                             for t, d, s, n in zip(tap, a["dilations"], a["strides"], count)))
        factors = w[(slice(None), slice(None), *tap)].reshape(g, w.shape[0] // g, w.shape[1]).astype(np.int64)
        source = x if transposed else place[steps]
        part = np.einsum("ngcs,goc->ngos", source.reshape(len(x), g, w.shape[1], -1), factors)
        y[steps if transposed else ...] += part.reshape(out[0], out[1], *count)
    return (y[inner] if transposed else y) + bias.reshape(-1, *(1 for _ in count))

def fake_quantize(a, x, il, ih, ol, oh):  # binary32 all along, in the order of the specification
    x, top = x.astype(np.float32), np.float32(a["levels"] - 1)
    k = np.rint((x - il) / (ih - il) * top)
    return np.where(x <= np.minimum(il, ih), ol, np.where(x > np.maximum(il, ih), oh, k / top * (oh - ol) + ol))

OPERATIONS = {  # op: what computes it from attributes, inputs and output shape; which slots, which attributes it can have
    "convolution": (lambda a, i, out: products(a, i, out, False), "data weights bias", lambda a: True),
    "deconvolution": (lambda a, i, out: products(a, i, out, True), "data weights bias", lambda a: not any(a["output_padding"])),
    "fake_quantize": (lambda a, i, out: fake_quantize(a, *i), "data input_low input_high output_low output_high", lambda a: a["form"] == "specification"),
    "binary": (lambda a, i, out: BINARY[a["algorithm"]](*(x.astype(np.float32) for x in i)), "a b", lambda a: a["algorithm"] in BINARY),
    "eltwise": (lambda a, i, out: np.maximum(i[0].astype(np.float32), 0), "data", lambda a: a["algorithm"] == "relu" and not a["alpha"]),
    "convert": (lambda a, i, out: i[0].astype(np.float32), "data", lambda a: (a["rounding"], a["overflow"]) == ("half_to_even", "saturate")),
}

def refusal(graph, constants, plan):
    if not set(types_of(graph).values()) <= {"s8", "u8", "s32", "f32"}:
        return "no half types"
    for node in graph["nodes"]:
        known = OPERATIONS.get(node["op"])
        if known is None or not set(node["inputs"]) <= set(known[1].split()) or not known[2](node["attributes"]):
            return f"no {node['op']} of this form"
        if "convolution" in node["op"] and node["output"]["type"] != "s32": return "only sums of integers"
    return None

def run(graph, values, plan):
    for node in graph["nodes"]:
        out, inputs = node["output"], [values[name] for name in node["inputs"].values()]
        values[out["name"]] = store(OPERATIONS[node["op"]][0](node["attributes"], inputs, out["shape"]), out["type"])
    return values

serve("numpy", np.__version__, refusal, run)
