#pragma once

#include <string_view>

namespace difftest::graph {

/// A small case in canonical form for the tests of this room: every kind of parameter, values at
/// the ends of their types, the sign of -0, a text that needs escapes.
inline constexpr std::string_view kCaseSample = R"({
  "difftest_case": 1,
  "name": "sample",
  "graph": {
    "inputs": [
      {"name": "x", "type": "u8", "shape": [1, 2, 3, 3]}
    ],
    "constants": [
      {"name": "w", "type": "s8", "shape": [2, 2, 2, 2]},
      {"name": "b", "type": "s32", "shape": [2]},
      {"name": "zx", "type": "s32", "shape": []},
      {"name": "s", "type": "f32", "shape": [1, 2, 1, 1]},
      {"name": "zy", "type": "s32", "shape": []},
      {"name": "low", "type": "f32", "shape": []},
      {"name": "high", "type": "f32", "shape": [2, 1, 1]},
      {"name": "factor", "type": "bf16", "shape": [1]}
    ],
    "nodes": [
      {
        "name": "conv",
        "op": "convolution",
        "inputs": {"data": "x", "weights": "w", "bias": "b", "data_zero_point": "zx"},
        "attributes": {"strides": [1, 1], "dilations": [1, 1], "pads_begin": [0, 0], "pads_end": [0, 0], "groups": 1},
        "output": {"name": "acc", "type": "s32"}
      },
      {
        "name": "quant",
        "op": "quantize",
        "inputs": {"data": "acc", "scale": "s", "zero_point": "zy"},
        "attributes": {"rounding": "half_to_even", "zero_point_site": "after_rounding"},
        "output": {"name": "q", "type": "u8"}
      },
      {
        "name": "clip",
        "op": "eltwise",
        "inputs": {"data": "q"},
        "attributes": {"algorithm": "clip", "alpha": -0.0, "beta": 200.5},
        "output": {"name": "c", "type": "f32"}
      },
      {
        "name": "fake",
        "op": "fake_quantize",
        "inputs": {"data": "c", "input_low": "low", "input_high": "high", "output_low": "low", "output_high": "high"},
        "attributes": {"levels": 255, "form": "specification"},
        "output": {"name": "f", "type": "s8"}
      },
      {
        "name": "times",
        "op": "binary",
        "inputs": {"a": "f", "b": "factor"},
        "attributes": {"algorithm": "multiply"},
        "output": {"name": "y", "type": "f32"}
      }
    ],
    "outputs": ["y"]
  },
  "data": {
    "x": {"values": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 255]},
    "w": {"values": [-128, 127, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]},
    "b": {"values": [-2147483648, 2147483647]},
    "zx": {"values": [3]},
    "s": {"values": [0.1, 1.1754944e-38]},
    "zy": {"values": [0]},
    "low": {"values": [-0.0]},
    "high": {"values": [16777216.0, 3.4028235e+38]},
    "factor": {"values": [0.111328125]}
  },
  "execution": {"contract": "strict", "plans": ["fused"], "isas": ["avx2", "sse41"], "threads": 2},
  "annotations": {"origin": "hand-written\n\"second\" line, größer"}
}
)";

}  // namespace difftest::graph
