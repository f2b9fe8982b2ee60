#include "backends/onednn/plan_specification.hpp"

#include <charconv>

namespace difftest::backends::onednn {

namespace {

/// A text of digits is a position, which begins with 2: the first is the plan without a choice.
std::optional<ImplementationChoice> implementation_from(std::string_view text) {
    if (text.empty() || text.find_first_of("*@+, ") != std::string_view::npos) {
        return std::nullopt;
    }
    if (text.find_first_not_of("0123456789") != std::string_view::npos) {
        return ImplementationChoice{1, std::string(text)};
    }
    std::size_t position = 0;
    const bool fits = std::from_chars(text.data(), text.data() + text.size(), position).ec == std::errc{};
    return fits && position > 1 && !text.starts_with('0') ? std::optional(ImplementationChoice{position, ""})
                                                          : std::nullopt;
}

}  // namespace

std::string name_of(const PlanSpecification& specification) {
    std::string name(name_of(specification.fusion));
    const ImplementationChoice& implementation = specification.options.implementation;
    if (!(implementation == ImplementationChoice{})) {
        name += '@';
        name += implementation.name_part.empty() ? std::to_string(implementation.position) : implementation.name_part;
    }
    return name;
}

std::optional<PlanSpecification> plan_specification_from(std::string_view name) {
    const std::size_t at = name.find('@');
    const std::optional<Fusion> fusion = fusion_from(name.substr(0, at));
    if (!fusion) {
        return std::nullopt;
    }
    PlanSpecification specification{*fusion, {}};
    if (at != std::string_view::npos) {
        const std::optional<ImplementationChoice> implementation = implementation_from(name.substr(at + 1));
        if (!implementation) {
            return std::nullopt;
        }
        specification.options.implementation = *implementation;
    }
    return specification;
}

}  // namespace difftest::backends::onednn
