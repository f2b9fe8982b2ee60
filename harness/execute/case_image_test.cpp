#include "harness/execute/case_image.hpp"

#include "harness/execute/test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace difftest::harness {
namespace {

using backends::protocol::kPageBytes;
using backends::protocol::Placement;
using backends::protocol::TensorMemory;
using testing::ElementsAre;
using testing::IsEmpty;

/// Plays the worker: writes into the arena what an execution would.
class CaseImageTest : public testing::Test {
protected:
    std::span<std::byte> slot(const backends::protocol::Slot& slot) { return arena_.bytes_of(slot); }
    const TensorMemory& memory(std::size_t id) const { return image_.request().tensors[id]; }
    std::span<std::byte> data(const Placement& placement) {
        return slot(placement.slot).subspan(placement.begin, placement.bytes);
    }

    /// A correct worker: 1+10, 2+20, 3+30 in all three executions.
    void write_sums() {
        const float sums[] = {11, 22, 33};
        const TensorMemory& sum = memory(2);
        std::memcpy(data(*sum.first).data(), sums, sizeof sums);
        std::copy_n(slot(sum.first->slot).begin(), sum.snapshot->bytes, slot(*sum.snapshot).begin());
        std::fill_n(slot(sum.first->slot).begin(), sum.first->slot.bytes, backends::protocol::kSecondPattern);
        std::memcpy(data(*sum.first).data(), sums, sizeof sums);
        std::memcpy(data(*sum.second).data(), sums, sizeof sums);
    }

    RunOutcome collect() {
        RunOutcome outcome;
        image_.collect(RunOptions{}, outcome);
        return outcome;
    }

    SharedArena arena_;
    graph::Case case_ = bad_addition();
    CaseImage image_{arena_, case_, 0};
};

TEST_F(CaseImageTest, BuffersEndAndBeginAtTheEdgesOfTheirPages) {
    for (const TensorMemory& tensor : image_.request().tensors) {
        EXPECT_EQ(tensor.first->bytes, 12U);
        EXPECT_EQ(tensor.first->begin, kPageBytes - 12);
        EXPECT_EQ(tensor.second->begin, 0U);
        EXPECT_NE(tensor.first->slot.offset, tensor.second->slot.offset);
    }
    EXPECT_FALSE(memory(0).snapshot);
    EXPECT_TRUE(memory(2).snapshot);
}

TEST(CaseImage, EveryOtherBufferThatIsAlwaysAlignedIsMovedByOneElement) {
    SharedArena arena;
    // 16 floats are 64 bytes: at the end of a page they are as aligned as at its start.
    const graph::Case value = addition("good", std::vector<double>(16, 1), std::vector<double>(16, 2));
    const CaseImage image(arena, value, 0);
    const auto begins = [](const CaseImage& each) {
        std::vector<std::uint64_t> result;
        for (const TensorMemory& tensor : each.request().tensors) {
            EXPECT_EQ(tensor.first->begin, kPageBytes - 64);
            result.push_back(tensor.second->begin);
        }
        return result;
    };
    EXPECT_THAT(begins(image), ElementsAre(0, 4, 0));
    const CaseImage aligned(arena, value, 64);
    EXPECT_THAT(begins(aligned), ElementsAre(0, 0, 0)) << "where the backend asks for it";
}

TEST_F(CaseImageTest, AlignmentMovesABufferAwayFromTheEdge) {
    // 12 bytes at a multiple of 64 cannot start later than at 4032 of 4096.
    const CaseImage aligned(arena_, case_, 64);
    EXPECT_EQ(aligned.request().tensors[0].first->begin, 4032U);
    EXPECT_EQ(aligned.request().tensors[0].second->begin, 0U);
}

TEST_F(CaseImageTest, AcceptsACorrectExecution) {
    image_.prefill();
    write_sums();
    const RunOutcome outcome = collect();
    EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {3}, {11, 22, 33}));
    EXPECT_THAT(outcome.unwritten, ElementsAre(0));
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(0));
    EXPECT_THAT(outcome.overrun, IsEmpty());
}

TEST_F(CaseImageTest, CountsElementsThatNobodyWrote) {
    image_.prefill();
    const TensorMemory& sum = memory(2);
    std::copy_n(slot(sum.first->slot).begin(), sum.snapshot->bytes, slot(*sum.snapshot).begin());
    std::fill_n(slot(sum.first->slot).begin(), sum.first->slot.bytes, backends::protocol::kSecondPattern);
    const RunOutcome outcome = collect();
    EXPECT_THAT(outcome.unwritten, ElementsAre(3));
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(0));
    EXPECT_THAT(outcome.overrun, IsEmpty());
}

TEST_F(CaseImageTest, CountsElementsThatDiffer) {
    for (const int execution : {0, 1, 2}) {
        image_.prefill();
        write_sums();
        const TensorMemory& sum = memory(2);
        const std::span<std::byte> changed = execution == 0 ? slot(*sum.snapshot).subspan(sum.first->begin)
                                                            : data(execution == 1 ? *sum.first : *sum.second);
        changed[5] ^= std::byte{1};
        const RunOutcome outcome = collect();
        EXPECT_THAT(outcome.nondeterministic, ElementsAre(1)) << execution;
        EXPECT_THAT(outcome.unwritten, ElementsAre(0)) << execution;
    }
}

TEST_F(CaseImageTest, SeesAnElementThatOnlyOneExecutionWrote) {
    image_.prefill();
    write_sums();
    const std::span<std::byte> second = data(*memory(2).first);
    std::fill_n(second.begin(), 4, backends::protocol::kSecondPattern);
    const RunOutcome outcome = collect();
    EXPECT_THAT(outcome.unwritten, ElementsAre(0));
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(1));
}

TEST_F(CaseImageTest, SeesEveryByteAroundAnOutput) {
    const TensorMemory& sum = memory(2);
    const std::vector<std::pair<backends::protocol::Slot, std::size_t>> places{
        {*sum.snapshot, 0},     {*sum.snapshot, sum.first->begin - 1},
        {sum.first->slot, 0},   {sum.first->slot, sum.first->begin - 1},
        {sum.second->slot, 12}, {sum.second->slot, kPageBytes - 1}};
    for (const auto& [where, offset] : places) {
        image_.prefill();
        write_sums();
        slot(where)[offset] ^= std::byte{0x80};
        const RunOutcome outcome = collect();
        EXPECT_THAT(outcome.overrun, ElementsAre("sum")) << offset;
        EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {3}, {11, 22, 33}));
    }
}

TEST_F(CaseImageTest, SeesEveryByteOfAnInputAndRepairsIt) {
    for (const bool first : {true, false}) {
        for (const std::size_t offset : {std::size_t{0}, std::size_t{11}, std::size_t{12}, kPageBytes - 1}) {
            image_.prefill();
            write_sums();
            const Placement& placement = first ? *memory(1).first : *memory(1).second;
            slot(placement.slot)[offset] ^= std::byte{1};
            EXPECT_THAT(collect().overrun, ElementsAre("addend")) << offset;
            EXPECT_THAT(collect().overrun, IsEmpty()) << "repaired";
        }
    }
}

TEST_F(CaseImageTest, FindsUnwrittenElementsWithoutASecondExecution) {
    image_.prefill();
    RunOutcome outcome;
    image_.collect(RunOptions{.second_execution = false}, outcome);
    EXPECT_THAT(outcome.unwritten, ElementsAre(3));
}

TEST(CaseImage, AnOutputThatIsAnInputIsGivenBack) {
    SharedArena arena;
    graph::Case value = bad_addition();
    value.graph.outputs = {2, 0};
    CaseImage image(arena, value, 0);
    image.prefill();
    RunOutcome outcome;
    image.collect(RunOptions{.second_execution = false}, outcome);
    EXPECT_EQ(outcome.outputs.at(1), value.data[0]);
    EXPECT_THAT(outcome.unwritten, ElementsAre(3, 0));
}

TEST(CaseImage, WatchesWhatAPlanMaterializes) {
    SharedArena arena;
    graph::Case value = bad_addition();
    value.graph.tensors.push_back({"absolute", graph::DataType::f32, {3}, graph::TensorRole::intermediate, 1});
    value.graph.nodes.push_back({"abs", graph::Eltwise{graph::EltwiseAlgorithm::abs}, {2}, 3});
    value.graph.outputs = {3};
    value.data.emplace_back();
    CaseImage image(arena, value, 0);
    EXPECT_FALSE(image.request().tensors[2].first) << "no memory until a plan needs it";
    image.materialize({"sum", "sum", "addend", "absolute", "nothing"});
    ASSERT_EQ(image.materialized().size(), 1U) << "inputs and outputs have their memory";
    const TensorMemory sum = image.materialized()[0].memory;
    image.prefill();
    const std::vector<float> sums{11, 22};
    for (const auto& [where, begin] :
         {std::pair(*sum.snapshot, sum.first->begin), std::pair(sum.first->slot, sum.first->begin),
          std::pair(sum.second->slot, sum.second->begin)}) {
        const auto slot = arena.bytes_of(where);
        if (where == *sum.snapshot) {
            std::fill(slot.begin(), slot.end(), backends::protocol::kFirstPattern);
        } else {
            std::fill(slot.begin(), slot.end(), backends::protocol::kSecondPattern);
        }
        std::memcpy(slot.data() + begin, sums.data(), 8);
    }
    arena.bytes_of(sum.second->slot)[4] ^= std::byte{1};
    RunOutcome outcome;
    image.collect(RunOptions{}, outcome);
    ASSERT_EQ(outcome.materialized.size(), 1U);
    EXPECT_EQ(outcome.materialized[0].tensor, 2);
    EXPECT_EQ(outcome.materialized[0].values.at(0), 11);
    EXPECT_EQ(outcome.materialized[0].unwritten, 1) << "the third";
    EXPECT_EQ(outcome.materialized[0].nondeterministic, 1) << "the second";
    image.materialize({});
    RunOutcome fused;
    image.collect(RunOptions{}, fused);
    EXPECT_TRUE(fused.materialized.empty());
}

TEST(CaseImage, EmptyTensorsNeedNoBytes) {
    SharedArena arena;
    const graph::Case value = addition("good", {}, {});
    CaseImage image(arena, value, 0);
    image.prefill();
    RunOutcome outcome;
    image.collect(RunOptions{.second_execution = false}, outcome);
    EXPECT_EQ(outcome.outputs.at(0).size(), 0);
    EXPECT_THAT(outcome.overrun, IsEmpty()) << "but everything around them is watched";
}

}  // namespace
}  // namespace difftest::harness
