#include "backends/opencl/opencl_backend.hpp"

#include "backends/opencl/device_programs.hpp"
#include "backends/opencl/function_library.hpp"
#include "backends/opencl/generate_kernel.hpp"
#include "backends/opencl/half_probe.hpp"
#include "backends/opencl/opencl_executable.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

/// On the first device that is here. What a kernel computes is judged by the oracle, in harness/campaign; here is what
/// the execution notices and how errors are told.
namespace difftest::backends::opencl {
namespace {

using graph::DataType;
using graph::TensorId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

#ifdef __SANITIZE_ADDRESS__
constexpr bool kHasSanitizer = true;  // the drivers' compilers collide with it
#else
constexpr bool kHasSanitizer = false;
#endif

/// y = x + 1 for 5 features in the layout of the plan, by a kernel of the test's own.
class OwnKernel : public testing::Test {
protected:
    void SetUp() override {
        if (kHasSanitizer || list_devices().empty()) {
            GTEST_SKIP() << "no OpenCL device here, or one that AddressSanitizer does not bear";
        }
        session_ = std::make_unique<DeviceSession>(choose_device(""));
    }

    static graph::Case make_case() {
        graph::CaseBuilder builder("own_kernel");
        const TensorId x =
            builder.input("x", graph::TensorData(DataType::s8, {1, 5, 1, 2}, std::vector<double>(10, 3)));
        const TensorId y = builder.node("y", graph::Convert{}, {x}, DataType::s8);
        return builder.build({y});
    }

    /// Runs `statement` in each of ten work items; x and y are the buffers, i the item.
    std::vector<std::string> damage_of(const std::string& statement, const std::string& plan) {
        PlanSpecification specification = *plan_specification_from(plan);
        Kernel kernel;
        kernel.nodes = {0};
        kernel.implementation = "test";
        kernel.entry = "own";
        kernel.source =
            "__kernel void own(__global char* x, __global char* y) {\n    const int i = get_global_id(0);\n    " +
            statement + "\n}\n";
        kernel.is_program = true;
        kernel.arguments = {TensorArgument{0}, TensorArgument{1}};
        kernel.global = {10};
        result_.assign(10, std::byte{0x55});
        Buffers buffers;
        buffers.tensors = {value_.data[0].bytes(), std::span(result_)};
        const auto set = std::make_shared<KernelSet>(
            kernel_set(value_.graph, {kernel}, specification, session_->device.features, session_->device.alignment));
        OpenclExecutable executable(*session_, value_, specification, contract::Contract(), set, buffers);
        executable.execute();
        return executable.damage();
    }

    graph::Case value_ = make_case();
    std::vector<std::byte> result_;
    std::unique_ptr<DeviceSession> session_;
};

TEST_F(OwnKernel, ACorrectKernelDoesNoDamage) {
    EXPECT_THAT(damage_of("y[i] = x[i] + 1;", "fused"), IsEmpty());
    EXPECT_THAT(result_, testing::Each(std::byte{4}));
}

TEST_F(OwnKernel, WhatIsNotWrittenKeepsThePatternOfTheJudge) {
    EXPECT_THAT(damage_of("if (i != 7) y[i] = 9;", "fused"), IsEmpty());
    EXPECT_EQ(result_[6], std::byte{9});
    EXPECT_EQ(result_[7], std::byte{0x55});
}

TEST_F(OwnKernel, WritesOutsideAreDamage) {
    EXPECT_THAT(damage_of("if (i == 0) y[-1] = 1;", "fused"), ElementsAre(HasSubstr("before the buffer of 'y'")));
    EXPECT_THAT(damage_of("if (i == 0) y[10] = 1;", "fused"), ElementsAre(HasSubstr("behind the last buffer")));
    EXPECT_THAT(damage_of("if (i == 0) x[3] = 1;", "fused"), ElementsAre(HasSubstr("'x', which is only read")));
    // Five features of sixteen: the others are padding.
    EXPECT_THAT(damage_of("if (i == 0) y[5] = 1;", "fused+b_fs_yx_fsv16"),
                ElementsAre(HasSubstr("a padding lane of 'y' (b_fs_yx_fsv16)")));
}

TEST_F(OwnKernel, PaddingIsPoisoned) {
    damage_of("y[0] = x[5];", "fused+b_fs_yx_fsv16");
    EXPECT_EQ(result_[0], std::byte{0x7f});
}

TEST_F(OwnKernel, ACompilerErrorNamesTheLine) {
    try {
        damage_of("y[i] = undeclared;", "fused");
        FAIL();
    } catch (const BackendError& error) {
        EXPECT_THAT(error.what(), HasSubstr("does not compile"));
        EXPECT_THAT(error.what(), HasSubstr("undeclared"));
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
}

TEST_F(OwnKernel, ADeviceWithTooLittleMemoryIsOneLine) {
    const Device all = session_->device;
    for (const auto& [memory, allocation] :
         {std::pair{all.memory, 1000UL}, std::pair{1000UL, all.largest_allocation}}) {
        session_->device.memory = memory;
        session_->device.largest_allocation = allocation;  // the two buffers and their guards need more than 1000
        try {
            damage_of("y[i] = x[i];", "fused");
            FAIL();
        } catch (const Unsupported& refusal) {
            EXPECT_THAT(refusal.what(), HasSubstr("not enough device memory: "));
            EXPECT_THAT(refusal.what(), HasSubstr(session_->device.name));
            EXPECT_EQ(std::string(refusal.what()).find('\n'), std::string::npos);
        }
    }
    // Buffers of 10 bytes each: 1000 are enough without guards.
    EXPECT_THAT(damage_of("y[i] = x[i];", "fused+separate_buffers"), IsEmpty());
}

/// Generated kernels with features that few devices have: on DIFFTEST_OPENCL_DEVICE, or the first.
class GeneratedKernel : public testing::Test {
protected:
    void SetUp() override {
        if (kHasSanitizer || list_devices().empty()) {
            GTEST_SKIP() << "no OpenCL device here, or one that AddressSanitizer does not bear";
        }
        const char* const device = std::getenv("DIFFTEST_OPENCL_DEVICE");
        session_ = std::make_unique<DeviceSession>(choose_device(device == nullptr ? "" : device));
    }

    /// The result of the case's only partition, as numbers.
    graph::TensorData result_of(const graph::Case& value, const std::string& plan, const DeviceFeatures& features) {
        const PlanSpecification specification = *plan_specification_from(plan);
        std::vector<Kernel> kernels;
        for (const PlannedPartition& each : partition(value.graph, specification)) {
            kernels.push_back(generate_kernel(value, specification, features, each, "made"));
        }
        EXPECT_EQ(kernels.size(), 1U);
        const graph::Tensor& output = value.graph.tensors.back();
        graph::TensorData result(output.type, output.shape);
        graph::Case copy = value;
        Buffers buffers;
        for (std::size_t id = 0; id < copy.graph.tensors.size(); ++id) {
            buffers.tensors.push_back(id < copy.data.size() ? copy.data[id].bytes() : std::span<std::byte>());
        }
        buffers.tensors.resize(copy.graph.tensors.size());
        buffers.tensors.back() = result.bytes();
        const auto set = std::make_shared<KernelSet>(
            kernel_set(copy.graph, std::move(kernels), specification, features, session_->device.alignment));
        OpenclExecutable executable(*session_, copy, specification, contract::Contract(), set, buffers);
        executable.execute();
        EXPECT_THAT(executable.damage(), IsEmpty());
        return result;
    }

    std::unique_ptr<DeviceSession> session_;
};

std::vector<double> numbers(const graph::TensorData& data) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        values.push_back(data.at(i));
    }
    return values;
}

// 18 features of 17 channels: a whole block and a remainder of both. x = 1, 2, ... 17; the weights of feature f are f -
// 5 for the first channel, 1 for the last, else 0: the sum is f - 5 + 17.
TEST_F(GeneratedKernel, EveryKindOfSubGroupHandsChannelsOn) {
    graph::CaseBuilder builder("sub_groups");
    graph::TensorData data(DataType::u8, {1, 17, 1, 1});
    graph::TensorData weights(DataType::s8, {18, 17, 1, 1});
    std::vector<double> expected;
    for (std::int64_t c = 0; c < 17; ++c) {
        data.set(c, static_cast<double>(c + 1));
    }
    for (std::int64_t f = 0; f < 18; ++f) {
        weights.set(f * 17, static_cast<double>(f - 5));
        weights.set(f * 17 + 16, 1);
        expected.push_back(static_cast<double>(f + 12));
    }
    const TensorId sums = builder.node("sums", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1},
                                       {builder.input("x", data), builder.constant("w", weights)}, DataType::s32);
    const graph::Case value = builder.build({sums});
    DeviceFeatures features = session_->device.features;
    EXPECT_EQ(numbers(result_of(value, "fused@subgroup+emulated_subgroup", features)), expected);
    if (features.sub_groups == SubGroups::none) {
        GTEST_SKIP() << "emulated only: the device has no sub-groups";
    }
    EXPECT_EQ(numbers(result_of(value, "fused@subgroup", features)), expected);
    EXPECT_EQ(numbers(result_of(value, "fused@subgroup+byxf", features)), expected);
    features.sub_groups = SubGroups::khr;
    EXPECT_EQ(numbers(result_of(value, "fused@subgroup", features)), expected);
}

// What is measured where the device leaves it open; one that promises it (CL_FP_DENORM) must keep it.
TEST_F(GeneratedKernel, SubnormalHalvesAreKeptWhereThatIsPromised) {
    if (!session_->device.features.half) {
        GTEST_SKIP() << "no cl_khr_fp16";
    }
    const bool keeps = keeps_subnormal_halves(*session_);
    RecordProperty("keeps_subnormal_halves", keeps ? "yes" : "no");
    EXPECT_TRUE(keeps || !session_->device.features.half_subnormals);
}

// Ties between neighbouring halves go to the even one: 1 + 2^-11 = 1, 2050 + 1 = 2052, -2048 - 1 = -2048; 65504 + 15
// stays below 65520, from where on a half is infinite. No operand or result is subnormal.
TEST_F(GeneratedKernel, HalvesAreRoundedOnce) {
    if (!session_->device.features.half) {
        GTEST_SKIP() << "no cl_khr_fp16";
    }
    const std::vector<double> a{1, 2050, 0x1p-11, 65504, -2048};
    const std::vector<double> b{0x1p-11, 1, 1.0009765625, 15, -1};
    for (const bool multiplies : {false, true}) {
        graph::CaseBuilder builder("halves");
        const TensorId left = builder.input("a", graph::TensorData(DataType::f16, {1, 5, 1, 1}, a));
        const TensorId right = builder.input("b", graph::TensorData(DataType::f16, {1, 5, 1, 1}, b));
        const auto algorithm = multiplies ? graph::BinaryAlgorithm::multiply : graph::BinaryAlgorithm::add;
        const graph::Case value =
            builder.build({builder.node("y", graph::Binary{algorithm}, {left, right}, DataType::f16)});
        // 2^-11 + 1 + 2^-10 lies between 1 + 2^-10 and 1 + 2^-9: to the even 1 + 2^-9. 65504 * 15 is infinite.
        const std::vector<double> expected =
            multiplies ? std::vector<double>{0x1p-11, 2050, 0x1p-11 * 1.0009765625, HUGE_VAL, 2048}
                       : std::vector<double>{1, 2052, 1 + 0x1p-9, 65504, -2048};
        for (const char* const plan : {"fused", "fused+native_half", "fused@tiled+native_half"}) {
            EXPECT_EQ(numbers(result_of(value, plan, session_->device.features)), expected) << plan << multiplies;
        }
    }
}

TEST(ShortenedLog, IsTheFirstErrorWithItsLine) {
    const std::string source = "one\n    two = 2;\nthree\n";
    EXPECT_EQ(
        shortened_log("warning: nothing\n/tmp/x.cl:2:5: error: use of undeclared identifier 'two'\nmore\n", source),
        "line 2: use of undeclared identifier 'two' | two = 2;");
    EXPECT_EQ(shortened_log("something else\n", source), "something else");
    EXPECT_EQ(shortened_log("", source), "the compiler's log is empty");
    EXPECT_LT(shortened_log("x:1:1: error: " + std::string(5000, 'y'), source).size(), 700U);
}

TEST(FunctionLibrary, HoldsWhatIsCalledAndWhatThatCalls) {
    const std::string text = functions_for("kernel: v = mish_4(x); w = relu_1(y);");
    EXPECT_THAT(text, HasSubstr("float4 mish_4("));
    EXPECT_THAT(text, HasSubstr("float4 soft_plus_4("));
    EXPECT_THAT(text, HasSubstr("float relu_1("));
    EXPECT_THAT(text, testing::Not(HasSubstr("relu_4(")));
    EXPECT_THAT(text, testing::Not(HasSubstr("tanh_1(")));
    EXPECT_LT(text.find("soft_plus_4("), text.find("mish_4("));
}

TEST(OpenclBackend, AnUnknownDeviceIsOneLineThatNamesTheOthers) {
    try {
        make_opencl_backend("no such device");
        FAIL();
    } catch (const BackendError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
        EXPECT_THAT(error.what(), testing::AnyOf(HasSubstr("no OpenCL device 'no such device'; there is 0.0"),
                                                 HasSubstr("no OpenCL platform")));
    }
}

}  // namespace
}  // namespace difftest::backends::opencl
