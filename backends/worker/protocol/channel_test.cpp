#include "backends/worker/protocol/channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace difftest::backends::protocol {
namespace {

using namespace std::string_literals;

/// What send_message writes for these messages.
std::string stream_of(const std::vector<std::string>& messages) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    std::string stream;
    for (const std::string& message : messages) {
        EXPECT_TRUE(send_message(ends[0], message));
    }
    std::array<char, 4096> chunk;
    ::close(ends[0]);
    for (ssize_t count = 0; (count = ::read(ends[1], chunk.data(), chunk.size())) > 0;) {
        stream.append(chunk.data(), static_cast<std::size_t>(count));
    }
    ::close(ends[1]);
    return stream;
}

TEST(MessageBuffer, CutsAStreamIntoMessagesWhereverItWasSplit) {
    const std::vector<std::string> messages{"first", "with\n\0 anything"s, "", "last"};
    const std::string stream = stream_of(messages);
    for (std::size_t step = 1; step < stream.size(); ++step) {
        MessageBuffer buffer;
        std::vector<std::string> taken;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            buffer.append(std::string_view(stream).substr(at, step));
            EXPECT_FALSE(buffer.has_noise());
            while (std::optional<std::string> message = buffer.take()) {
                taken.push_back(std::move(*message));
            }
        }
        EXPECT_EQ(taken, messages) << step;
    }
}

TEST(MessageBuffer, TellsNoiseFromMessages) {
    for (const std::string& noise : {"I am a library and I print to any descriptor\n"s, "x"s, "\x01\xD1\xFFx"s}) {
        MessageBuffer buffer;
        buffer.append(stream_of({"message"}) + noise);
        EXPECT_EQ(buffer.take(), "message");
        EXPECT_TRUE(buffer.has_noise());
        EXPECT_EQ(buffer.take(), std::nullopt);
    }
}

TEST(MessageBuffer, RefusesALengthBeyondTheLimit) {
    std::string head = stream_of({""});
    head.replace(head.size() - 4, 4, "\xFF\xFF\xFF\x7F");
    MessageBuffer buffer;
    buffer.append(head);
    EXPECT_TRUE(buffer.has_noise());
    EXPECT_FALSE(send_message(-1, std::string(kMaximumMessageBytes + 1, 'x')));
}

TEST(Channel, CarriesAMessageLargerThanTheSocketsBuffer) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const std::string text(std::size_t{2} << 20, 'y');
    std::thread sender([&] {
        EXPECT_TRUE(send_message(ends[0], text));
        EXPECT_TRUE(send_message(ends[0], "next"));
        ::close(ends[0]);
    });
    MessageBuffer buffer;
    EXPECT_EQ(receive_message(ends[1], buffer), text);
    EXPECT_EQ(receive_message(ends[1], buffer), "next");
    EXPECT_EQ(receive_message(ends[1], buffer), std::nullopt);
    sender.join();
    EXPECT_FALSE(send_message(ends[1], "nobody listens"));
    ::close(ends[1]);
}

}  // namespace
}  // namespace difftest::backends::protocol
