#pragma once

#include "harness/export/reproducer.hpp"

#include <filesystem>
#include <string>

namespace difftest::harness {

/// The command line of benchdnn, oneDNN's own tester, in the syntax of 2.x and of 3.x. benchdnn fills tensors by itself
/// (the data is a function of the shape), so a line says "this primitive", not "these values". Throws NotExpressible.
struct BenchdnnLines {
    std::string v2;
    std::string v3;
    std::string caveat;  ///< what the line leaves out
};
BenchdnnLines benchdnn_lines(const ExportSubject& subject);

/// With `program` the line in the syntax of the library is run: "verified" when benchdnn fails. Without, the status is
/// "not_run".
ReportedReproducer benchdnn_reproducer(const ExportSubject& subject, const std::filesystem::path& program);

}  // namespace difftest::harness
