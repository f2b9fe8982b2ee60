#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace difftest::backends::protocol {

/// A message longer than this is not an answer of a worker but noise.
inline constexpr std::size_t kMaximumMessageBytes = std::size_t{16} << 20;

/// Cuts a stream of bytes into messages. Each has a head: a fixed mark, by which noise is told from it, and its length.
class MessageBuffer {
public:
    void append(std::string_view bytes) { pending_.append(bytes); }

    /// The next whole message without its head; nothing while it is incomplete, or when noise stands in its place.
    std::optional<std::string> take();

    /// True when the stream goes on with something that is no message.
    bool has_noise() const;

private:
    std::string pending_;
};

/// Writes the whole message, blocking. Returns false when the other side is gone or the message is too long.
bool send_message(int descriptor, std::string_view message);

/// Reads until `buffer` has a message, blocking. Nothing when the other side is gone or sends noise.
std::optional<std::string> receive_message(int descriptor, MessageBuffer& buffer);

}  // namespace difftest::backends::protocol
