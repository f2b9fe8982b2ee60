#include "reference/oracle/integer_store.hpp"

#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::Rounding;

/// The largest f32 below 2^31: where backends that saturate in f32 stop (semantics, section 2.4, M5).
constexpr double kLargestFloatBelowS32 = 2147483520.0;

std::optional<Rounding> broken_rounding(const Context& context, graph::NodeId id) {
    if (context.broken(Deviation::round_half_away_from_zero, id)) {
        return Rounding::half_away_from_zero;
    }
    if (context.broken(Deviation::round_half_up, id)) {
        return Rounding::half_up;
    }
    const bool truncated =
        context.broken(Deviation::truncated_store, id) || context.broken(Deviation::truncated_intermediate, id);
    return truncated ? std::optional(Rounding::toward_zero) : std::nullopt;
}

}  // namespace

IntegerStore::IntegerStore(const Context& context, graph::NodeId id)
    : type_(context.tensor(context.node(id).output).type),
      deviation_(broken_rounding(context, id)),
      away_from_zero_(context.grants(Freedom::rounding_and_zero_point_site) && !deviation_),
      saturate_in_float_(type_ == graph::DataType::s32 && context.grants(Freedom::rounded_s32_output)) {}

double IntegerStore::operator()(int variant, double value) const {
    if (!graph::is_integer(type_) || std::isnan(value)) {
        return value;
    }
    const bool away = away_from_zero_ && variant % 2 == 1;
    const Rounding rounding = away ? Rounding::half_away_from_zero : deviation_.value_or(Rounding::half_to_even);
    const double integer = quantize::round_to_integer(value, rounding);
    const double result = quantize::saturate(integer, type_);
    return saturate_in_float_ && variant >= variants() / 2 ? std::min(result, kLargestFloatBelowS32) : result;
}

}  // namespace difftest::oracle
