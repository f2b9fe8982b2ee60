#pragma once

#include "harness/workbench/model_evaluation.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace difftest::harness {

/// The samples of a folder, in the order of their names; each holds every input of the model. A sample is a sub-folder
/// with a file for each input, INPUT.npy or INPUT.pb (or input_0.pb, input_1.pb, ... as in ONNX's test_data_set_0); for
/// a model with one input also any single file. .npy: f32 or f64 in C order; .pb: an f32 TensorProto. Throws InputError
/// naming the file: nothing there, a file that cannot be read, a shape that does not fit the model's.
std::vector<Tensors> read_calibration_data(const std::filesystem::path& folder, const FloatModel& model);

/// A NumPy file: f32 or f64, C order, format 1 to 3. Throws InputError naming the file.
RealTensor read_npy(const std::filesystem::path& file);

}  // namespace difftest::harness
