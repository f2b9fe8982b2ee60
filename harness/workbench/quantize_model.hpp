#pragma once

#include "harness/report/quantize_report.hpp"
#include "harness/workbench/quantization_trial.hpp"

#include <filesystem>

namespace difftest::harness {

struct QuantizeRequest {
    std::filesystem::path model;
    std::filesystem::path data;
    std::filesystem::path output;  ///< where the QDQ model goes; empty: nowhere
    QuantizeOptions options;       ///< enlarge_small_scales: of the model that is written
};

/// Makes the QDQ model and tells what became of every tensor with and without the rule that enlarges small weight
/// scales. Throws InputError: the model or the data cannot be used; nothing is written then.
QuantizeReport quantize_model(const QuantizeRequest& request);

}  // namespace difftest::harness
