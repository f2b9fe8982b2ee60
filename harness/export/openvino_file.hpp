#pragma once

#include "harness/export/onnx_lowering.hpp"

namespace difftest::harness {

/// A model in OpenVINO's intermediate representation, version 11: model.xml and model.bin, which holds its constants.
struct OpenvinoModel {
    std::string xml;
    std::string constants;
};

/// Of a graph in the dialect of OpenVINO. Throws NotExpressible for an operation that it has no layer for here.
OpenvinoModel openvino_model(const graph::Case& value, const OnnxGraph& graph);

}  // namespace difftest::harness
