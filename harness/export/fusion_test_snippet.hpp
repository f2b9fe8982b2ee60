#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// fusion_test.cpp: a GoogleTest in the form of the fusion tests of OpenVINO's GPU plugin
/// (src/plugins/intel_gpu/tests/unit/fusions), with the values of the case: a convolution or deconvolution of planes
/// and a chain of quantizations, elementwise operations and activations. Nothing here can compile it: it belongs into
/// that source tree. Throws NotExpressible.
ReproducerFiles fusion_test_snippet(const ExportSubject& subject);

}  // namespace difftest::harness
