"""The process protocol of difftest for engines in Python: serve() reads requests from stdin and answers on stdout."""
import json
import sys

import numpy as np

TYPES = {"s8": np.int8, "u8": np.uint8, "s32": np.int32, "f32": np.float32, "f16": np.float16, "bf16": np.uint16}

def _read_tensors(described):
    tensors = {}
    for each in described:
        count = int(np.prod(each["shape"], dtype=np.int64))
        raw = sys.stdin.buffer.read(count * np.dtype(TYPES[each["type"]]).itemsize)
        tensors[each["name"]] = np.frombuffer(raw, TYPES[each["type"]]).reshape(each["shape"])
    return tensors

def _answer(kind, tensors=(), **members):
    described = [{"name": name, "type": kind_of, "shape": values.shape} for name, kind_of, values in tensors]
    header = {"difftest_process": 1, "kind": kind, "tensors": described, **members}
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.write(b"".join(np.ascontiguousarray(values).tobytes() for _, _, values in tensors))
    sys.stdout.buffer.flush()

def types_of(graph):
    """The type name of every tensor."""
    declared = graph["inputs"] + graph["constants"] + [node["output"] for node in graph["nodes"]]
    return {each["name"]: each["type"] for each in declared}

def serve(name, version, refusal, run, plans=({"name": "fused", "contract": "strict"},)):
    """refusal(graph, constants, plan) is None or why the graph is not supported; run(graph, tensors, plan) is a dictionary
    with at least the outputs of the graph. bf16 stands as the upper 16 bits of a binary32."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        tensors = _read_tensors(request["tensors"])
        if request["kind"] == "describe":
            _answer("engine", name=name, version=version, plans=list(plans))
        elif request["kind"] == "plan":
            reason = refusal(request["graph"], tensors, request["plan"])
            _answer("supported") if reason is None else _answer("unsupported", text=reason)
        else:
            values, types = run(request["graph"], tensors, request["plan"]), types_of(request["graph"])
            _answer("result", [(each, types[each], values[each]) for each in request["graph"]["outputs"]])
