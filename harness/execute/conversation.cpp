#include "harness/execute/conversation.hpp"

#include "harness/execute/crash_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace difftest::harness {
namespace {

using namespace backends::protocol;

RunOutcome failed(RunStatus status, std::string message) {
    RunOutcome outcome;
    outcome.status = status;
    outcome.message = std::move(message);
    return outcome;
}

std::string without_line_ends(std::string text) {
    for (char& character : text) {
        character = character == '\n' ? ' ' : character;
    }
    return text;
}

/// What the worker said last, such as the dynamic linker's reason; without the program's name in front.
std::string last_words(std::string_view log, const std::filesystem::path& program) {
    log = log.substr(0, log.find_last_not_of(" \n") + 1);
    log.remove_prefix(std::min(log.size(), log.rfind('\n') + 1));
    if (const std::string prefix = program.string() + ": "; log.starts_with(prefix)) {
        log.remove_prefix(prefix.size());
    }
    return std::string(log);
}

}  // namespace

const backends::Description& Conversation::started() {
    bury_if_dead();
    if (process_) {
        return *description_;
    }
    ArenaHeader& header = arena_.header();
    header.stage = Stage::start;
    header.signal = 0;
    header.frames = 0;
    loaded_ = nullptr;
    last_case_.clear();
    previous_case_.clear();
    process_ = std::make_unique<WorkerProcess>(spec_, arena_.descriptor());
    ++starts_;
    const auto answer = [&]() -> std::variant<Answer, RunOutcome> {
        const StartRequest request{kProtocolVersion, spec_.limits.memory_bytes, spec_.limits.mapping_bytes};
        const Reply reply = process_->ask(encode(Request(request)), spec_.limits.start);
        if (reply.kind != Reply::Kind::message) {
            return outcome_of_silence(reply.kind, spec_.limits.start);
        }
        return decode_answer(reply.message);
    };
    std::string reason;
    const auto add_last_words = [&](std::string_view log) {
        if (const std::string words = last_words(log, spec_.program); !words.empty()) {
            reason += ": " + words;
        }
    };
    try {
        auto received = answer();
        if (Answer* told = std::get_if<Answer>(&received)) {
            if (auto* description = std::get_if<backends::Description>(told)) {
                description_ = std::move(*description);
                return *description_;
            }
            const Failure* failure = std::get_if<Failure>(told);
            reason = failure != nullptr ? failure->message : "an answer to another question";
            process_->end();
            add_last_words(process_->log());
        } else {
            const RunOutcome& outcome = std::get<RunOutcome>(received);
            reason = outcome.message;
            add_last_words(outcome.crash ? outcome.crash->log : "");
        }
    } catch (const ProtocolError& error) {
        reason = error.what();
    }
    process_.reset();
    throw WorkerUnavailable(fmt::format("{}: {}", spec_.program.string(), without_line_ends(std::move(reason))));
}

std::optional<RunOutcome> Conversation::start() {
    try {
        started();
        return std::nullopt;
    } catch (const WorkerUnavailable& error) {
        return failed(RunStatus::harness_error, error.what());
    }
}

std::variant<Answer, RunOutcome> Conversation::converse(const Request& request, bool beside) {
    const Reply reply = process_->ask(encode(request), spec_.limits.answer, beside);
    if (reply.kind != Reply::Kind::message) {
        return outcome_of_silence(reply.kind, spec_.limits.answer);
    }
    try {
        return judged(decode_answer(reply.message));
    } catch (const ProtocolError& error) {
        bury(false);
        return failed(RunStatus::harness_error, fmt::format("the worker answered garbage: {}", error.what()));
    }
}

RunOutcome Conversation::out_of_memory(Stage stage) {
    Crash crash = bury(false);
    crash.stage = name_of(stage);
    crash.signal = 0;
    const std::uint64_t limit = spec_.limits.memory_bytes >> 20;
    const std::string message = fmt::format("out of memory during {} ({})", crash.stage,
                                            limit == 0 ? "no limit" : fmt::format("limit {} MiB", limit));
    if (stage == Stage::load) {
        return failed(RunStatus::harness_error, message);  // the library has not been asked for anything yet
    }
    RunOutcome outcome = failed(RunStatus::crashed, message);
    outcome.crash = std::move(crash);
    return outcome;
}

std::variant<Answer, RunOutcome> Conversation::judged(Answer answer) {
    const Failure* failure = std::get_if<Failure>(&answer);
    if (failure == nullptr) {
        return answer;
    }
    if (failure->kind == FailureKind::out_of_memory) {
        return out_of_memory(failure->stage);
    }
    if (failure->stage == Stage::load) {
        loaded_ = nullptr;
    }
    if (failure->kind == FailureKind::bad_input) {
        RunOutcome outcome = failed(RunStatus::harness_error, failure->message);
        outcome.bad_input = true;
        return outcome;
    }
    if (failure->kind == FailureKind::backend_error) {
        return failed(RunStatus::harness_error, failure->message);
    }
    if (failure->kind == FailureKind::library_error) {
        // No refusal: the library accepted the case and then failed. The worker lives, and says so in the library's
        // words.
        const char* const stage = name_of(failure->stage);
        RunOutcome outcome = failed(
            RunStatus::crashed, fmt::format("the library reported an error during {}: {}", stage, failure->message));
        outcome.crash = Crash{};
        outcome.crash->stage = stage;
        return outcome;
    }
    return failed(RunStatus::unsupported, failure->message);
}

Crash Conversation::bury(bool interrupt) {
    const ProcessEnd end = interrupt ? process_->interrupt() : process_->end();
    Crash crash = report_crash(arena_.header(), end, process_->log());
    process_.reset();
    loaded_ = nullptr;
    ++ends_;
    return crash;
}

void Conversation::bury_if_dead() {
    if (process_ && !process_->is_running()) {
        Crash crash = bury(false);
        std::string message = describe(crash);
        incidents_.push_back({last_case_, "", RunStatus::crashed, std::move(message), std::move(crash)});
    }
}

RunOutcome Conversation::outcome_of_silence(Reply::Kind kind, std::chrono::milliseconds limit) {
    RunOutcome outcome;
    outcome.status = kind == Reply::Kind::too_late ? RunStatus::hung : RunStatus::crashed;
    outcome.crash = bury(kind == Reply::Kind::too_late);
    switch (kind) {
        case Reply::Kind::too_late:
            outcome.message = fmt::format("no answer within {} ms during {}{}", limit.count(), outcome.crash->stage,
                                          outcome.crash->frames.empty() ? "" : " in " + outcome.crash->frames.front());
            // How we ended it is not how it would have ended.
            outcome.crash->signal = 0;
            break;
        case Reply::Kind::closed:
            outcome.message = fmt::format("closed its socket during {}", outcome.crash->stage);
            outcome.crash->signal = 0;
            break;
        case Reply::Kind::noise:
            outcome.status = RunStatus::harness_error;
            outcome.crash.reset();
            outcome.message = "the worker answered garbage";
            break;
        case Reply::Kind::ended:
        case Reply::Kind::message: outcome.message = describe(*outcome.crash); break;
    }
    return outcome;
}

std::int64_t Conversation::ends() {
    bury_if_dead();
    return ends_;
}

void Conversation::retire() {
    bury_if_dead();
    if (process_) {
        process_.reset();
        loaded_ = nullptr;
        ++ends_;
    }
}

std::string Conversation::ran_before(const std::string& case_name) {
    bury_if_dead();
    if (!process_) {
        return "";
    }
    return last_case_ == case_name ? previous_case_ : last_case_;
}

void Conversation::forget(const void* owner) {
    if (loaded_ == owner) {
        loaded_ = nullptr;
    }
}

WorkerResources Conversation::resources() {
    started();
    const auto answer = converse(ResourcesRequest{});
    const Answer* told = std::get_if<Answer>(&answer);
    const Resources* resources = told != nullptr ? std::get_if<Resources>(told) : nullptr;
    if (resources == nullptr) {
        throw WorkerUnavailable(fmt::format("{}: does not tell what it holds", spec_.program.string()));
    }
    return {resources->descriptors,    resources->threads,
            resources->resident_bytes, resources->vector_control,
            resources->x87_control,    std::chrono::nanoseconds(resources->processor_nanoseconds)};
}

}  // namespace difftest::harness
