#include "harness/reduce/case_cost.hpp"
#include "harness/reduce/passes.hpp"
#include "harness/reduce/quantization_ranges.hpp"
#include "harness/reduce/settle.hpp"
#include "harness/reduce/simpler_values.hpp"

#include "harness/compare/element_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::TensorData;
using graph::TensorId;

std::optional<Case> settled(const Case& before, const Case& after) {
    return keeps_quantization_ranges(before, after) ? settle(after) : std::nullopt;
}

/// Elements [begin, end) become `with`.
std::optional<Case> with_range(const Case& value, TensorId id, std::int64_t begin, std::int64_t end, double with) {
    Case result = value;
    TensorData& data = result.data[static_cast<std::size_t>(id)];
    for (std::int64_t i = begin; i < end; ++i) {
        data.set(i, with);
    }
    return settled(value, result);
}

/// Every element that is `from` becomes `to`.
std::optional<Case> with_exchanged(const Case& value, TensorId id, double from, double to) {
    Case result = value;
    TensorData& data = result.data[static_cast<std::size_t>(id)];
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (data.at(i) == from) {
            data.set(i, to);
        }
    }
    return settled(value, result);
}

class ValuePass : public Pass {
public:
    std::string_view name() const override { return "values"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        std::vector<TensorId> leaves;
        for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
            if (is_leaf(value.graph, static_cast<TensorId>(i)) && value.data[i].size() > 0) {
                leaves.push_back(static_cast<TensorId>(i));
            }
        }
        std::stable_sort(leaves.begin(), leaves.end(), [&value](TensorId a, TensorId b) {
            return value.data_of(a).size() > value.data_of(b).size();
        });
        for (const TensorId id : leaves) {
            offer_constants(result, value, id);
        }
        for (const TensorId id : leaves) {
            offer_zeros(result, value, id);
        }
        for (const TensorId id : leaves) {
            offer_simpler(result, value, id);
        }
        return result;
    }

private:
    static constexpr std::int64_t kMostSingle = 64;  ///< elements of a tensor up to which each is looked at by itself

    static void offer_range(std::vector<Opportunity>& list, const Case& value, TensorId id, std::int64_t begin,
                            std::int64_t end, double with) {
        const graph::Tensor& tensor = value.graph.tensor(id);
        list.push_back({fmt::format("{}[{}..{}] = {}", tensor.name, begin, end - 1, value_text(with, tensor.type)),
                        [&value, id, begin, end, with] { return with_range(value, id, begin, end, with); }});
    }

    /// The whole tensor as one value.
    static void offer_constants(std::vector<Opportunity>& list, const Case& value, TensorId id) {
        const TensorData& data = value.data_of(id);
        double simplest = data.at(0);
        double largest = data.at(0);
        bool constant = true;
        for (std::int64_t i = 0; i < data.size(); ++i) {
            const double each = data.at(i);
            constant = constant && each == data.at(0);
            largest = std::max(largest, each);
            const bool nonzero =
                each != 0 && (simplest == 0 || complexity_of(each, data.type()) < complexity_of(simplest, data.type()));
            simplest = nonzero ? each : simplest;
        }
        std::vector<double> values = {0, 1};
        if (!constant) {
            values.insert(values.end(), {simplest, largest, data.at(0), data.at(data.size() - 1)});
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) ==
                values.begin() + static_cast<std::ptrdiff_t>(i)) {
                offer_range(list, value, id, 0, data.size(), values[i]);
            }
        }
    }

    static void offer_zeros(std::vector<Opportunity>& list, const Case& value, TensorId id) {
        const TensorData& data = value.data_of(id);
        for (std::int64_t length = data.size() / 2; length > 0; length /= 2) {
            for (std::int64_t begin = 0; begin < data.size(); begin += length) {
                const std::int64_t end = std::min(begin + length, data.size());
                bool nonzero = false;
                for (std::int64_t i = begin; i < end; ++i) {
                    nonzero = nonzero || data.at(i) != 0;
                }
                if (nonzero) {
                    offer_range(list, value, id, begin, end, 0);
                }
            }
        }
    }

    static void offer_simpler(std::vector<Opportunity>& list, const Case& value, TensorId id) {
        const TensorData& data = value.data_of(id);
        std::set<double> seen;
        for (std::int64_t i = 0; i < data.size() && seen.size() < kMostSingle; ++i) {
            const double from = data.at(i);
            if (!seen.insert(from).second) {
                continue;
            }
            for (const double to : simpler_values(from, data.type())) {
                list.push_back({fmt::format("{}: {} becomes {}", value.graph.tensor(id).name,
                                            value_text(from, data.type()), value_text(to, data.type())),
                                [&value, id, from, to] { return with_exchanged(value, id, from, to); }});
            }
        }
        for (std::int64_t i = 0; data.size() > 1 && data.size() <= kMostSingle && i < data.size(); ++i) {
            for (const double to : simpler_values(data.at(i), data.type())) {
                offer_range(list, value, id, i, i + 1, to);
            }
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_value_pass() {
    return std::make_unique<ValuePass>();
}

}  // namespace difftest::harness
