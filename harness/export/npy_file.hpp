#pragma once

#include "reference/graph/case.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace difftest::harness {

/// A tensor in NumPy's file format, version 1.0 (numpy.lib.format): any Python script outside difftest can load it.
/// bf16, which NumPy does not have, is written as its sixteen bits ('<u2').
std::string npy_bytes(const graph::TensorData& tensor);

/// Writes every input and constant of a case as NAME.npy into a folder that exists; returns the files. A character of a
/// name that is not a letter, digit, '.', '_' or '-' becomes '_'. Throws std::runtime_error naming the file.
std::vector<std::filesystem::path> write_npy_files(const graph::Case& value, const std::filesystem::path& folder);

}  // namespace difftest::harness
