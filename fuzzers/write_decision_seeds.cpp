// difftest-decision-seeds COUNT FOLDER: the decisions behind COUNT generated cases, as inputs of the targets whose
// bytes are decisions. Case files cannot be turned back into decisions: those targets begin with what the generator
// does by itself.
#include "harness/generate/choice_source.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "harness/generate/random_case.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s COUNT FOLDER\n", argv[0]);
        return 2;
    }
    std::filesystem::create_directories(argv[2]);
    for (std::uint64_t index = 0; index < std::strtoull(argv[1], nullptr, 10); ++index) {
        difftest::harness::CounterChoices choices(11, index);
        difftest::harness::random_case(choices, difftest::harness::fuzz_limits(), "seed");
        const auto bytes = difftest::harness::bytes_of_decisions(choices.taken());
        std::ofstream(std::filesystem::path(argv[2]) / ("generated_" + std::to_string(index)), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    return 0;
}
