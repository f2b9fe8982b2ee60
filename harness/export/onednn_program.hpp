#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// reproducer.cpp on oneDNN's public C++ API, and its CMakeLists.txt: the calls of the recording, and a comparison of
/// the outputs. Throws NotExpressible.
ReproducerFiles onednn_program(const ExportSubject& subject);

}  // namespace difftest::harness
