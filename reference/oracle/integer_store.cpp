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

}  // namespace

IntegerStore::IntegerStore(const Context& context, graph::DataType type)
    : type_(type),
      away_from_zero_(context.grants(Freedom::rounding_and_zero_point_site)),
      saturate_in_float_(type == graph::DataType::s32 && context.grants(Freedom::rounded_s32_output)) {}

double IntegerStore::operator()(int variant, double value) const {
    if (!graph::is_integer(type_) || std::isnan(value)) {
        return value;
    }
    const bool away = away_from_zero_ && variant % 2 == 1;
    const double integer =
        quantize::round_to_integer(value, away ? Rounding::half_away_from_zero : Rounding::half_to_even);
    const double result = quantize::saturate(integer, type_);
    return saturate_in_float_ && variant >= variants() / 2 ? std::min(result, kLargestFloatBelowS32) : result;
}

}  // namespace difftest::oracle
