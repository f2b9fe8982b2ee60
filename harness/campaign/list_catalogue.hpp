#pragma once

#include "harness/campaign/corpora.hpp"
#include "harness/report/catalogue.hpp"

#include <string_view>

namespace difftest::harness {

/// What there is: "cases", "backends", "rules", "contracts", or everything for "". A case that cannot be read is listed
/// with its problem. Throws InputError for another word.
Catalogue list_catalogue(std::string_view section, const Corpora& corpora);

}  // namespace difftest::harness
