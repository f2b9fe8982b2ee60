#pragma once

#include "harness/report/screen_style.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What `difftest list` has to say, as values.
namespace difftest::harness {

struct ListedCase {
    std::string name;
    std::string file;  ///< relative to the corpora
    std::string title;
    std::vector<std::string> operations;  ///< in graph order
    std::int64_t elements = 0;            ///< of all outputs
    std::string problem;                  ///< why the file cannot be read; empty when it can
};

struct ListedBackend {
    std::string name;     ///< how `--backend` names it: "onednn", "faulty:FAULT"
    std::string program;  ///< of its worker
    bool available = false;
    bool by_default = false;  ///< runs when no --backend is given
    std::string missing;      ///< why it is not available, and what to do; empty where it is
};

struct ListedRule {
    std::string id;    ///< "D01"
    std::string name;  ///< what follows "faulty:"
    std::string rule;
    std::string deviation;
    std::string exposed_by;
    std::string seen_in;
};

struct ListedFreedom {
    std::string flag;
    std::string name;
    std::string explanation;
    std::string source;
};

struct ListedLevel {
    std::string name;
    std::string explanation;
    std::vector<std::string> freedoms;  ///< flags
};

/// The sections that were asked for; the others are absent from screen and document.
struct Catalogue {
    bool with_cases = false;
    bool with_backends = false;
    bool with_rules = false;
    bool with_contracts = false;
    std::vector<ListedCase> cases;
    std::vector<ListedBackend> backends;
    std::vector<ListedRule> rules;
    std::vector<ListedFreedom> freedoms;
    std::vector<ListedLevel> levels;
};

std::string catalogue_screen(const Catalogue& catalogue, const ScreenStyle& style);

/// The JSON document of `difftest list --json` (reports/schema/list.schema.json).
std::string catalogue_document(const Catalogue& catalogue);

}  // namespace difftest::harness
