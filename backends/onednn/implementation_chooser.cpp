#include "backends/onednn/implementation_chooser.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace difftest::backends::onednn {

dnnl::primitive_desc ImplementationChooser::choose(const std::function<api::Candidates()>& create) {
    api::Candidates candidates = create();
    dnnl::primitive_desc& descriptor = candidates.descriptor;
    std::size_t position = 1;
    do {
        const std::string name = descriptor.impl_info_str();
        if (wanted_.name_part.empty() ? position == wanted_.position
                                      : name.find(wanted_.name_part) != std::string::npos) {
            found_ = true;
            return descriptor;
        }
        if (std::find(offered_.begin(), offered_.end(), name) == offered_.end()) {
            offered_.push_back(name);
        }
        ++position;
    } while (descriptor.next_impl());
    return create().descriptor;
}

void ImplementationChooser::check() const {
    if (found_ || wanted_ == ImplementationChoice{}) {
        return;
    }
    const std::string wanted = wanted_.name_part.empty() ? fmt::format("of position {}", wanted_.position)
                                                         : fmt::format("named '{}'", wanted_.name_part);
    throw Unsupported(
        fmt::format("the library offers no implementation {} (offered: {})", wanted, fmt::join(offered_, ", ")));
}

std::vector<std::string> implementations_of(api::Candidates candidates) {
    std::vector<std::string> names;
    do {
        names.emplace_back(candidates.descriptor.impl_info_str());
    } while (candidates.descriptor.next_impl());
    return names;
}

}  // namespace difftest::backends::onednn
