#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// reproducer.c, in plain C on the OpenCL 1.2 API, and the kernels that it builds and launches (kernels.cl): the
/// launches of the recording, and a comparison of the outputs. Throws NotExpressible.
ReproducerFiles opencl_program(const ExportSubject& subject);

}  // namespace difftest::harness
