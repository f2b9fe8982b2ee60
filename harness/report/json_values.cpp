#include "harness/report/json_values.hpp"

#include "harness/compare/element_text.hpp"

#include <cmath>

namespace difftest::harness {

using Json = nlohmann::ordered_json;

Json json_number(double value, graph::DataType type) {
    if (!std::isfinite(value)) {
        return value_text(value, type);
    }
    return graph::is_integer(type) ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json json_set(const oracle::AllowedSet& set, graph::DataType type) {
    Json intervals = Json::array();
    for (const oracle::Interval& interval : set.intervals) {
        intervals.push_back({json_number(interval.lo, type), json_number(interval.hi, type)});
    }
    return {{"text", set_text(set, type)},
            {"intervals", std::move(intervals)},
            {"may_be_nan", set.may_be_nan},
            {"unconstrained", set.unconstrained}};
}

Json json_operands(const std::vector<TraceOperand>& operands) {
    Json result = Json::array();
    for (const TraceOperand& operand : operands) {
        result.push_back({{"slot", operand.slot},
                          {"type", graph::name_of(operand.type)},
                          {"value", json_number(operand.value, operand.type)}});
    }
    return result;
}

}  // namespace difftest::harness
