#pragma once

#include "harness/campaign/case_record.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace difftest::harness {

/// The append-only file of a campaign: one line for each index that was judged. A line that was torn off at the end by
/// a sudden death is cut away when the file is opened again; a line in the middle that cannot be read is reported, and
/// the rest is used.
class Journal {
public:
    /// Opens or creates the file, for this process alone, and hands every record in it to `on_record`. Throws
    /// InputError when another process has it open or when it cannot be opened.
    Journal(std::filesystem::path file, const std::function<void(const CaseRecord&)>& on_record);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal();

    /// Throws std::runtime_error when the line cannot be written; nothing of it is left then.
    void append(const CaseRecord& record);

    std::int64_t size() const { return size_; }  ///< bytes

    /// One line for each line of the file that could not be read.
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
    std::int64_t size_ = 0;
    std::vector<std::string> complaints_;
};

/// A record and where its line begins in the file.
using OnRecord = std::function<void(const CaseRecord&, std::int64_t offset)>;

struct JournalContent {
    std::int64_t size = 0;  ///< bytes up to the end of the last whole line
    std::vector<std::string> complaints;
};

/// Reads a journal without changing it. Throws InputError for a line that is longer than any record.
JournalContent read_journal(const std::filesystem::path& file, const OnRecord& on_record);

}  // namespace difftest::harness
