#include "harness/export/opencl_program.hpp"

#include <gmock/gmock.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

/// One kernel that doubles two numbers and stores them the other way round.
constexpr const char* kRecording = R"({"format": "difftest-opencl-recording", "version": 1,
  "platform": "Some \"platform\"", "device": "cpu",
  "buffers": [{"name": "a b", "tensor": "a b", "type": "f32", "written": false, "values": ["1", "inf"], "places": []},
              {"name": "out", "tensor": "out", "type": "f16", "written": true, "values": ["0", "0"], "places": [1, 0]}],
  "launches": [{"entry": "twice", "source": "kernel void twice() {}", "options": "-cl-std=CL1.2",
                "arguments": [{"buffer": 0}, {"int": -3}, {"float": "0.5"}, {"buffer": 1}], "global": [2], "local": []},
               {"entry": "nothing", "source": "", "options": "", "arguments": [], "global": [0, 1], "local": [1, 1]}]})";

ExportSubject subject() {
    ExportSubject result;
    result.recording = kRecording;
    result.outputs.push_back({"out", oracle::AllowedTensor(graph::DataType::f16, {2}, {2, 4}), {}});
    return result;
}

TEST(OpenclProgram, HasTheLaunchesAndTheValues) {
    const ReproducerFiles files = opencl_program(subject());
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.back().name, "kernels.cl");
    EXPECT_EQ(files.back().text, "kernel void twice() {}");
    const std::string& source = files.front().text;
    EXPECT_THAT(source, HasSubstr("static cl_float a_b[2] = {1.0f, INFINITY};"));
    EXPECT_THAT(source, HasSubstr("static const int out_places[] = {1, 0};"));
    EXPECT_THAT(source, HasSubstr("const double got = from_half(out[out_places[i]])"));
    EXPECT_THAT(source, HasSubstr(R"("Some \"platform\": cpu")"));
    EXPECT_THAT(source, HasSubstr("clSetKernelArg(twice, 1, sizeof(cl_int), &(cl_int){-3})"));
    EXPECT_THAT(source, HasSubstr("clSetKernelArg(twice, 2, sizeof(cl_float), &(cl_float){0.5f})"));
    EXPECT_THAT(source, HasSubstr("clEnqueueNDRangeKernel(queue, twice, 1, NULL, (size_t[]){2}, NULL, 0, NULL, NULL)"));
    EXPECT_EQ(source.find("nothing"), std::string::npos);  // no work items: it is not launched
}

TEST(OpenclProgram, SaysWhyNot) {
    ExportSubject other = subject();
    other.recording = R"({"format": "difftest-onednn-recording", "version": 1})";
    EXPECT_THROW(opencl_program(other), NotExpressible);
    other.recording.clear();
    EXPECT_THROW(opencl_program(other), NotExpressible);
    ExportSubject free = subject();
    free.outputs.front().name = "elsewhere";
    EXPECT_THROW(opencl_program(free), NotExpressible);
}

}  // namespace
}  // namespace difftest::harness
