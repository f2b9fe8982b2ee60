#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// model.onnx, its inputs and what is expected in the standard test-data layout (test_data_set_0/input_0.pb,
/// output_0.pb), and check.py, which runs the ONNX checker and ONNX Runtime on them. The model says what is right in
/// the words of another format; what it does not say is how the library under test got it wrong. Throws NotExpressible.
ReproducerFiles onnx_model(const ExportSubject& subject);

}  // namespace difftest::harness
