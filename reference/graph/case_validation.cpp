#include "reference/graph/names.hpp"
#include "reference/graph/validation.hpp"
#include "reference/graph/value_rules.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace difftest::graph {
namespace {

constexpr int kMostThreads = 4096;

std::optional<Problem> check_data(const Case& value) {
    if (value.data.size() != value.graph.tensors.size()) {
        return Problem{"/data",
                       fmt::format("{} entries for {} tensors", value.data.size(), value.graph.tensors.size())};
    }
    for (std::size_t i = 0; i < value.data.size(); ++i) {
        const Tensor& tensor = value.graph.tensors[i];
        const TensorData& data = value.data[i];
        const std::string place = "/data" + pointer_step(tensor.name);
        if (tensor.role == TensorRole::intermediate) {
            if (data != TensorData()) {
                return Problem{place, "the output of a node has values"};
            }
            continue;
        }
        if (data == TensorData()) {
            return Problem{place, "the values are missing"};
        }
        if (data.type() != tensor.type || data.shape() != tensor.shape) {
            return Problem{place, fmt::format("values of {} {} for a tensor of {} {}", name_of(data.type()),
                                              to_string(data.shape()), name_of(tensor.type), to_string(tensor.shape))};
        }
    }
    return std::nullopt;
}

std::optional<Problem> check_name(std::string place, const std::string& name) {
    auto complaint = complaint_about_name(name);
    return complaint ? std::optional(Problem{std::move(place), *std::move(complaint)}) : std::nullopt;
}

std::optional<Problem> check_names(const std::string& place, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (auto found = check_name(fmt::format("{}/{}", place, i), names[i])) {
            return found;
        }
    }
    return std::nullopt;
}

std::optional<Problem> check_execution(const ExecutionRequest& execution) {
    if (execution.contract) {
        if (auto found = check_name("/execution/contract", *execution.contract)) {
            return found;
        }
    }
    if (auto found = check_names("/execution/plans", execution.plans)) {
        return found;
    }
    if (auto found = check_names("/execution/isas", execution.isas)) {
        return found;
    }
    if (execution.threads && (*execution.threads < 1 || *execution.threads > kMostThreads)) {
        return Problem{"/execution/threads", fmt::format("{} is outside 1 to {}", *execution.threads, kMostThreads)};
    }
    return std::nullopt;
}

std::optional<Problem> check_annotations(const Case& value) {
    for (const auto& [key, text] : value.annotations) {
        if (auto found = check_name("/annotations", key)) {
            return found;
        }
        if (!is_utf8(text)) {
            return Problem{"/annotations" + pointer_step(key), "the text is not valid UTF-8"};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Problem> validate_case(const Case& value, const Limits& limits) {
    if (auto found = check_name("/name", value.name)) {
        return found;
    }
    if (auto found = validate_graph(value.graph, limits)) {
        return found;
    }
    if (auto found = check_data(value)) {
        return found;
    }
    for (const Node& node : value.graph.nodes) {
        if (auto found = problem_of_parameters(value, node)) {
            return found;
        }
    }
    if (auto found = check_execution(value.execution)) {
        return found;
    }
    return check_annotations(value);
}

}  // namespace difftest::graph
