#include "harness/campaign/build_fingerprint.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/generate/gated_case.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace difftest::harness {
namespace {

constexpr std::array<std::uint64_t, 12> kIndices{0, 1, 2, 3, 5, 8, 13, 101, 1009, 10007, 100003, 1000003};
constexpr std::int64_t kElements = 64;  ///< of each output

/// FNV-1a of 64 bits.
class Hash {
public:
    void add(std::string_view text) {
        for (const char c : text) {
            value_ = (value_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
        }
    }
    std::string text() const { return fmt::format("{:016x}", value_); }

private:
    std::uint64_t value_ = 14695981039346656037U;
};

void add_allowed(Hash& hash, const oracle::AllowedTensor& allowed) {
    for (std::int64_t i = 0; i < std::min(allowed.size(), kElements); ++i) {
        for (const auto& interval : allowed.at(i).intervals) {
            hash.add(fmt::format("{:a} {:a};", static_cast<double>(interval.lo), static_cast<double>(interval.hi)));
        }
        hash.add("|");
    }
}

}  // namespace

BuildFingerprint fingerprint_of(const CampaignConfiguration& configuration) {
    Hash generator;
    Hash oracle;
    for (const std::uint64_t index : kIndices) {
        const GatedCase drawn = gated_case(configuration.generator, index, configuration.name);
        generator.add(fmt::format("{} {} {}", index, drawn.draw, graph::format_case(drawn.value)));
        for (const std::string& feature : flat_features(case_features(drawn.value))) {
            generator.add(feature);
        }
        for (const graph::TensorId output : drawn.value.graph.outputs) {
            add_allowed(oracle, drawn.evaluation.of(output));
        }
    }
    return {generator.text(), oracle.text()};
}

}  // namespace difftest::harness
