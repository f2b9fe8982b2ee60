#include "harness/reduce/passes.hpp"
#include "harness/reduce/settle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::TensorData;
using graph::TensorId;

/// One value for everything.
std::optional<Case> with_scalar(const Case& value, TensorId id, std::int64_t element) {
    const TensorData& data = value.data_of(id);
    Case result = value;
    set_leaf(result, id, TensorData(data.type(), {}, {data.at(element)}));
    return settle(result);
}

std::optional<Case> with_single(const Case& value, TensorId id, std::size_t axis, std::int64_t position) {
    Case result = value;
    const std::int64_t indices[] = {position};
    set_leaf(result, id, take(value.data_of(id), axis, indices));
    return settle(result);
}

/// Leading axes of size 1 say nothing to a broadcast.
std::optional<Case> without_leading_axis(const Case& value, TensorId id) {
    const TensorData& data = value.data_of(id);
    Case result = value;
    TensorData smaller(data.type(), graph::Shape(data.shape().begin() + 1, data.shape().end()));
    std::copy(data.bytes().begin(), data.bytes().end(), smaller.bytes().begin());
    set_leaf(result, id, std::move(smaller));
    return settle(result);
}

class OperandPass : public Pass {
public:
    std::string_view name() const override { return "operands"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& context) const override {
        std::vector<Opportunity> result;
        for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
            const auto id = static_cast<TensorId>(i);
            const graph::Tensor& tensor = value.graph.tensors[i];
            if (!is_leaf(value.graph, id) || tensor.shape.empty() || value.data[i].size() == 0) {
                continue;
            }
            offer_scalar(result, value, id);
            for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
                offer_single(result, value, id, axis, context);
            }
            if (tensor.shape.front() == 1) {
                result.push_back({fmt::format("the leading dimension of {}", tensor.name),
                                  [&value, id] { return without_leading_axis(value, id); }});
            }
        }
        return result;
    }

private:
    static void offer_scalar(std::vector<Opportunity>& list, const Case& value, TensorId id) {
        const TensorData& data = value.data_of(id);
        std::int64_t largest = 0;
        for (std::int64_t i = 0; i < data.size(); ++i) {
            largest = data.at(i) > data.at(largest) ? i : largest;
        }
        std::vector<std::int64_t> elements = {0, data.size() - 1, largest};
        std::sort(elements.begin(), elements.end());
        elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
        for (const std::int64_t element : elements) {
            list.push_back({fmt::format("{} as one value, that of element {}", value.graph.tensor(id).name, element),
                            [&value, id, element] { return with_scalar(value, id, element); }});
        }
    }

    static void offer_single(std::vector<Opportunity>& list, const Case& value, TensorId id, std::size_t axis,
                             const PassContext& context) {
        const graph::Shape& shape = value.graph.tensor(id).shape;
        if (shape[axis] < 2) {
            return;
        }
        std::vector<std::int64_t> positions = {0, shape[axis] - 1};
        if (context.element) {
            const auto& coordinates = context.element->coordinates;
            const std::size_t back = shape.size() - axis;
            if (back <= coordinates.size() && coordinates[coordinates.size() - back] < shape[axis]) {
                positions.insert(positions.begin(), coordinates[coordinates.size() - back]);
            }
        }
        for (const std::int64_t position : positions) {
            list.push_back({fmt::format("{} the same along axis {}", value.graph.tensor(id).name, axis),
                            [&value, id, axis, position] { return with_single(value, id, axis, position); }});
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_operand_pass() {
    return std::make_unique<OperandPass>();
}

}  // namespace difftest::harness
