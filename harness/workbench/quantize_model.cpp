#include "harness/workbench/quantize_model.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/workbench/calibration_data.hpp"
#include "harness/workbench/qdq_model.hpp"

namespace difftest::harness {
namespace {

QuantizedContraction contraction_of(const ContractionTrial& trial) {
    return {trial.bias_overflowed, trial.scales_enlarged,     trial.weights_clipped, trial.weights_vanished,
            trial.head_room,       trial.channels_could_wrap, trial.largest_seen,    trial.wrapped};
}

QuantizedTensor tensor_of(const FloatModel& model, const QuantizationPlan& plan, const TensorTrial& before,
                          const TensorTrial& after) {
    QuantizedTensor row;
    row.name = after.tensor;
    row.is_output = model.is_output(row.name);
    const auto found = plan.activations.find(row.name);
    if (found != plan.activations.end()) {
        row.scale = found->second.affine.scale;
        row.zero_point = found->second.affine.zero_point;
    }
    row.before = {before.qdq, before.integer};
    row.after = {after.qdq, after.integer};
    return row;
}

}  // namespace

QuantizeReport quantize_model(const QuantizeRequest& request) {
    const FloatModel model = read_float_model(request.model);
    try {
        const std::vector<Tensors> samples = read_calibration_data(request.data, model);
        QuantizeOptions options = request.options;
        options.enlarge_small_scales = false;
        const QuantizationPlan plain = quantization_plan(model, samples, options);
        options.enlarge_small_scales = true;
        const QuantizationPlan enlarged = quantization_plan(model, samples, options);
        const QuantizationTrial before = try_quantization(model, samples, plain);
        const QuantizationTrial after = try_quantization(model, samples, enlarged);
        QuantizeReport report{request.model.string(), static_cast<std::int64_t>(samples.size()), {}, {}};
        for (std::size_t i = 0; i < after.tensors.size(); ++i) {
            report.tensors.push_back(tensor_of(model, enlarged, before.tensors[i], after.tensors[i]));
        }
        for (std::size_t i = 0; i < after.contractions.size(); ++i) {
            const ContractionTrial& trial = after.contractions[i];
            report.contractions.push_back({trial.place, trial.bias_elements, trial.weights, trial.channels,
                                           trial.largest_possible, contraction_of(before.contractions[i]),
                                           contraction_of(trial)});
        }
        if (!request.output.empty()) {
            write_text(qdq_model_bytes(model, request.options.enlarge_small_scales ? enlarged : plain), request.output);
        }
        return report;
    } catch (const InputError& error) {
        const std::string message = error.what();
        throw InputError(message.starts_with("node ") ? model.file + ": " + message : message);
    }
}

}  // namespace difftest::harness
