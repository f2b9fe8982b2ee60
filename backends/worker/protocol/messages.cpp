#include "backends/worker/protocol/messages.hpp"

#include "backends/worker/protocol/packing.hpp"

#include <fmt/format.h>

namespace difftest::backends::protocol {
namespace {

/// Of requests and answers: what is packed first, so that one is never taken for the other.
enum class Direction : std::uint8_t { request = 'Q', answer = 'A' };

template <typename Message>
std::string packed(Direction direction, const Message& message) {
    Packer packer;
    packer.put(direction);
    packer.put(message);
    return packer.take();
}

template <typename Message>
Message unpacked(Direction expected, std::string_view bytes, const char* name) {
    try {
        Unpacker unpacker(bytes);
        Direction direction{};
        unpacker.get(direction);
        if (direction != expected) {
            throw PackingError("it goes the other way");
        }
        Message message;
        unpacker.get(message);
        unpacker.finish();
        return message;
    } catch (const PackingError& error) {
        throw ProtocolError(fmt::format("malformed {}: {}", name, error.what()));
    }
}

}  // namespace

std::string encode(const Request& request) {
    return packed(Direction::request, request);
}

std::string encode(const Answer& answer) {
    return packed(Direction::answer, answer);
}

Request decode_request(std::string_view bytes) {
    return unpacked<Request>(Direction::request, bytes, "request");
}

Answer decode_answer(std::string_view bytes) {
    Answer answer = unpacked<Answer>(Direction::answer, bytes, "answer");
    if (const auto* failure = std::get_if<Failure>(&answer);
        failure != nullptr && (failure->kind > FailureKind::bad_input || failure->stage > Stage::destroy)) {
        throw ProtocolError("malformed answer: a failure of unknown kind or stage");
    }
    return answer;
}

}  // namespace difftest::backends::protocol
