#include "harness/campaign/journal.hpp"

#include "harness/campaign/input_error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace difftest::harness {
namespace {

/// A campaign that was killed a moment ago holds its lock until the system has taken it away; on a busy machine that
/// takes a while.
bool lock(int descriptor) {
    constexpr int kTries = 50;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
}

constexpr std::size_t kLongestLine = std::size_t{64} << 20;
constexpr std::size_t kLongestComplaint = 1000;

/// The next whole line. Throws InputError when it is longer than any record could be.
bool next_line(std::istream& stream, const std::filesystem::path& file, std::string& line) {
    line.clear();
    std::streambuf& buffer = *stream.rdbuf();
    for (int byte = buffer.sbumpc(); byte != std::char_traits<char>::eof(); byte = buffer.sbumpc()) {
        if (byte == '\n') {
            return true;
        }
        if (line.size() == kLongestLine) {
            throw InputError(fmt::format("{}: a line longer than {} MiB", file.string(), kLongestLine >> 20U));
        }
        line.push_back(static_cast<char>(byte));
    }
    return false;
}

}  // namespace

Journal::Journal(std::filesystem::path file, const std::function<void(const CaseRecord&)>& on_record)
    : file_(std::move(file)) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) {
        throw InputError(fmt::format("{}: cannot be opened: {}", file_.string(), std::strerror(errno)));
    }
    if (!lock(descriptor_)) {
        ::close(descriptor_);
        throw InputError(fmt::format("{}: another campaign is writing here", file_.string()));
    }
    try {
        JournalContent content =
            read_journal(file_, [&on_record](const CaseRecord& record, std::int64_t) { on_record(record); });
        size_ = content.size;
        complaints_ = std::move(content.complaints);
        // What follows the last end of a line was torn off.
        if (::ftruncate(descriptor_, size_) != 0) {
            throw InputError(
                fmt::format("{}: cannot be cut to its last whole line: {}", file_.string(), std::strerror(errno)));
        }
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

Journal::~Journal() {
    ::close(descriptor_);
}

JournalContent read_journal(const std::filesystem::path& file, const OnRecord& on_record) {
    JournalContent content;
    std::ifstream stream(file, std::ios::binary);
    std::string line;
    for (std::int64_t number = 1; next_line(stream, file, line); ++number) {
        const std::int64_t offset = content.size;
        content.size += static_cast<std::int64_t>(line.size()) + 1;
        try {
            on_record(parse_record(line), offset);
        } catch (const std::invalid_argument& error) {
            std::string complaint = fmt::format("{}:{}: not used: {}", file.string(), number, error.what());
            // One short line, whatever the record holds that it quotes.
            std::replace_if(
                complaint.begin(), complaint.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; },
                ' ');
            if (complaint.size() > kLongestComplaint) {
                complaint = complaint.substr(0, kLongestComplaint) + "...";
            }
            content.complaints.push_back(std::move(complaint));
        }
    }
    return content;
}

void Journal::append(const CaseRecord& record) {
    const std::string line = format_record(record) + "\n";
    std::size_t written = 0;
    while (written < line.size()) {
        const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            const int reason = errno;
            if (::ftruncate(descriptor_, size_) != 0) {
                // The torn line is cut away by the next one who opens the file.
            }
            throw std::runtime_error(fmt::format("{}: cannot be written: {}", file_.string(), std::strerror(reason)));
        }
        written += static_cast<std::size_t>(count);
    }
    size_ += static_cast<std::int64_t>(line.size());
}

}  // namespace difftest::harness
