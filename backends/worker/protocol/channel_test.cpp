#include "backends/worker/protocol/channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace difftest::backends::protocol {
namespace {

TEST(LineBuffer, CutsAStreamIntoLinesWhereverItWasSplit) {
    LineBuffer buffer;
    buffer.append("fir");
    EXPECT_EQ(buffer.take_line(), std::nullopt);
    buffer.append("st\nsecond\n\nthi");
    EXPECT_EQ(buffer.take_line(), "first");
    EXPECT_EQ(buffer.take_line(), "second");
    EXPECT_EQ(buffer.take_line(), "");
    EXPECT_EQ(buffer.take_line(), std::nullopt);
    buffer.append("rd\n");
    EXPECT_EQ(buffer.take_line(), "third");
}

TEST(LineBuffer, RefusesALineWithoutEnd) {
    LineBuffer buffer;
    buffer.append(std::string(kMaximumLineBytes, 'x'));
    EXPECT_FALSE(buffer.overflowed());
    buffer.append("x");
    EXPECT_TRUE(buffer.overflowed());
}

TEST(Channel, CarriesALineLargerThanTheSocketsBuffer) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const std::string text(std::size_t{2} << 20, 'y');
    std::thread sender([&] {
        EXPECT_TRUE(send_line(ends[0], text));
        EXPECT_TRUE(send_line(ends[0], "next"));
        ::close(ends[0]);
    });
    LineBuffer buffer;
    EXPECT_EQ(receive_line(ends[1], buffer), text);
    EXPECT_EQ(receive_line(ends[1], buffer), "next");
    EXPECT_EQ(receive_line(ends[1], buffer), std::nullopt);
    sender.join();
    EXPECT_FALSE(send_line(ends[1], "nobody listens"));
    ::close(ends[1]);
}

}  // namespace
}  // namespace difftest::backends::protocol
