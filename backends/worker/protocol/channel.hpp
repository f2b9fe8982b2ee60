#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace difftest::backends::protocol {

/// A message longer than this is not an answer of a worker but noise.
inline constexpr std::size_t kMaximumLineBytes = std::size_t{16} << 20;

/// Cuts a stream of bytes into lines.
class LineBuffer {
public:
    void append(std::string_view bytes) { pending_.append(bytes); }

    /// The next whole line without its end; nothing while it is incomplete.
    std::optional<std::string> take_line();

    /// True when more than kMaximumLineBytes arrived without a line end.
    bool overflowed() const { return pending_.size() > kMaximumLineBytes; }

private:
    std::string pending_;
    std::size_t searched_ = 0;
};

/// Writes the whole text and a line end, blocking. Returns false when the other side is gone.
bool send_line(int descriptor, std::string text);

/// Reads until `buffer` has a line, blocking. Nothing when the other side is gone or a line never ends.
std::optional<std::string> receive_line(int descriptor, LineBuffer& buffer);

}  // namespace difftest::backends::protocol
