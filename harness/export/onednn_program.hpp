#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// reproducer.cpp on oneDNN's public C++ API, and its CMakeLists.txt: the calls of the recording, and a comparison of
/// the outputs. Throws NotExpressible.
/// `guarded`: instead of comparing, every buffer ends where memory ends, so that whoever reads or writes beyond it
/// dies.
ReproducerFiles onednn_program(const ExportSubject& subject, bool guarded);

}  // namespace difftest::harness
