#include "backends/onednn/chain_test.hpp"
#include "backends/onednn/plan_specification.hpp"
#include "backends/onednn/zero_padding.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

/// Every deviation of a plan is really taken, which the library itself tells in its verbose lines, and gives what the
/// graph says.
namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DeviationTest : public ChainTest {
protected:
    /// Five channels of data c + 1, times the weight 2, scaled by 0.5 and shifted by 10: 11 + c. The five channels fill
    /// no block of any layout.
    const graph::Case& five_channels() {
        shape_ = {1, 5, 1, 2};
        const auto data = build_.input(DataType::u8, shape_, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
        CaseBuilder::Values diagonal(25, 0);
        for (std::size_t channel = 0; channel < 5; ++channel) {
            diagonal[channel * 6] = 2;
        }
        const auto weights = build_.constant(DataType::s8, {5, 5, 1, 1}, diagonal);
        const auto sums =
            build_.node(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, weights}, DataType::s32, shape_);
        const auto scaled = binary(BinaryAlgorithm::multiply, sums, build_.scalar(0.5F));
        return build_.finish({binary(BinaryAlgorithm::add, scaled, build_.scalar(10))});
    }
    const CaseBuilder::Values expected_{11, 11, 12, 12, 13, 13, 14, 14, 15, 15};

    /// Runs the plan, which must give the expected values, and returns what the library said about the executions of
    /// one kind of primitive.
    std::string lines_of(const std::string& plan, const std::string& primitive) {
        graph::Case value = build_.value();
        value.execution.plans = {plan};
        testing::internal::CaptureStdout();
        dnnl::set_verbose(1);
        CaseBuilder::Values values;
        std::string problem;
        try {
            values = run(*backend_, value, plan).outputs.front();
        } catch (const std::exception& error) {
            problem = error.what();
        }
        dnnl::set_verbose(0);
        std::istringstream said(testing::internal::GetCapturedStdout());
        EXPECT_EQ(values, expected_) << plan << " " << problem;
        std::string lines;
        for (std::string line; std::getline(said, line);) {
            const bool executes = line.find(",exec,") != std::string::npos;
            lines += executes && line.find("," + primitive + ",") != std::string::npos ? line + "\n" : "";
        }
        return lines;
    }

    bool is_v2() { return backend_->describe().library_version.starts_with("2."); }

    /// "src_u8" in the words of 2.6, "src:u8" in those of 3.7.
    std::string argument(const std::string& name, const std::string& type) {
        return name + (is_v2() ? "_" : ":") + type;
    }

    bool is_refused(const std::string& plan) {
        graph::Case value = build_.value();
        value.execution.plans = {plan};
        try {
            run(*backend_, value, plan);
        } catch (const Unsupported&) {
            return true;
        }
        return false;
    }
};

TEST_F(DeviationTest, LayoutsOfPointwisePrimitives) {
    five_channels();
    EXPECT_THAT(lines_of("split", "binary"), HasSubstr("blocked:abcd:"));
    EXPECT_THAT(lines_of("split+channels_last", "binary"), HasSubstr("blocked:acdb:"));
    EXPECT_THAT(lines_of("split+blocked8", "binary"), HasSubstr("blocked:aBcd8b:"));
    EXPECT_THAT(lines_of("split+blocked16", "binary"), HasSubstr("blocked:aBcd16b:"));
}

TEST_F(DeviationTest, LayoutsOfConvolutions) {
    five_channels();
    EXPECT_THAT(lines_of("fused+channels_last", "convolution"), HasSubstr(argument("src", "u8") + "::blocked:acdb:"));
    const std::string row_major = lines_of("fused+row_major", "convolution");
    EXPECT_THAT(row_major, HasSubstr(argument("src", "u8") + "::blocked:abcd:"));
    EXPECT_THAT(row_major, HasSubstr(argument("dst", "f32") + "::blocked:abcd:"));
}

TEST_F(DeviationTest, LayoutWithoutAnImplementationIsUnsupported) {
    shape_ = {2, 3};
    const auto data = build_.input(DataType::f32, shape_, {1, 2, 3, 4, 5, 6});
    build_.finish({binary(BinaryAlgorithm::add, data, build_.scalar(1))});
    EXPECT_TRUE(is_refused("split+blocked16")) << "two dimensions have no blocks of channels";
    EXPECT_TRUE(is_refused("split+user_scratchpad")) << "an addition needs none";
    EXPECT_TRUE(is_refused("split+plain_weights")) << "it has no weights";
    EXPECT_TRUE(is_refused("split+run_time_parameters")) << "nor quantization";
}

TEST_F(DeviationTest, PlainWeights) {
    five_channels();
    EXPECT_THAT(lines_of("fused", "convolution"), Not(HasSubstr(argument("wei", "s8") + "::blocked:abcd:")));
    EXPECT_THAT(lines_of("fused+plain_weights", "convolution"), HasSubstr(argument("wei", "s8") + "::blocked:abcd:"));
}

TEST_F(DeviationTest, InPlaceWorksOnACopy) {
    five_channels();
    const auto count = [](const std::string& lines) { return std::count(lines.begin(), lines.end(), '\n'); };
    EXPECT_GT(count(lines_of("split+in_place", "reorder")), count(lines_of("split", "reorder")));
}

TEST_F(DeviationTest, ScratchpadOfTheUser) {
    five_channels();
    EXPECT_THAT(lines_of("fused@gemm", "convolution"), Not(HasSubstr("attr-scratchpad:user")));
    EXPECT_THAT(lines_of("fused@gemm+user_scratchpad", "convolution"), HasSubstr("attr-scratchpad:user"));
}

TEST_F(DeviationTest, ScalesOfAConvolutionAsAttributes) {
    five_channels();
    if (is_v2()) {
        EXPECT_THAT(lines_of("fused", "convolution"), Not(HasSubstr("attr-oscale")));
        EXPECT_THAT(lines_of("fused+compile_time_parameters", "convolution"), HasSubstr("attr-oscale:0:0.5"));
        EXPECT_TRUE(is_refused("fused+run_time_parameters")) << "only reorders and products have them";
    } else {
        EXPECT_THAT(lines_of("fused", "convolution"), Not(HasSubstr("attr-scales")));
        EXPECT_THAT(lines_of("fused+run_time_parameters", "convolution"), HasSubstr("attr-scales:wei:0"));
        EXPECT_TRUE(is_refused("fused+compile_time_parameters"));
    }
}

TEST_F(DeviationTest, ScalesOfAProductAtRunTime) {
    shape_ = {1, 10};
    const auto data = build_.input(DataType::u8, {1, 1}, {2});
    const auto weights = build_.constant(DataType::s8, shape_, expected_);
    const auto sums = build_.node(graph::Matmul{}, {data, weights}, DataType::s32, shape_);
    build_.finish({binary(BinaryAlgorithm::multiply, sums, build_.scalar(0.5F))});
    EXPECT_THAT(lines_of("fused+run_time_parameters", "matmul"),
                HasSubstr(is_v2() ? "attr-oscale:0:*" : "attr-scales:wei:0"));
}

TEST_F(DeviationTest, CutsGoThroughMemory) {
    const graph::Case& value = five_channels();
    const auto sizes = [&](const std::string& plan) {
        std::vector<std::size_t> result;
        const auto partitions = partition(value, plan_specification_from(plan).value());
        for (const PlannedPartition& each : std::get<Partitioning>(partitions)) {
            result.push_back(each.nodes.size());
        }
        return result;
    };
    EXPECT_THAT(sizes("fused"), ElementsAre(3));
    EXPECT_THAT(sizes("cut1"), ElementsAre(1, 2));
    EXPECT_THAT(sizes("cut2"), ElementsAre(2, 1));
    EXPECT_THAT(sizes("cut1.2"), ElementsAre(1, 1, 1));
    EXPECT_TRUE(std::holds_alternative<CannotLower>(partition(value, plan_specification_from("cut3").value())));
    EXPECT_THAT(lines_of("cut1", "binary"), HasSubstr("attr-post-ops"));
    EXPECT_THAT(lines_of("cut2", "convolution"), HasSubstr("attr-post-ops"));
}

TEST_F(DeviationTest, ThreadsAreThoseOfThePlan) {
    shape_ = {1, 64, 32, 32};
    const auto data = build_.input(DataType::f32, shape_, CaseBuilder::Values(64 * 32 * 32, 3));
    graph::Case value = build_.finish({binary(BinaryAlgorithm::add, data, build_.scalar(1))});
    const auto threads_here = [] {
        const std::filesystem::directory_iterator tasks("/proc/self/task");
        return std::distance(begin(tasks), end(tasks));
    };
    const auto before = threads_here();
    value.execution.plans = {"split+threads9"};
    EXPECT_EQ(run(*backend_, value, "split+threads9").outputs.front(), CaseBuilder::Values(64 * 32 * 32, 4));
    EXPECT_GT(threads_here(), std::max<std::ptrdiff_t>(before, 8));
}

TEST(ZeroPadding, CountsLanesThatAreNotZero) {
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    // Channels 0, 1, 2 in a block of 4, for each of two positions: bytes 3 and 7 are padding.
    const dnnl::memory::desc layout({1, 3, 1, 2}, dnnl::memory::data_type::u8, dnnl::memory::format_tag::aBcd4b);
    std::vector<std::uint8_t> bytes{1, 2, 3, 0, 4, 5, 6, 0};
    const dnnl::memory memory(layout, engine, bytes.data());
    bytes = {1, 2, 3, 0, 4, 5, 6, 0};
    EXPECT_TRUE(has_padding(layout));
    EXPECT_EQ(dirty_padding_lanes(memory), 0);
    bytes[7] = 9;
    EXPECT_EQ(dirty_padding_lanes(memory), 1);
    bytes[3] = 9;
    EXPECT_EQ(dirty_padding_lanes(memory), 2);
    bytes = {1, 2, 3, 0x80, 4, 5, 6, 0};
    EXPECT_EQ(dirty_padding_lanes(memory), 1) << "128, no float";
}

/// relu with a slope of -1 makes -0 of 0, which is zero.
TEST(ZeroPadding, TheSignOfZeroDoesNotMatter) {
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const dnnl::memory::desc layout({1, 3, 1, 1}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::aBcd4b);
    std::vector<float> values{1, 2, 3, -0.0F};
    const dnnl::memory memory(layout, engine, values.data());
    values = {1, 2, 3, -0.0F};
    EXPECT_EQ(dirty_padding_lanes(memory), 0);
    values[3] = 1e-45F;
    EXPECT_EQ(dirty_padding_lanes(memory), 1);
}

TEST(ZeroPadding, NegativeZeroIsZero) {
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const dnnl::memory::desc layout({1, 3, 1, 1}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::aBcd4b);
    std::vector<float> values(4, 0);
    const dnnl::memory memory(layout, engine, values.data());
    values = {1, 2, 3, -0.0F};
    EXPECT_EQ(dirty_padding_lanes(memory), 0);
    values[3] = -1;
    EXPECT_EQ(dirty_padding_lanes(memory), 1);
}

TEST(ZeroPadding, FollowsNestedBlocks) {
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    // ABc4b4a of 3 x 2 x 1: a block of 4 x 4 with a innermost, so element (a, b) is at 4 * b + a.
    using Tag = dnnl::memory::format_tag;
    const dnnl::memory::desc layout({3, 2, 1}, dnnl::memory::data_type::u8, Tag::ABc4b4a);
    std::vector<std::uint8_t> bytes(16, 0);
    const dnnl::memory memory(layout, engine, bytes.data());
    bytes.assign(16, 0);
    for (const std::size_t element : {0, 1, 2, 4, 5, 6}) {
        bytes[element] = 1;
    }
    EXPECT_EQ(dirty_padding_lanes(memory), 0);
    bytes.assign(16, 1);
    EXPECT_EQ(dirty_padding_lanes(memory), 10);
    EXPECT_FALSE(has_padding(dnnl::memory::desc({4, 4, 1}, dnnl::memory::data_type::u8, Tag::ABc4b4a)));
}

}  // namespace
}  // namespace difftest::backends::onednn
