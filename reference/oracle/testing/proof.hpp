#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace difftest::oracle::testing {

/// How much a proof checks: a quick look in every run of the tests, more when the environment says so (scripts/prove).
inline std::size_t proof_size(const char* variable, std::size_t quick) {
    const char* wanted = std::getenv(variable);
    return wanted == nullptr ? quick : std::strtoull(wanted, nullptr, 10);
}

/// Counts what one proof checks. When it ends it records the counts with the test and prints the line that
/// scripts/prove collects.
class ProofCount {
public:
    ProofCount(std::string subject, std::string level) : subject_(std::move(subject)), level_(std::move(level)) {}
    ProofCount(const ProofCount&) = delete;
    ProofCount& operator=(const ProofCount&) = delete;
    ~ProofCount() {
        std::printf("PROOF|%s|%s|%llu|%llu\n", subject_.c_str(), level_.c_str(),
                    static_cast<unsigned long long>(checked_), static_cast<unsigned long long>(failures_));
    }

    /// Counts one check; true when it failed and should be shown (the first few do).
    [[nodiscard]] bool failed(bool holds) {
        ++checked_;
        failures_ += holds ? 0 : 1;
        return !holds && failures_ <= kMostShown;
    }

    /// Counts elements that an assertion has checked all at once.
    void add(std::uint64_t elements) { checked_ += elements; }

private:
    static constexpr std::uint64_t kMostShown = 5;

    std::string subject_;
    std::string level_;
    std::uint64_t checked_ = 0;
    std::uint64_t failures_ = 0;
};

}  // namespace difftest::oracle::testing
