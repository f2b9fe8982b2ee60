#include "backends/worker/serve.hpp"

#include "backends/worker/crash_recorder.hpp"
#include "backends/worker/floating_point_environment.hpp"
#include "backends/worker/lifeline.hpp"
#include "backends/worker/mapped_arena.hpp"
#include "backends/worker/process_limits.hpp"
#include "backends/worker/protocol/channel.hpp"
#include "backends/worker/protocol/messages.hpp"
#include "backends/worker/session.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <variant>

namespace difftest::backends {
namespace {

using namespace protocol;

bool started_by_a_judge() {
    struct stat socket {};
    struct stat arena {};
    struct stat lifeline {};
    return ::fstat(kSocketDescriptor, &socket) == 0 && S_ISSOCK(socket.st_mode) &&
           ::fstat(kArenaDescriptor, &arena) == 0 && S_ISREG(arena.st_mode) &&
           ::fstat(kLifelineDescriptor, &lifeline) == 0 && S_ISFIFO(lifeline.st_mode);
}

/// The conversation of one worker process.
class Server {
public:
    Server(const std::function<std::unique_ptr<Backend>()>& make_backend, MappedArena& arena)
        : make_backend_(make_backend), arena_(arena) {}

    int run() {
        if (!start()) {
            return 1;
        }
        Session session(*backend_, arena_);
        while (const std::optional<Request> request = receive()) {
            if (std::holds_alternative<EndRequest>(*request)) {
                return 0;
            }
            if (!send(answer_to(*request, session))) {
                break;
            }
        }
        // The judge is gone without a word: leaving in an orderly way would leave behind what a library has forked.
        end_with_group();
    }

private:
    bool start() {
        arena_.header().stage = Stage::start;
        const std::optional<Request> request = receive();
        const StartRequest* start = request ? std::get_if<StartRequest>(&*request) : nullptr;
        if (start == nullptr || start->version != kProtocolVersion) {
            send(Failure{FailureKind::backend_error, Stage::start, "the judge speaks another version of the protocol"});
            return false;
        }
        limit_memory(start->memory_bytes, start->mapping_bytes);
        try {
            backend_ = make_backend_();
            loaded_ = FloatingPointEnvironment::current();
            return send(backend_->describe());
        } catch (const std::exception& error) {
            send(Failure{FailureKind::backend_error, Stage::start, error.what()});
            return false;
        }
    }

    std::optional<Request> receive() {
        const std::optional<std::string> line = receive_line(kSocketDescriptor, incoming_);
        return line ? std::optional(decode_request(*line)) : std::nullopt;
    }

    bool send(const Answer& answer) {
        arena_.header().stage = Stage::idle;
        if (::getpid() != process_) {
            // A child that the library forked and that came back here must not speak for its parent.
            ::_exit(0);
        }
        return send_line(kSocketDescriptor, encode(answer));
    }

    Answer answer_to(const Request& request, Session& session) const {
        if (const PlansRequest* plans = std::get_if<PlansRequest>(&request)) {
            return session.answer(*plans);
        }
        if (const RunRequest* run = std::get_if<RunRequest>(&request)) {
            return session.answer(*run);
        }
        if (const BareRequest* bare = std::get_if<BareRequest>(&request)) {
            return session.answer(*bare);
        }
        if (std::holds_alternative<ResourcesRequest>(request)) {
            Resources resources = used_resources();
            resources.vector_control = loaded_.vector_control();
            resources.x87_control = loaded_.x87_control();
            return resources;
        }
        return Failure{FailureKind::backend_error, Stage::idle, "the worker is started already"};
    }

    const std::function<std::unique_ptr<Backend>()>& make_backend_;
    MappedArena& arena_;
    std::unique_ptr<Backend> backend_;
    FloatingPointEnvironment loaded_;
    LineBuffer incoming_;
    const pid_t process_ = ::getpid();
};

}  // namespace

int serve(const std::function<std::unique_ptr<Backend>()>& make_backend, int /*argc*/, char** argv) {
    if (!started_by_a_judge()) {
        std::fprintf(stderr, "%s: a worker of difftest; it is started by difftest, not by hand\n", argv[0]);
        return 2;
    }
    for (const int descriptor : {kSocketDescriptor, kArenaDescriptor, kLifelineDescriptor}) {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    try {
        MappedArena arena(kArenaDescriptor);
        record_crashes(arena.header());
        follow_lifeline(kLifelineDescriptor);
        return Server(make_backend, arena).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return 1;
    }
}

}  // namespace difftest::backends
