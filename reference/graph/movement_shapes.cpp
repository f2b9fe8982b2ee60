#include "reference/graph/shape_rules.hpp"

#include <fmt/format.h>

#include <utility>

// Operations that move elements without changing them.

namespace difftest::graph::shape_rules {
namespace {

std::optional<Problem> check_count(std::string_view name, std::size_t count, const Shape& data) {
    if (count == data.size()) {
        return std::nullopt;
    }
    return Problem{fmt::format("/attributes/{}", name), fmt::format("{} values for {} dimensions", count, data.size())};
}

}  // namespace

ShapeResult infer(const Permute& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    if (auto found = check_count("order", op.order.size(), data)) {
        return {{}, found};
    }
    std::vector<bool> seen(data.size(), false);
    Shape result;
    for (std::size_t d = 0; d < data.size(); ++d) {
        const std::int64_t from = op.order[d];
        const std::string place = fmt::format("/attributes/order/{}", d);
        if (from < 0 || from >= static_cast<std::int64_t>(data.size())) {
            return problem(place, fmt::format("there is no dimension {} in {}", from, to_string(data)));
        }
        if (seen[static_cast<std::size_t>(from)]) {
            return problem(place, fmt::format("dimension {} stands twice", from));
        }
        seen[static_cast<std::size_t>(from)] = true;
        result.push_back(data[static_cast<std::size_t>(from)]);
    }
    return {std::move(result), std::nullopt};
}

ShapeResult infer(const Reshape& op, const std::vector<Shape>& inputs) {
    const auto count = element_count(op.shape);
    if (!count) {
        return problem("/attributes/shape", "a dimension is negative or the shape has too many elements");
    }
    if (count != element_count(inputs[0])) {
        return problem("/attributes/shape", fmt::format("shape {} has not as many elements as the data's {}",
                                                        to_string(op.shape), to_string(inputs[0])));
    }
    return {op.shape, std::nullopt};
}

ShapeResult infer(const Slice& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    const std::pair<std::string_view, std::size_t> counts[] = {
        {"begin", op.begin.size()}, {"end", op.end.size()}, {"step", op.step.size()}};
    for (const auto& [name, count] : counts) {
        if (auto found = check_count(name, count, data)) {
            return {{}, found};
        }
    }
    Shape result;
    for (std::size_t d = 0; d < data.size(); ++d) {
        if (op.begin[d] < 0 || op.begin[d] > data[d]) {
            return problem(fmt::format("/attributes/begin/{}", d),
                           fmt::format("{} is outside 0 to {}", op.begin[d], data[d]));
        }
        if (op.end[d] < op.begin[d] || op.end[d] > data[d]) {
            return problem(fmt::format("/attributes/end/{}", d),
                           fmt::format("{} is outside {} to {}", op.end[d], op.begin[d], data[d]));
        }
        if (op.step[d] < 1 || op.step[d] > kLargestTerm) {
            return problem(fmt::format("/attributes/step/{}", d),
                           fmt::format("{} is outside 1 to {}", op.step[d], kLargestTerm));
        }
        result.push_back((op.end[d] - op.begin[d] + op.step[d] - 1) / op.step[d]);
    }
    return {std::move(result), std::nullopt};
}

ShapeResult infer(const Concat& op, const std::vector<Shape>& inputs) {
    Shape result = inputs[0];
    if (op.axis < 0 || op.axis >= static_cast<std::int64_t>(result.size())) {
        return problem("/attributes/axis", fmt::format("there is no dimension {} in {}", op.axis, to_string(result)));
    }
    const auto axis = static_cast<std::size_t>(op.axis);
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        if (inputs[i].empty()) {
            continue;
        }
        Shape expected = inputs[0];
        if (inputs[i].size() == expected.size()) {
            expected[axis] = inputs[i][axis];
        }
        if (inputs[i] != expected) {
            return problem(fmt::format("/inputs/data{}", i),
                           fmt::format("shape {} differs from the first input's {} in more than dimension {}",
                                       to_string(inputs[i]), to_string(inputs[0]), op.axis));
        }
        result[axis] += inputs[i][axis];
    }
    return {std::move(result), std::nullopt};
}

ShapeResult infer(const Reorder& op, const std::vector<Shape>& inputs) {
    if (op.layout != Layout::plain && inputs[0].size() < 2) {
        return problem("/attributes/layout", fmt::format("shape {} has no channel dimension", to_string(inputs[0])));
    }
    return {inputs[0], std::nullopt};
}

}  // namespace difftest::graph::shape_rules
