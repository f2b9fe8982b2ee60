#include "harness/export/onednn_operation.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/export/reproducer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

/// Between arguments that get a line each.
constexpr const char* kNext = ",\n         ";

std::string algorithm_of(const Json& parameters) {
    return "algorithm::" + parameters.at("algorithm").get<std::string>();
}

}  // namespace

std::string dims_text(const Json& values) {
    return fmt::format("{{{}}}", fmt::join(values.get<std::vector<std::int64_t>>(), ", "));
}

std::string onednn_operation(const nlohmann::ordered_json& call, bool is_v3, const ArgumentText& described) {
    const auto kind = call.at("primitive").get<std::string>();
    const Json& p = call.at("parameters");
    const std::string source = described("DNNL_ARG_SRC");
    const std::string destination = described("DNNL_ARG_DST");
    const std::string weights = described("DNNL_ARG_WEIGHTS");
    const std::string bias = described("DNNL_ARG_BIAS");
    const std::string operands =
        fmt::format("{}{}{}{}{}{}", source, kNext, weights, bias.empty() ? "" : kNext + bias, kNext, destination);
    const std::string forward = "prop_kind::forward_inference, ";
    const auto numbers = [&p, is_v3](std::initializer_list<const char*> members) {
        std::string text;
        for (const char* const member : members) {
            // Braces could as well be the attributes of 3.x.
            text += (text.empty() ? kNext : ", ") + std::string(is_v3 ? "memory::dims" : "") + dims_text(p.at(member));
        }
        return text;
    };
    if (kind == "convolution" || kind == "deconvolution") {
        return forward + algorithm_of(p) + kNext + operands +
               numbers({"strides", "dilations", "padding_left", "padding_right"});
    }
    if (kind == "inner_product") {
        return forward + operands;
    }
    if (kind == "matmul") {
        return operands;
    }
    if (kind == "pooling" || kind == "pooling_v2") {
        const std::string head = forward + algorithm_of(p) + kNext + source + kNext + destination;
        return head + (kind == "pooling" && !is_v3
                           ? numbers({"strides", "kernel", "padding_left", "padding_right"})
                           : numbers({"strides", "kernel", "dilations", "padding_left", "padding_right"}));
    }
    if (kind == "resampling") {
        return forward + algorithm_of(p) + kNext + source + kNext + destination;
    }
    if (kind == "reduction") {
        return algorithm_of(p) + kNext + source + kNext + destination + ", 0.0f, 0.0f";
    }
    if (kind == "binary") {
        return algorithm_of(p) + kNext + source + kNext + described("DNNL_ARG_SRC_1") + kNext + destination;
    }
    if (kind == "eltwise") {
        return forward + algorithm_of(p) + ", " + source + ", " + (is_v3 ? destination + ", " : "") +
               float_literal(p.at("alpha").get<std::string>()) + ", " + float_literal(p.at("beta").get<std::string>());
    }
    if (kind == "softmax_v2" || kind == "softmax") {
        return forward + algorithm_of(p) + kNext + source + kNext + destination + ", " +
               std::to_string(p.at("axis").get<int>());
    }
    if (kind == "prelu") {
        return forward + source + ", " + weights + (is_v3 ? ", " + destination : "");
    }
    throw NotExpressible(fmt::format("no words for a {} primitive", kind));
}

}  // namespace difftest::harness
