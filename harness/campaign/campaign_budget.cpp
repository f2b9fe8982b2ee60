#include "harness/campaign/campaign_budget.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

namespace difftest::harness {
namespace {

std::int64_t resident_bytes(const std::string& process) {
    std::ifstream stream("/proc/" + process + "/statm");
    std::int64_t all = 0;
    std::int64_t resident = 0;
    return stream >> all >> resident ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::string readable(std::int64_t bytes) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

}  // namespace

std::optional<std::string> spent(const CampaignBudget& budget, const CampaignUse& use) {
    if (budget.time && use.time >= *budget.time) {
        return fmt::format("the time is over ({} s)", budget.time->count());
    }
    if (budget.disk_bytes && use.disk_bytes >= *budget.disk_bytes) {
        return fmt::format("the disk space is used up: {} of {}", readable(use.disk_bytes),
                           readable(*budget.disk_bytes));
    }
    if (budget.memory_bytes && use.memory_bytes >= *budget.memory_bytes) {
        return fmt::format("the memory is used up: {} of {}", readable(use.memory_bytes),
                           readable(*budget.memory_bytes));
    }
    return std::nullopt;
}

std::int64_t folder_bytes(const std::filesystem::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        if (entry->is_regular_file(gone)) {
            const std::uintmax_t size = entry->file_size(gone);
            bytes += gone ? 0 : static_cast<std::int64_t>(size);
        }
    }
    return bytes;
}

std::vector<std::string> child_processes() {
    std::vector<std::string> result;
    std::error_code error;
    for (std::filesystem::directory_iterator task("/proc/self/task", error), end; !error && task != end;
         task.increment(error)) {
        std::ifstream children(task->path() / "children");
        for (std::string child; children >> child;) {
            result.push_back(child);
        }
    }
    return result;
}

std::int64_t resident_bytes_with_children() {
    std::int64_t bytes = resident_bytes("self");
    for (const std::string& child : child_processes()) {
        bytes += resident_bytes(child);
    }
    return bytes;
}

std::optional<std::int64_t> parse_bytes(const std::string& text) {
    constexpr std::string_view kUnits = "kMG";
    const std::size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
    const std::string_view digits(text.data(), unit == std::string_view::npos ? text.size() : text.size() - 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || number < 1 ||
        number > kMost) {
        return std::nullopt;
    }
    return unit == std::string_view::npos ? number : number << (10 * (unit + 1));
}

}  // namespace difftest::harness
