#include "backends/worker/protocol/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::protocol {
namespace {

Plan some_plan() {
    return {"split",
            {{{"conv", "relu"}, "convolution + 1 post-op"}, {{"quantize"}, "reorder"}},
            {"repeated_eltwise_algorithm"},
            contract::Contract("strict", {contract::Freedom::bias_stage}),
            {"relu"}};
}

void expect_same(const Plan& a, const Plan& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.traits, b.traits);
    EXPECT_EQ(a.contract, b.contract);
    EXPECT_EQ(a.materialized, b.materialized);
    ASSERT_EQ(a.partitions.size(), b.partitions.size());
    for (std::size_t index = 0; index < a.partitions.size(); ++index) {
        EXPECT_EQ(a.partitions[index].nodes, b.partitions[index].nodes);
        EXPECT_EQ(a.partitions[index].kind, b.partitions[index].kind);
    }
}

TEST(Messages, StartRequestSurvives) {
    const StartRequest start{kProtocolVersion, std::uint64_t{1} << 40, 5};
    EXPECT_EQ(std::get<StartRequest>(decode_request(encode(Request(start)))), start);
}

TEST(Messages, RunRequestSurvives) {
    RunRequest run;
    run.load =
        LoadRequest{7, {{65536, 4096}, 0, 100}, {{}, {Placement{{1, 2}, 3, 4}, Placement{{5, 6}, 7, 8}, Slot{9, 10}}}};
    run.plan = some_plan();
    run.second_execution = false;
    run.materialized = {{3, {Placement{{1, 2}, 3, 4}, Placement{{5, 6}, 7, 8}, Slot{9, 10}}}, {4, {}}};
    const std::string line = encode(Request(run));
    EXPECT_THAT(line, testing::Not(testing::HasSubstr("\n")));
    const auto received = std::get<RunRequest>(decode_request(line));
    EXPECT_EQ(received.load, run.load);
    EXPECT_FALSE(received.second_execution);
    EXPECT_TRUE(received.fresh_executable);
    EXPECT_EQ(received.materialized, run.materialized);
    expect_same(received.plan, run.plan);
}

TEST(Messages, RequestsWithoutFieldsSurvive) {
    EXPECT_TRUE(std::holds_alternative<EndRequest>(decode_request(encode(Request(EndRequest{})))));
    EXPECT_TRUE(std::holds_alternative<ResourcesRequest>(decode_request(encode(Request(ResourcesRequest{})))));
    EXPECT_EQ(std::get<PlansRequest>(decode_request(encode(Request(PlansRequest{})))).load, std::nullopt);
}

TEST(Messages, OffersAndRefusalsKeepTheirOrder) {
    const std::vector<PlanOffer> offers{Refusal{"fused", "no \"post-op\"\nof this kind"}, some_plan()};
    const auto received = std::get<std::vector<PlanOffer>>(decode_answer(encode(Answer(offers))));
    ASSERT_EQ(received.size(), 2U);
    EXPECT_EQ(std::get<Refusal>(received[0]).plan, "fused");
    EXPECT_EQ(std::get<Refusal>(received[0]).reason, "no \"post-op\"\nof this kind");
    expect_same(std::get<Plan>(received[1]), some_plan());
}

TEST(Messages, DescriptionSurvives) {
    Description description{"onednn",
                            "oneDNN 2.6.3 (N/A)",
                            "2.6.3",
                            "/usr/lib/libdnnl.so.2",
                            "avx2",
                            "OpenMP, 2 threads",
                            {"avx512_core", "avx2"},
                            *contract::level("onednn2")};
    const auto received = std::get<Description>(decode_answer(encode(Answer(description))));
    EXPECT_EQ(received.name, "onednn");
    EXPECT_EQ(received.library, "oneDNN 2.6.3 (N/A)");
    EXPECT_EQ(received.library_version, "2.6.3");
    EXPECT_EQ(received.library_path, "/usr/lib/libdnnl.so.2");
    EXPECT_EQ(received.isa, "avx2");
    EXPECT_EQ(received.runtime, "OpenMP, 2 threads");
    EXPECT_EQ(received.isa_ladder, description.isa_ladder);
    EXPECT_EQ(received.contract.name(), "onednn2");
}

TEST(Messages, RunAnswerAndFailureSurvive) {
    RunAnswer run{{{{"conv"}, "jit:avx2"}}, *contract::level("opencl"), 12, 34, true, true, {"padding", "fence"}};
    const auto received = std::get<RunAnswer>(decode_answer(encode(Answer(run))));
    EXPECT_EQ(received.partitions.at(0).implementation, "jit:avx2");
    EXPECT_EQ(received.contract.name(), "opencl");
    EXPECT_EQ(received.create_nanoseconds, 12);
    EXPECT_EQ(received.execute_nanoseconds, 34);
    EXPECT_TRUE(received.floating_point_environment_changed);
    EXPECT_TRUE(received.left_processes);
    EXPECT_EQ(received.damage, run.damage);

    const auto held = std::get<Resources>(decode_answer(encode(Answer(Resources{1, 2, 3, 0xFFFFFFFF, 0x37F, 4}))));
    EXPECT_EQ(held.descriptors, 1);
    EXPECT_EQ(held.threads, 2);
    EXPECT_EQ(held.resident_bytes, 3);
    EXPECT_EQ(held.vector_control, 0xFFFFFFFF);
    EXPECT_EQ(held.x87_control, 0x37F);
    EXPECT_EQ(held.processor_nanoseconds, 4);

    const auto failure = std::get<Failure>(
        decode_answer(encode(Answer(Failure{FailureKind::library_error, Stage::create, "runtime \xFF error"}))));
    EXPECT_EQ(failure.kind, FailureKind::library_error);
    EXPECT_EQ(failure.stage, Stage::create);
    EXPECT_THAT(failure.message, testing::StartsWith("runtime "));
}

TEST(Messages, BareRequestAndAnswerSurvive) {
    const auto request = std::get<BareRequest>(decode_request(encode(Request(BareRequest{{}, some_plan(), 7}))));
    EXPECT_EQ(request.executions, 7);
    expect_same(request.plan, some_plan());
    const auto answer =
        std::get<BareAnswer>(decode_answer(encode(Answer(BareAnswer{{{{"conv"}, "ref:any"}}, 1, 2, 3, 4, 5}))));
    EXPECT_EQ(answer.partitions.at(0).implementation, "ref:any");
    EXPECT_EQ(answer.create_nanoseconds, 1);
    EXPECT_EQ(answer.execute_nanoseconds, 2);
    EXPECT_EQ(answer.best_execute_nanoseconds, 3);
    EXPECT_EQ(answer.destroy_nanoseconds, 4);
    EXPECT_EQ(answer.processor_nanoseconds, 5);
}

TEST(Messages, RefuseNoise) {
    for (const char* const line :
         {"", "hello", "[1]", "{}", R"({"answer":"what"})", R"({"answer":"run"})",
          R"({"answer":"failure","kind":99,"stage":0,"message":""})", R"({"answer":"description","name":3})"}) {
        EXPECT_THROW(decode_answer(line), ProtocolError) << line;
    }
    EXPECT_THROW(decode_request(R"({"request":"run"})"), ProtocolError);
    EXPECT_THROW(decode_request(R"({"request":"dance"})"), ProtocolError);
}

}  // namespace
}  // namespace difftest::backends::protocol
