#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// An output element that is wrong.
struct FailingElement {
    std::size_t output = 0;
    std::vector<std::int64_t> coordinates;
};

/// What the passes may know besides the case.
struct PassContext {
    std::optional<FailingElement> element;  ///< none after a crash
    std::vector<std::string> isa_ladder;    ///< of the backend, highest first
    std::vector<std::string> plans;         ///< that the backend offers for the case
};

/// One way to make a case smaller. `make` is a pure function of the case that it was made for; it gives nothing when
/// the result would be no valid case.
struct Opportunity {
    std::string what;  ///< "weights: axis 2 without 1..2"
    std::function<std::optional<graph::Case>()> make;
};

/// A kind of reduction. Passes offer what they can do and know nothing of the bug. The same case and context give the
/// same opportunities in the same order, largest steps first.
class Pass {
public:
    Pass() = default;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    virtual ~Pass() = default;

    virtual std::string_view name() const = 0;

    /// `value` outlives the opportunities.
    virtual std::vector<Opportunity> opportunities(const graph::Case& value, const PassContext& context) const = 0;
};

/// Every pass, in the order in which they are tried.
std::vector<std::unique_ptr<Pass>> all_passes();

}  // namespace difftest::harness
