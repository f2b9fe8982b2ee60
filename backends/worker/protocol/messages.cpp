#include "backends/worker/protocol/messages.hpp"

#include "backends/worker/protocol/message_fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::backends::protocol {
namespace {

// A library's words may be in any encoding; a message must not fail because of them.
std::string to_line(const Json& message) {
    return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse_line(std::string_view line) {
    Json message = Json::parse(line, nullptr, false);
    if (!message.is_object()) {
        throw ProtocolError(fmt::format("not a message: \"{}\"", line.substr(0, 80)));
    }
    return message;
}

template <typename... Alternatives>
struct Overloaded : Alternatives... {
    using Alternatives::operator()...;
};
template <typename... Alternatives>
Overloaded(Alternatives...) -> Overloaded<Alternatives...>;

Request request_from(const Json& message) {
    const auto kind = message.at("request").get<std::string>();
    if (kind == "start") {
        return StartRequest{message.at("version").get<int>(), message.at("memory_bytes").get<std::uint64_t>(),
                            message.at("mapping_bytes").get<std::uint64_t>()};
    }
    if (kind == "plans") {
        return PlansRequest{load_from(message.at("load"))};
    }
    if (kind == "run") {
        return RunRequest{load_from(message.at("load")), plan_from(message.at("plan")),
                          message.at("second_execution").get<bool>(), message.at("fresh_executable").get<bool>(),
                          materialized_from(message.at("materialized"))};
    }
    if (kind == "bare") {
        return BareRequest{load_from(message.at("load")), plan_from(message.at("plan")),
                           message.at("executions").get<std::int64_t>()};
    }
    if (kind == "resources") {
        return ResourcesRequest{};
    }
    if (kind == "end") {
        return EndRequest{};
    }
    throw ProtocolError(fmt::format("unknown request \"{}\"", kind));
}

std::vector<PartitionReport> partitions_from(const Json& encoded) {
    std::vector<PartitionReport> partitions;
    for (const Json& entry : encoded) {
        partitions.push_back(
            {entry.at("nodes").get<std::vector<std::string>>(), entry.at("implementation").get<std::string>()});
    }
    return partitions;
}

Json to_json(const std::vector<PartitionReport>& partitions) {
    Json encoded = Json::array();
    for (const PartitionReport& partition : partitions) {
        encoded.push_back({{"nodes", partition.nodes}, {"implementation", partition.implementation}});
    }
    return encoded;
}

BareAnswer bare_answer_from(const Json& message) {
    const auto nanoseconds = [&message](const char* name) { return message.at(name).get<std::int64_t>(); };
    return {partitions_from(message.at("partitions")), nanoseconds("create_nanoseconds"),
            nanoseconds("execute_nanoseconds"),        nanoseconds("best_execute_nanoseconds"),
            nanoseconds("destroy_nanoseconds"),        nanoseconds("processor_nanoseconds")};
}

RunAnswer run_answer_from(const Json& message) {
    RunAnswer answer;
    answer.partitions = partitions_from(message.at("partitions"));
    answer.contract = contract_from(message.at("contract"));
    answer.create_nanoseconds = message.at("create_nanoseconds").get<std::int64_t>();
    answer.execute_nanoseconds = message.at("execute_nanoseconds").get<std::int64_t>();
    answer.floating_point_environment_changed = message.at("floating_point_environment_changed").get<bool>();
    answer.left_processes = message.at("left_processes").get<bool>();
    answer.damage = message.at("damage").get<std::vector<std::string>>();
    return answer;
}

Failure failure_from(const Json& message) {
    const auto kind = message.at("kind").get<unsigned>();
    const auto stage = message.at("stage").get<unsigned>();
    if (kind > static_cast<unsigned>(FailureKind::backend_error) || stage > static_cast<unsigned>(Stage::destroy)) {
        throw ProtocolError("a failure of unknown kind or stage");
    }
    return {static_cast<FailureKind>(kind), static_cast<Stage>(stage), message.at("message").get<std::string>()};
}

Answer answer_from(const Json& message) {
    const auto kind = message.at("answer").get<std::string>();
    if (kind == "description") {
        return description_from(message);
    }
    if (kind == "plans") {
        std::vector<PlanOffer> offers;
        for (const Json& entry : message.at("offers")) {
            offers.push_back(offer_from(entry));
        }
        return offers;
    }
    if (kind == "run") {
        return run_answer_from(message);
    }
    if (kind == "bare") {
        return bare_answer_from(message);
    }
    if (kind == "resources") {
        return Resources{
            message.at("descriptors").get<std::int64_t>(),    message.at("threads").get<std::int64_t>(),
            message.at("resident_bytes").get<std::int64_t>(), message.at("vector_control").get<std::uint32_t>(),
            message.at("x87_control").get<std::uint16_t>(),   message.at("processor_nanoseconds").get<std::int64_t>()};
    }
    if (kind == "failure") {
        return failure_from(message);
    }
    throw ProtocolError(fmt::format("unknown answer \"{}\"", kind));
}

}  // namespace

std::string encode(const Request& request) {
    return to_line(std::visit(Overloaded{[](const StartRequest& start) {
                                             return Json{{"request", "start"},
                                                         {"version", start.version},
                                                         {"memory_bytes", start.memory_bytes},
                                                         {"mapping_bytes", start.mapping_bytes}};
                                         },
                                         [](const PlansRequest& plans) {
                                             return Json{{"request", "plans"}, {"load", to_json(plans.load)}};
                                         },
                                         [](const RunRequest& run) {
                                             return Json{{"request", "run"},
                                                         {"load", to_json(run.load)},
                                                         {"plan", to_json(run.plan)},
                                                         {"second_execution", run.second_execution},
                                                         {"fresh_executable", run.fresh_executable},
                                                         {"materialized", to_json(run.materialized)}};
                                         },
                                         [](const BareRequest& bare) {
                                             return Json{{"request", "bare"},
                                                         {"load", to_json(bare.load)},
                                                         {"plan", to_json(bare.plan)},
                                                         {"executions", bare.executions}};
                                         },
                                         [](const ResourcesRequest&) {
                                             return Json::object({{"request", "resources"}});
                                         },
                                         [](const EndRequest&) {
                                             return Json::object({{"request", "end"}});
                                         }},
                              request));
}

std::string encode(const Answer& answer) {
    return to_line(std::visit(Overloaded{[](const Description& description) { return to_json(description); },
                                         [](const std::vector<PlanOffer>& offers) {
                                             Json list = Json::array();
                                             for (const PlanOffer& offer : offers) {
                                                 list.push_back(to_json(offer));
                                             }
                                             return Json{{"answer", "plans"}, {"offers", std::move(list)}};
                                         },
                                         [](const RunAnswer& run) {
                                             return Json{{"answer", "run"},
                                                         {"partitions", to_json(run.partitions)},
                                                         {"contract", run.contract.to_string()},
                                                         {"create_nanoseconds", run.create_nanoseconds},
                                                         {"execute_nanoseconds", run.execute_nanoseconds},
                                                         {"floating_point_environment_changed",
                                                          run.floating_point_environment_changed},
                                                         {"left_processes", run.left_processes},
                                                         {"damage", run.damage}};
                                         },
                                         [](const BareAnswer& bare) {
                                             return Json{{"answer", "bare"},
                                                         {"partitions", to_json(bare.partitions)},
                                                         {"create_nanoseconds", bare.create_nanoseconds},
                                                         {"execute_nanoseconds", bare.execute_nanoseconds},
                                                         {"best_execute_nanoseconds", bare.best_execute_nanoseconds},
                                                         {"destroy_nanoseconds", bare.destroy_nanoseconds},
                                                         {"processor_nanoseconds", bare.processor_nanoseconds}};
                                         },
                                         [](const Resources& resources) {
                                             return Json{{"answer", "resources"},
                                                         {"descriptors", resources.descriptors},
                                                         {"threads", resources.threads},
                                                         {"resident_bytes", resources.resident_bytes},
                                                         {"vector_control", resources.vector_control},
                                                         {"x87_control", resources.x87_control},
                                                         {"processor_nanoseconds", resources.processor_nanoseconds}};
                                         },
                                         [](const Failure& failure) {
                                             return Json{{"answer", "failure"},
                                                         {"kind", static_cast<unsigned>(failure.kind)},
                                                         {"stage", static_cast<unsigned>(failure.stage)},
                                                         {"message", failure.message}};
                                         }},
                              answer));
}

Request decode_request(std::string_view line) {
    try {
        return request_from(parse_line(line));
    } catch (const Json::exception& error) {
        throw ProtocolError(fmt::format("malformed request: {}", error.what()));
    }
}

Answer decode_answer(std::string_view line) {
    try {
        return answer_from(parse_line(line));
    } catch (const Json::exception& error) {
        throw ProtocolError(fmt::format("malformed answer: {}", error.what()));
    }
}

}  // namespace difftest::backends::protocol
