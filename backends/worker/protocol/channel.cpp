#include "backends/worker/protocol/channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace difftest::backends::protocol {
namespace {

constexpr std::string_view kMark{"\x01\xD1\xFFT", 4};
constexpr std::size_t kHeadBytes = kMark.size() + sizeof(std::uint32_t);

std::uint32_t length_in(std::string_view head) {
    std::uint32_t length = 0;
    std::memcpy(&length, head.data() + kMark.size(), sizeof length);
    return length;
}

}  // namespace

std::optional<std::string> MessageBuffer::take() {
    if (pending_.size() < kHeadBytes || has_noise()) {
        return std::nullopt;
    }
    const std::size_t length = length_in(pending_);
    if (pending_.size() - kHeadBytes < length) {
        return std::nullopt;
    }
    std::string message = pending_.substr(kHeadBytes, length);
    pending_.erase(0, kHeadBytes + length);
    return message;
}

bool MessageBuffer::has_noise() const {
    const std::size_t comparable = std::min(pending_.size(), kMark.size());
    if (pending_.compare(0, comparable, kMark, 0, comparable) != 0) {
        return true;
    }
    return pending_.size() >= kHeadBytes && length_in(pending_) > kMaximumMessageBytes;
}

bool send_message(int descriptor, std::string_view message) {
    if (message.size() > kMaximumMessageBytes) {
        return false;
    }
    const auto length = static_cast<std::uint32_t>(message.size());
    std::string bytes(kMark);
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(message);
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const ssize_t sent = ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::optional<std::string> receive_message(int descriptor, MessageBuffer& buffer) {
    std::array<char, 65536> chunk;
    while (true) {
        if (std::optional<std::string> message = buffer.take()) {
            return message;
        }
        if (buffer.has_noise()) {
            return std::nullopt;
        }
        const ssize_t received = ::recv(descriptor, chunk.data(), chunk.size(), 0);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (received <= 0) {
            return std::nullopt;
        }
        buffer.append(std::string_view(chunk.data(), static_cast<std::size_t>(received)));
    }
}

}  // namespace difftest::backends::protocol
