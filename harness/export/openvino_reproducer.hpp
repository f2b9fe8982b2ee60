#pragma once

#include "harness/export/reproducer.hpp"

namespace difftest::harness {

/// model.xml and model.bin (OpenVINO's intermediate representation), the inputs as NumPy files, and run.py, which runs
/// them on a device of OpenVINO and compares with what is expected. Throws NotExpressible.
ReproducerFiles openvino_reproducer(const ExportSubject& subject);

}  // namespace difftest::harness
