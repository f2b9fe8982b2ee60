// Writes random cases as files: difftest-random-cases SEED DIRECTORY INDEX...
#include "harness/generate/choice_source.hpp"
#include "harness/generate/random_case.hpp"
#include "reference/graph/case_file.hpp"

#include <charconv>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) {
        throw std::invalid_argument(std::string(text) + " is no number");
    }
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: difftest-random-cases SEED DIRECTORY INDEX...\n";
        return 2;
    }
    try {
        for (int i = 3; i < argc; ++i) {
            difftest::harness::CounterChoices choices(number(argv[1]), number(argv[i]));
            const std::string name = std::string("random_") + argv[1] + "_" + argv[i];
            const auto value = difftest::harness::random_case(choices, {}, name);
            difftest::graph::write_case(value, std::filesystem::path(argv[2]) / (name + ".json"));
        }
    } catch (const std::exception& error) {
        std::cerr << "difftest-random-cases: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
