#include "harness/campaign/campaign_request.hpp"

#include "harness/campaign/input_error.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>
#include <tuple>

namespace difftest::harness {
namespace {

constexpr std::uint64_t kMostIndices = std::uint64_t{1} << 40;

/// The whole text as a number; nothing when it is none.
std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
    return whole && value <= kMostIndices ? std::optional(value) : std::nullopt;
}

std::pair<std::uint64_t, std::uint64_t> read_indices(std::string_view text) {
    const std::size_t dots = text.find("..");
    const auto first = number(text.substr(0, dots));
    const auto end = dots == std::string_view::npos ? std::nullopt : number(text.substr(dots + 2));
    if (!first || !end || *first >= *end) {
        throw InputError(fmt::format("--indices {}: must be A..B with A < B, such as 0..1000", text));
    }
    return {*first, *end};
}

/// "i/n" with i from 1 to n: which of n shards, from 0.
std::pair<std::uint64_t, std::uint64_t> read_shard(std::string_view text) {
    if (text.empty()) {
        return {0, 1};
    }
    const std::size_t slash = text.find('/');
    const auto which = number(text.substr(0, slash));
    const auto count = slash == std::string_view::npos ? std::nullopt : number(text.substr(slash + 1));
    if (!which || !count || *which < 1 || *which > *count) {
        throw InputError(fmt::format("--shard {}: must be i/n with i from 1 to n", text));
    }
    return {*which - 1, *count};
}

std::optional<std::chrono::seconds> read_time(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const std::string_view units = "smh";
    const std::size_t unit = units.find(text.back());
    const auto count = unit == std::string_view::npos ? std::nullopt : number(text.substr(0, text.size() - 1));
    if (!count || *count == 0 || *count > 1000000) {
        throw InputError(fmt::format("--time {}: must be a number and s, m or h, such as 10m", text));
    }
    constexpr std::int64_t kSeconds[] = {1, 60, 3600};
    return std::chrono::seconds(static_cast<std::int64_t>(*count) * kSeconds[unit]);
}

std::optional<std::int64_t> read_bytes(std::string_view flag, const std::string& text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto bytes = parse_bytes(text);
    if (!bytes) {
        throw InputError(
            fmt::format("{} {}: must be a number of bytes, or of k, M or G of them, such as 2G", flag, text));
    }
    return bytes;
}

}  // namespace

CampaignRequest campaign_request(const CampaignFlags& flags, const Corpora& corpora) {
    CampaignRequest request;
    request.configuration = read_configuration(corpora, flags.configuration);
    std::tie(request.first, request.end) = read_indices(flags.indices);
    std::tie(request.shard, request.shards) = read_shard(flags.shard);
    request.jobs = flags.jobs;
    request.budget = {read_time(flags.time), read_bytes("--disk", flags.disk), read_bytes("--memory", flags.memory)};
    request.folder = flags.folder;
    if (flags.folder.empty()) {
        throw InputError("--out: must name a folder");
    }
    const CampaignConfiguration& configuration = request.configuration;
    if (configuration.steering && request.shards > configuration.steering->lanes) {
        throw InputError(fmt::format("--shard {}: a shard needs a lane of its own, and there are {} (steering/lanes)",
                                     flags.shard, configuration.steering->lanes));
    }
    request.selection.backends = select_backends(flags.backends.empty() ? configuration.backends : flags.backends);
    if (request.selection.backends.empty()) {
        throw InputError("fuzz: no backend is here (see: difftest doctor)");
    }
    request.selection.isas = flags.isas.empty() ? configuration.isas : flags.isas;
    request.selection.plans = configuration.plans;
    request.selection.threads = configuration.threads;
    request.selection.known_issues = read_known_issues(corpora.known_issues());
    request.selection.depth = JudgingDepth::verdict;
    return request;
}

std::function<void(const CampaignProgress&)> progress_printer() {
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    const auto next = std::make_shared<std::chrono::seconds>(0);
    return [terminal, next](const CampaignProgress& progress) {
        if (!terminal && progress.elapsed < *next && progress.done < progress.wanted) {
            return;
        }
        *next = progress.elapsed + std::chrono::seconds(30);
        const std::string line =
            fmt::format("{} of {} cases, {} s, {} failing runs in {} clusters", progress.done, progress.wanted,
                        progress.elapsed.count(), progress.findings, progress.clusters);
        const bool last = progress.done >= progress.wanted;
        std::fprintf(stderr, terminal ? "\r%s%s" : "%s%s", line.c_str(), terminal && !last ? "" : "\n");
    };
}

}  // namespace difftest::harness
