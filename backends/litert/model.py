"""A TFLite model of one int8 operator, written with the schema that the package ai-edge-litert brings along."""
import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.dtype(np.int8): schema.TensorType.INT8, np.dtype(np.int32): schema.TensorType.INT32}


class ModelWriter:
    """Tensors and one operator; what is built is a file's bytes."""

    def __init__(self):
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._empty = schema.BufferT()
        self._buffers = [self._empty]

    def tensor(self, name, shape, kind, scales=None, zero_point=0, axis=0, values=None):
        """Gives its number. `scales` has one for the tensor, or one for each place along the axis."""
        made = schema.TensorT()
        made.name, made.shape, made.type = name, list(shape), TYPES[np.dtype(kind)]
        made.buffer = 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            self._buffers.append(buffer)
            made.buffer = len(self._buffers) - 1
        if scales is not None:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = [float(scale) for scale in scales]
            made.quantization.zeroPoint = [int(zero_point)] * len(scales)
            made.quantization.quantizedDimension = axis
        self._graph.tensors.append(made)
        return len(self._graph.tensors) - 1

    def build(self, code, options_type, options, inputs, result, data):
        node = schema.OperatorT()
        node.opcodeIndex, node.inputs, node.outputs = 0, inputs, [result]
        node.builtinOptionsType, node.builtinOptions = options_type, options
        self._graph.operators = [node]
        self._graph.inputs, self._graph.outputs = [data], [result]
        operator = schema.OperatorCodeT()
        operator.builtinCode, operator.deprecatedBuiltinCode, operator.version = code, min(code, 127), 3
        model = schema.ModelT()
        model.version, model.operatorCodes, model.subgraphs = 3, [operator], [self._graph]
        model.buffers, model.description = self._buffers, "difftest"
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
