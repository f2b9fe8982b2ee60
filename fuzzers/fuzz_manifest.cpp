// Any text is either a manifest or one ManifestError, and a manifest can be looked for in a graph.
#include "backends/kernel_manifest/pattern_match.hpp"
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "harness/generate/named_cases.hpp"

#include <string_view>

namespace manifests = difftest::backends::kernel_manifest;

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const difftest::graph::Case kChain = difftest::harness::named_cases().front();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const manifests::Manifest manifest = manifests::parse_manifest(text, "input");
        static_cast<void>(manifests::find_match(manifest, kChain.graph));
    } catch (const manifests::ManifestError& error) {
        difftest::fuzzers::require(std::string_view(error.what()).find('\n') == std::string_view::npos,
                                   "an error is one line");
    }
    return 0;
}
