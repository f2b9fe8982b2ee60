#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/workbench/quantize_model.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string model;
    std::string data;
    std::string out;
    std::string activations = "u8";
    std::string calibration = "min-max";
    std::string weights = "min-max";
    double percentile = 99.999;
    bool symmetric = false;
    bool per_channel = false;
    bool keep_small_scales = false;
    bool json = false;
};

quantize::CalibrationMethod method_of(const std::string& flag, const std::string& name) {
    const auto method = quantize::calibration_method(name);
    if (!method) {
        throw InputError(flag + " " + name + ": min-max, percentile, entropy or mse");
    }
    return *method;
}

ExitCode quantize(const Flags& flags) {
    QuantizeRequest request{flags.model, flags.data, flags.out, {}};
    if (flags.activations != "u8" && flags.activations != "s8") {
        throw InputError("--activations " + flags.activations + ": u8 or s8");
    }
    const bool is_signed = flags.activations == "s8";
    QuantizeOptions& options = request.options;
    options.calibration = {method_of("--calibration", flags.calibration), flags.percentile, flags.symmetric,
                           is_signed ? (flags.symmetric ? -127 : -128) : 0, is_signed ? 127 : 255};
    options.weights = method_of("--weights", flags.weights);
    options.per_channel = flags.per_channel;
    options.enlarge_small_scales = !flags.keep_small_scales;
    const QuantizeReport report = quantize_model(request);
    write_answer(flags.json ? quantize_document(report) : quantize_screen(report));
    return ExitCode::clean;
}

}  // namespace

void add_quantize(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("quantize", "Make an 8-bit QDQ model of an f32 ONNX model, and say what it costs");
    verb->add_option("model", flags->model, "The f32 model (ONNX)")->required();
    verb->add_option("--data", flags->data,
                     "Folder with samples to calibrate with: .npy or .pb files, or a sub-folder for each sample")
        ->required();
    verb->add_option("--out", flags->out, "Write the QDQ model to this file");
    verb->add_option("--calibration", flags->calibration, "min-max (the default), percentile, entropy or mse");
    verb->add_option("--percentile", flags->percentile, "Of the values that are kept (default: 99.999)")
        ->check(CLI::Range(0.0, 100.0));
    verb->add_option("--weights", flags->weights, "Calibration of the weights (default: min-max)");
    verb->add_option("--activations", flags->activations, "u8 (the default) or s8");
    verb->add_flag("--symmetric", flags->symmetric, "Activations symmetric, too (weights always are)");
    verb->add_flag("--per-channel", flags->per_channel, "A weight scale for each output channel");
    verb->add_flag("--keep-small-scales", flags->keep_small_scales,
                   "Write the model without the rule that enlarges weight scales too small for the bias");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/quantize.schema.json");
    verb->callback([flags, &action] { action = [flags] { return quantize(*flags); }; });
}

}  // namespace difftest::harness::cli
