#include "harness/reduce/trial_journal.hpp"

#include "reference/graph/case_file.hpp"
#include "reference/graph/json_nesting.hpp"
#include "reference/graph/json_number.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDeepestNesting = 100;

/// FNV-1a with 64 bits; `seed` makes two independent halves of it.
std::uint64_t hash(const std::string& text, std::uint64_t seed) {
    std::uint64_t state = 14695981039346656037ULL ^ seed;
    for (const char character : text) {
        state = (state ^ static_cast<unsigned char>(character)) * 1099511628211ULL;
    }
    return state;
}

Json to_json(const std::string& key, const Observation& observation) {
    const Signature& is = observation.signature;
    Json line = {{"key", key},
                 {"verdict", name_of(is.verdict)},
                 {"implementations", is.implementations},
                 {"suspected", is.suspected},
                 {"error", static_cast<int>(is.error)},
                 {"pattern", static_cast<int>(is.pattern)},
                 {"decided", is.decided},
                 {"unconstrained", is.unconstrained},
                 {"rules", is.rules},
                 {"known_issue", is.known_issue ? Json(*is.known_issue) : Json()},
                 {"crash", is.crash},
                 {"reason", observation.reason},
                 {"plan", observation.plan},
                 {"plans", observation.plans}};
    if (observation.element) {
        line["element"] = {{"output", observation.element->output}, {"at", observation.element->coordinates}};
    }
    return line;
}

template <typename Enumeration>
Enumeration enumerator(const Json& value, Enumeration last) {
    const auto number = graph::whole_number<std::uint8_t>(value);
    if (number > static_cast<std::uint8_t>(last)) {
        throw std::invalid_argument(fmt::format("{} is no enumerator", number));
    }
    return static_cast<Enumeration>(number);
}

Observation from_json(const Json& line) {
    Observation observation;
    Signature& is = observation.signature;
    is.verdict = verdict_from(line.at("verdict").get<std::string>()).value();
    is.implementations = line.at("implementations").get<std::vector<std::string>>();
    is.suspected = line.at("suspected").get<std::vector<std::string>>();
    is.error = enumerator(line.at("error"), ErrorSize::gross);
    is.pattern = enumerator(line.at("pattern"), ErrorPattern::scattered);
    is.decided = line.at("decided").get<bool>();
    is.unconstrained = line.at("unconstrained").get<bool>();
    is.rules = line.at("rules").get<std::vector<std::string>>();
    if (!line.at("known_issue").is_null()) {
        is.known_issue = line.at("known_issue").get<std::string>();
    }
    is.crash = line.at("crash").get<std::string>();
    observation.reason = line.at("reason").get<std::string>();
    observation.plan = line.at("plan").get<std::string>();
    observation.plans = line.at("plans").get<std::vector<std::string>>();
    if (line.contains("element")) {
        observation.element = FailingElement{graph::whole_number<std::size_t>(line.at("element").at("output")), {}};
        for (const Json& coordinate : line.at("element").at("at")) {
            observation.element->coordinates.push_back(graph::whole_number<std::int64_t>(coordinate));
        }
    }
    return observation;
}

bool fits(const Observation& observation, const graph::Case& value) {
    const auto& element = observation.element;
    if (!element) {
        return true;
    }
    if (element->output >= value.graph.outputs.size()) {
        return false;
    }
    const graph::Shape& shape = value.graph.tensor(value.graph.outputs[element->output]).shape;
    return std::equal(shape.begin(), shape.end(), element->coordinates.begin(), element->coordinates.end(),
                      [](std::int64_t extent, std::int64_t at) { return 0 <= at && at < extent; });
}

std::string dump(const Json& line) {
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string key_of(const graph::Case& value) {
    graph::Case bare = value;
    bare.name = "case";
    bare.annotations.clear();
    const std::string text = graph::format_case(bare);
    return fmt::format("{:016x}{:016x}", hash(text, 0), hash(text, 0x9E3779B97F4A7C15ULL));
}

TrialJournal::TrialJournal(const std::filesystem::path& file, const std::string& subject) : file_(file) {
    std::string whole_lines;
    if (std::ifstream stream(file); stream) {
        std::string line;
        for (int number = 1; std::getline(stream, line) && !stream.eof(); ++number) {
            try {
                if (graph::nests_deeper_than(line, kDeepestNesting)) {
                    throw std::invalid_argument(fmt::format("nested deeper than {} levels", kDeepestNesting));
                }
                const Json json = Json::parse(line);
                if (number == 1 && json.at("subject").get<std::string>() != subject) {
                    throw std::runtime_error(fmt::format(
                        "{}:1: is the journal of another reduction (remove it, or use another folder)", file.string()));
                }
                if (number > 1) {
                    known_.insert_or_assign(json.at("key").get<std::string>(), from_json(json));
                }
            } catch (const Json::exception&) {
                throw std::runtime_error(fmt::format("{}:{}: is no line of a journal", file.string(), number));
            } catch (const std::bad_optional_access&) {
                throw std::runtime_error(fmt::format("{}:{}: unknown verdict", file.string(), number));
            } catch (const std::invalid_argument& error) {
                throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), number, error.what()));
            }
            whole_lines += line + "\n";
        }
    }
    if (whole_lines.empty()) {
        whole_lines = dump(Json{{"format", "difftest-reduction-journal"}, {"subject", subject}});
    }
    // Written anew through a rename: a line that was cut short must not be continued.
    const std::filesystem::path fresh = file.string() + ".new";
    std::ofstream(fresh, std::ios::binary) << whole_lines;
    std::error_code error;
    std::filesystem::rename(fresh, file, error);
    stream_.open(file, std::ios::app | std::ios::binary);
    if (error || !stream_) {
        throw std::runtime_error(fmt::format("{}: cannot be written", file.string()));
    }
}

std::optional<Observation> TrialJournal::find(const std::string& key, const graph::Case& value) const {
    const auto found = known_.find(key);
    return found == known_.end() || !fits(found->second, value) ? std::nullopt : std::optional(found->second);
}

void TrialJournal::record(const std::string& key, const Observation& observation) {
    if (known_.insert_or_assign(key, observation).second && stream_.is_open()) {
        stream_ << dump(to_json(key, observation)) << std::flush;
        if (!stream_) {
            throw std::runtime_error(fmt::format("{}: cannot be written", file_.string()));
        }
    }
}

}  // namespace difftest::harness
