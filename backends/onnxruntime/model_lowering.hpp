#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace difftest::backends::onnxruntime {

/// How contractions of integers are written; everything else is written in the same way.
enum class Form : std::uint8_t {
    integer,  ///< ConvInteger, MatMulInteger: s32 sums, and what follows them in f32
    qlinear,  ///< QLinearConv, QGemm: the contraction and its requantization as one operator
    qdq,      ///< DequantizeLinear, Conv, QuantizeLinear, which the library may fuse
};

std::string_view name_of(Form form);

/// The graph has something that the form has no words for; what, with the name of the node.
class NoModel : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct LoweredModel {
    std::string bytes;
    contract::Contract contract;  ///< strict, and what the form takes beyond: F1, F3
    bool mixes_signs = false;     ///< has products of u8 data and s8 weights
    bool has_contraction = false;
};

/// Throws NoModel.
LoweredModel lower(const graph::Case& value, Form form);

}  // namespace difftest::backends::onnxruntime
