#include "reference/graph/case_file.hpp"
#include "reference/graph/case_sample.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace difftest::graph {
namespace {

/// One to three random edits: replace, insert, delete or repeat bytes, mostly with bytes that mean something in JSON.
std::string mutated(std::mt19937& random) {
    static constexpr std::string_view kBytes = "{}[]\",:0123456789-+.eE \\utfn\n\x01\x7F\xC3\xFF";
    std::string text(kCaseSample);
    const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
        const std::size_t place = below(text.size());
        switch (below(5)) {
            case 0: text[place] = static_cast<char>(below(256)); break;
            case 1: text[place] = kBytes[below(kBytes.size())]; break;
            case 2: text.insert(place, 1, kBytes[below(kBytes.size())]); break;
            case 3: text.erase(place, 1 + below(8)); break;
            default: text.insert(below(text.size()), text.substr(place, 1 + below(40))); break;
        }
    }
    return text;
}

TEST(CaseMutation, EveryMutationIsReadOrRefusedInOneLine) {
    std::mt19937 random(20240229);
    int read = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = mutated(random);
        try {
            const Case value = parse_case(text, "mutation");
            ++read;
            const std::string canonical = format_case(value);
            EXPECT_EQ(parse_case(canonical, "canonical"), value) << text;
        } catch (const CaseError& error) {
            const std::string message = error.what();
            EXPECT_EQ(message.find("mutation: "), 0U) << text;
            EXPECT_EQ(message.find('\n'), std::string::npos) << text;
            EXPECT_LT(message.size(), 600U) << text;
        }
    }
    EXPECT_GT(read, 100);  // or the mutations would only test the JSON parser
    EXPECT_LT(read, 10000);
}

}  // namespace
}  // namespace difftest::graph
