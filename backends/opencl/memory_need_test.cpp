#include "backends/opencl/memory_need.hpp"

#include "backends/backend.hpp"
#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

namespace difftest::backends::opencl {
namespace {

using graph::DataType;

constexpr std::uint64_t kMebibyte = 1 << 20;

Device device_with(std::uint64_t memory, std::uint64_t largest) {
    Device device;
    device.name = "small one";
    device.memory = memory;
    device.largest_allocation = largest;
    return device;
}

// x: 6 s8; y = 6 s32 in 24 bytes, inside a kernel or not; z: 6 s8.
TEST(MemoryNeed, CountsWhatKernelsReadAndWrite) {
    graph::CaseBuilder builder("chain");
    const graph::TensorId x = builder.input("x", graph::TensorData(DataType::s8, {1, 2, 1, 3}));
    const graph::TensorId y = builder.node("y", graph::Convert{}, {x}, DataType::s32);
    const graph::TensorId z = builder.node("z", graph::Convert{}, {y}, DataType::s8);
    const graph::Graph graph = builder.build({z}).graph;
    EXPECT_EQ(least_need(graph, {{{0, 1}}}, false).bytes, 12U);
    EXPECT_EQ(least_need(graph, {{{0}}, {{1}}}, false).bytes, 36U);
    EXPECT_EQ(least_need(graph, {{{0}}, {{1}}}, false).largest, 36U);
    EXPECT_EQ(least_need(graph, {{{0}}, {{1}}}, true).largest, 24U);
}

TEST(MemoryNeed, WhatTheDeviceHasNotIsOneLine) {
    EXPECT_EQ(why_too_large(device_with(4 * kMebibyte, 2 * kMebibyte), {2 * kMebibyte, 2 * kMebibyte}), "");
    EXPECT_EQ(why_too_large(device_with(4 * kMebibyte, 2 * kMebibyte), {5 * kMebibyte, kMebibyte}),
              "not enough device memory: 5.0 MiB are needed, 'small one' has 4.0 MiB");
    EXPECT_EQ(why_too_large(device_with(4 * kMebibyte, 2 * kMebibyte), {3 * kMebibyte, 3 * kMebibyte}),
              "not enough device memory: 3.0 MiB are needed at once, 'small one' allocates at most 2.0 MiB");
}

/// Takes from this process what it has not reserved yet, but for so many bytes.
class AddressSpaceLimit {
public:
    explicit AddressSpaceLimit(std::uint64_t left) {
        std::uint64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        ::getrlimit(RLIMIT_AS, &before_);
        const rlimit limit{pages * 4096 + left, before_.rlim_max};
        ::setrlimit(RLIMIT_AS, &limit);
    }
    ~AddressSpaceLimit() { ::setrlimit(RLIMIT_AS, &before_); }
    AddressSpaceLimit(const AddressSpaceLimit&) = delete;
    AddressSpaceLimit& operator=(const AddressSpaceLimit&) = delete;

private:
    rlimit before_{};
};

TEST(MemoryNeed, ARealShortageOfTheHostIsNoticedBeforeTheDriverIsAsked) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer reserves the address space";
#endif
    Device device = device_with(kMebibyte << 20, kMebibyte << 20);
    const AddressSpaceLimit limit(600 * kMebibyte);                    // 512 of them are for a compiler
    expect_host_memory(device, {1024 * kMebibyte, 1024 * kMebibyte});  // its own memory: not asked
    device.is_host = true;
    expect_host_memory(device, {32 * kMebibyte, 32 * kMebibyte});
    try {
        expect_host_memory(device, {1024 * kMebibyte, 1024 * kMebibyte});
        FAIL();
    } catch (const Unsupported& refusal) {
        EXPECT_STREQ(refusal.what(),
                     "not enough device memory: 1024.0 MiB are needed, and 512 MiB for the compiler, which 'small one' "
                     "takes from the host");
    }
}

// The words of the specification: clCreateBuffer, clEnqueueWriteBuffer, clEnqueueNDRangeKernel. Drivers say
// CL_OUT_OF_RESOURCES of a launch that went astray, too.
TEST(MemoryNeed, ErrorsThatAreShortages) {
    for (const MemoryMoment moment : {MemoryMoment::allocation, MemoryMoment::first_transfer, MemoryMoment::launch}) {
        EXPECT_TRUE(is_shortage(CL_MEM_OBJECT_ALLOCATION_FAILURE, moment));
        EXPECT_EQ(is_shortage(CL_OUT_OF_RESOURCES, moment), moment != MemoryMoment::launch);
        EXPECT_EQ(is_shortage(CL_OUT_OF_HOST_MEMORY, moment), moment != MemoryMoment::launch);
        EXPECT_EQ(is_shortage(CL_INVALID_BUFFER_SIZE, moment), moment == MemoryMoment::allocation);
        EXPECT_FALSE(is_shortage(CL_INVALID_KERNEL_ARGS, moment));
    }
}

}  // namespace
}  // namespace difftest::backends::opencl
