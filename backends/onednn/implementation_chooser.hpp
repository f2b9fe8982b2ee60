#pragma once

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/creation_options.hpp"

#include <functional>
#include <string>
#include <vector>

namespace difftest::backends::onednn {

/// Picks for each primitive of a plan the implementation that the plan asks for. A primitive that has none such keeps
/// the library's first choice.
class ImplementationChooser {
public:
    explicit ImplementationChooser(ImplementationChoice wanted) : wanted_(std::move(wanted)) {}

    /// `create` makes new candidates; its dnnl::error passes through.
    dnnl::primitive_desc choose(const std::function<api::Candidates()>& create);

    /// Throws Unsupported, with the names that were offered, when no primitive had the wanted implementation.
    void check() const;

private:
    ImplementationChoice wanted_;
    bool found_ = false;
    std::vector<std::string> offered_;  ///< distinct names, while nothing was found
};

/// The names of all implementations, the library's first choice first.
std::vector<std::string> implementations_of(api::Candidates candidates);

}  // namespace difftest::backends::onednn
