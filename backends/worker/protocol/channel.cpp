#include "backends/worker/protocol/channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace difftest::backends::protocol {

std::optional<std::string> LineBuffer::take_line() {
    const std::size_t end = pending_.find('\n', searched_);
    if (end == std::string::npos) {
        searched_ = pending_.size();
        return std::nullopt;
    }
    std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    searched_ = 0;
    return line;
}

bool send_line(int descriptor, std::string text) {
    text.push_back('\n');
    std::string_view rest = text;
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

std::optional<std::string> receive_line(int descriptor, LineBuffer& buffer) {
    std::array<char, 65536> chunk;
    while (true) {
        if (std::optional<std::string> line = buffer.take_line()) {
            return line;
        }
        if (buffer.overflowed()) {
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
