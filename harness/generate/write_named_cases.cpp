// Writes cases as files. difftest-named-cases DIRECTORY: those of corpora/named; run it after changing named_cases.cpp.
// difftest-named-cases --catalogue DIRECTORY: every row of the fusion catalogue.
#include "harness/generate/catalogue.hpp"
#include "harness/generate/named_cases.hpp"
#include "reference/graph/case_file.hpp"

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

using difftest::graph::Case;

std::vector<Case> catalogue_cases() {
    std::vector<Case> cases;
    for (const difftest::harness::CatalogueRow& row : difftest::harness::catalogue()) {
        if (!row.chain.empty()) {
            cases.push_back(difftest::harness::catalogue_case(row));
        }
    }
    return cases;
}

}  // namespace

int main(int argc, char** argv) {
    const bool catalogue = argc == 3 && std::string(argv[1]) == "--catalogue";
    if (argc != 2 && !catalogue) {
        std::cerr << "usage: difftest-named-cases [--catalogue] DIRECTORY\n";
        return 2;
    }
    try {
        for (const Case& value : catalogue ? catalogue_cases() : difftest::harness::named_cases()) {
            const std::filesystem::path file = std::filesystem::path(argv[argc - 1]) / (value.name + ".json");
            difftest::graph::write_case(value, file);
            std::cout << file.string() << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << "difftest-named-cases: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
