#include "harness/campaign/coverage_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace difftest::harness {
namespace {

constexpr std::size_t kMostRungs = 64;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool is_types(std::string_view word) {
    return has(word, "->");
}

bool is_grouping(std::string_view word) {
    return word == "dense" || word == "grouped" || word == "depthwise";
}

bool is_dimensions(std::string_view word) {
    return word.ends_with("-D");
}

/// What a node may have several of.
bool is_flag(std::string_view word) {
    constexpr std::array kFlags = {"stride>1",
                                   "dilation>1",
                                   "kernel<stride",
                                   "kernel>1",
                                   "padding",
                                   "asymmetric padding",
                                   "padding>=kernel",
                                   "spatial extent 1",
                                   "output padding",
                                   "batch>1",
                                   "bias",
                                   "input channel tail",
                                   "output channel tail",
                                   "1 input channel",
                                   "1 output channel",
                                   "second operand not constant",
                                   "first operand broadcast",
                                   "all spatial extents 1"};
    return word.starts_with("per ") || has(word, "zero point") ||
           std::find(kFlags.begin(), kFlags.end(), word) != kFlags.end();
}

/// Attributes of which a node has one of a kind; 0: a flag.
int kind_of(std::string_view word) {
    return is_types(word) ? 1 : is_grouping(word) ? 2 : is_dimensions(word) ? 3 : is_flag(word) ? 0 : 4;
}

bool one_way(std::string_view a, std::string_view b) {
    // Zero points belong to integers; one channel makes no groups; a tail of one channel is no other size.
    const bool of_reals = is_types(a) && (a.starts_with("f") || a.starts_with("bf")) && has(b, "zero point");
    const bool groups = (a == "grouped" || a == "depthwise") && (b == "1 input channel" || b == "1 output channel");
    const bool zero_point = a.ends_with("zero point") && b == std::string(a) + " per channel";
    const bool inner = (a == "kernel<stride" && b == "stride>1") || (a == "asymmetric padding" && b == "padding");
    return of_reals || groups || zero_point || inner;
}

std::string reason(const std::map<Refused, std::int64_t>& refused_for) {
    const auto most = std::max_element(refused_for.begin(), refused_for.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == refused_for.end() ? "no run of these cases came to values"
                                     : fmt::format("{}: {}", most->first.backend, most->first.reason);
}

}  // namespace

std::string pair_word(const std::string& attribute) {
    return attribute.starts_with("per dimension") ? "per dimension" : attribute;
}

bool exclude_each_other(std::string_view a, std::string_view b) {
    const int kind = kind_of(a);
    return a == b || (kind != 0 && kind == kind_of(b)) || one_way(a, b) || one_way(b, a);
}

void CoverageMap::add(const CaseRecord& record) {
    std::uint64_t judged_on = 0;
    for (const std::string& rung : record.judged_on) {
        const auto [found, is_new] = rungs_.try_emplace(rung, 0);
        if (is_new && rungs_.size() <= kMostRungs) {
            found->second = std::uint64_t{1} << (rungs_.size() - 1);
        }
        judged_on |= found->second;
    }
    for (const std::vector<std::string>& node : record.features) {
        if (!node.empty() && node.front() != "graph") {
            add_node(record, node, judged_on);
        }
    }
}

void CoverageMap::add_node(const CaseRecord& record, const std::vector<std::string>& node, std::uint64_t judged_on) {
    Operation& operation = operations_[node.front()];
    std::set<std::uint32_t> words;
    for (std::size_t i = 1; i < node.size(); ++i) {
        words.insert(operation.words.try_emplace(pair_word(node[i]), static_cast<std::uint32_t>(operation.words.size()))
                         .first->second);
    }
    for (auto a = words.begin(); a != words.end(); ++a) {
        for (auto b = std::next(a); b != words.end(); ++b) {
            Count& count = operation.pairs[{*a, *b}];
            ++count.cases;
            count.judged_on |= judged_on;
            if (count.judged_on != 0) {
                count.refused_for.clear();
                continue;
            }
            for (const auto& [refused, by_isa] : record.refusals) {
                for (const auto& [isa, runs] : by_isa) {
                    count.refused_for[refused] += runs;
                }
            }
        }
    }
}

Coverage CoverageMap::result() const {
    Coverage coverage;
    for (const auto& [name, operation] : operations_) {
        OperationCoverage row;
        row.operation = name;
        for (auto a = operation.words.begin(); a != operation.words.end(); ++a) {
            for (auto b = std::next(a); b != operation.words.end(); ++b) {
                if (exclude_each_other(a->first, b->first)) {
                    continue;
                }
                ++row.possible;
                const auto found =
                    operation.pairs.find({std::min(a->second, b->second), std::max(a->second, b->second)});
                const bool drawn = found != operation.pairs.end();
                row.drawn += drawn ? 1 : 0;
                if (drawn && found->second.judged_on != 0) {
                    ++row.judged;
                    for (const auto& [rung, bit] : rungs_) {
                        row.judged_on[rung] += (found->second.judged_on & bit) != 0 ? 1 : 0;
                    }
                } else {
                    coverage.missed.push_back({name, a->first, b->first, drawn ? found->second.cases : 0,
                                               drawn ? reason(found->second.refused_for) : "never drawn"});
                }
            }
        }
        coverage.operations.push_back(std::move(row));
    }
    return coverage;
}

}  // namespace difftest::harness
