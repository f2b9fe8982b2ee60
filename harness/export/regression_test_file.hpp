#pragma once

#include "harness/export/reproducer.hpp"

#include <filesystem>

namespace difftest::harness {

/// finding_test.cpp: a GoogleTest on difftest's own oracle, for the corpus of regressions. It holds the case and what
/// the library gave, and says how many elements of each tensor are outside of what is allowed. Throws NotExpressible.
ReproducerFiles regression_test_file(const ExportSubject& subject);

/// The same, built and run with the libraries of a build tree of difftest; "not_run" where `build_tree` is empty.
ReportedReproducer regression_test(const ExportSubject& subject, const std::filesystem::path& build_tree);

}  // namespace difftest::harness
