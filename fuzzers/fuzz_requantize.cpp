// Every integer requantize rule equals its definition in exact arithmetic, for any s32, multiplier and shift: by the
// functions of reference/quantize, and through the oracle with a zero point and a clamp.
#include "fuzzers/exact_requantize.hpp"
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/quantize/fixed_point.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace {

namespace graph = difftest::graph;
using difftest::fuzzers::require;
using graph::FixedPointRounding;

struct Request {
    std::int32_t x;
    std::int32_t multiplier;
    std::int32_t zero_point;
    std::uint8_t shift;
    std::uint8_t rule;
    std::uint8_t lowest;
    std::uint8_t highest;
};

constexpr std::array<FixedPointRounding, 5> kRules{FixedPointRounding::double_rounding, FixedPointRounding::single_up,
                                                   FixedPointRounding::single_away, FixedPointRounding::q31,
                                                   FixedPointRounding::double_up};

/// The shifts that each rule is defined for: -31 to 31, 30 (one rounding) or 0.
int shift_of(const Request& request, FixedPointRounding rule) {
    const bool once = rule == FixedPointRounding::single_up || rule == FixedPointRounding::single_away;
    const int most = rule == FixedPointRounding::q31 ? 0 : once ? 30 : 31;
    return -31 + request.shift % (most + 32);
}

void check_oracle(const Request& request, std::int32_t multiplier, int shift, FixedPointRounding rule,
                  const std::optional<mpz_class>& product) {
    const int lowest = -128 + request.lowest % 256;
    const int highest = lowest + request.highest % (128 - lowest);
    const int zero_point = request.zero_point % 1000;
    difftest::oracle::testing::Chain chain(graph::DataType::s32, {static_cast<double>(request.x)});
    chain.then(graph::RequantizeFixedPoint{rule, lowest, highest},
               {chain.integer(multiplier), chain.integer(shift), chain.integer(zero_point)}, graph::DataType::s8);
    if (graph::validate_case(chain.build()) || !product) {
        return;  // a zero point outside s8, or a result that no implementation defines
    }
    const mpz_class sum = *product + zero_point;
    const auto sets = chain.sets();
    if (!difftest::fuzzers::is_s32(sum)) {
        require(!sets.is_point(0), "a sum that is no s32 has no result");
        return;
    }
    const mpz_class clamped = std::min(std::max(sum, mpz_class(lowest)), mpz_class(highest));
    require(sets.is_point(0) && sets.point(0) == clamped.get_d(), "the oracle equals the definition");
}

void check(const Request& request) {
    const FixedPointRounding rule = kRules[request.rule % kRules.size()];
    const int shift = shift_of(request, rule);
    const bool negative = rule == FixedPointRounding::q31 && request.multiplier < 0;
    const std::int32_t multiplier = negative ? -(request.multiplier + 1) : request.multiplier;
    const auto expected = difftest::fuzzers::exact_product(request.x, multiplier, shift, rule);
    const auto result = difftest::quantize::multiply_fixed_point(request.x, multiplier, shift, rule);
    require(result.has_value() == expected.has_value(), "a result exists where it is defined");
    require(!result || *result == *expected, "a product equals its definition");
    const int places = 1 + request.shift % 31;
    const auto rounded = difftest::fuzzers::exact_shift_round(request.x, places);
    const auto shifted = difftest::quantize::shift_round(request.x, places);
    require(shifted.has_value() == rounded.has_value() && (!shifted || *shifted == *rounded),
            "a rounding shift equals its definition");
    check_oracle(request, multiplier, shift, rule, expected);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kMostRequests = 16;
    for (std::size_t i = 0; i < kMostRequests && (i == 0 || i * sizeof(Request) < size); ++i) {
        Request request{};
        const std::size_t first = i * sizeof(Request);
        if (first < size) {
            std::memcpy(&request, data + first, std::min(sizeof(Request), size - first));
        }
        check(request);
    }
    return 0;
}
