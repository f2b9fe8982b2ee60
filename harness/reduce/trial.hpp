#pragma once

#include "harness/reduce/pass.hpp"
#include "harness/reduce/signature.hpp"
#include "reference/graph/case.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace difftest::harness {

/// What running a case showed.
struct Observation {
    Signature signature;
    std::string reason;                     ///< of the verdict, one line
    std::string plan;                       ///< that ran; a backend drops plans that are equal to another
    std::vector<std::string> plans;         ///< that were offered
    std::optional<FailingElement> element;  ///< the worst

    friend bool operator==(const Observation& a, const Observation& b) {
        return a.signature == b.signature && a.plan == b.plan;
    }
};

/// Runs cases: the first plan and ISA of each case's execution request.
class Trial {
public:
    Trial() = default;
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    virtual ~Trial() = default;

    /// How many cases run at the same time.
    virtual std::size_t width() const = 0;

    /// One observation for each case, in their order.
    virtual std::vector<Observation> run(std::span<const graph::Case> cases) = 0;
};

}  // namespace difftest::harness
