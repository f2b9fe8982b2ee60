// Writes the catalogue's cases as files: difftest-named-cases DIRECTORY. Run it after changing named_cases.cpp.
#include "harness/generate/named_cases.hpp"
#include "reference/graph/case_file.hpp"

#include <exception>
#include <filesystem>
#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: difftest-named-cases DIRECTORY\n";
        return 2;
    }
    try {
        for (const difftest::graph::Case& value : difftest::harness::named_cases()) {
            const std::filesystem::path file = std::filesystem::path(argv[1]) / (value.name + ".json");
            difftest::graph::write_case(value, file);
            std::cout << file.string() << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << "difftest-named-cases: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
