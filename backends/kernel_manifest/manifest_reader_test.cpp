#include "backends/kernel_manifest/kernel_file.hpp"
#include "backends/kernel_manifest/manifest.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

namespace difftest::backends::kernel_manifest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A multiplication that reads its other operand as one value for each feature.
json small_manifest() {
    return json::parse(R"({
      "format": "difftest-kernel-manifest", "version": 1, "entry": "scale",
      "pattern": [{"name": "relu", "op": "eltwise", "attributes": {"algorithm": "relu"}},
                  {"name": "product", "op": "binary", "optional": true, "types": {"output": ["f32"]}}],
      "dimensions": {"F": "output.shape[1]", "TWICE": "2 * F"},
      "arguments": [{"tensor": "relu.data"}, {"tensor": "product.other", "expand": "channel"}, {"tensor": "output"},
                    {"scalar": "int", "value": "TWICE"}, {"scalar": "float", "constant": "relu.alpha"}],
      "global": ["output.size"]
    })");
}

std::string error_of(const json& manifest) {
    try {
        parse_manifest(manifest.dump(), "my.json");
    } catch (const ManifestError& error) {
        return error.what();
    }
    return "";
}

TEST(ManifestReader, ReadsWhatIsWritten) {
    const Manifest manifest = parse_manifest(small_manifest().dump(), "my.json");
    EXPECT_EQ(manifest.name, "scale");
    ASSERT_EQ(manifest.pattern.size(), 2);
    EXPECT_TRUE(manifest.pattern[1].optional);
    EXPECT_EQ(manifest.arguments.size(), 5);
    EXPECT_EQ(std::get<TensorRole>(manifest.arguments[1]).expansion, Expansion::channel);
    EXPECT_FALSE(manifest.contract);
}

TEST(ManifestReader, RefusesInOneLineWithThePlace) {
    const auto spoiled = [](const std::function<void(json&)>& spoil) {
        json manifest = small_manifest();
        spoil(manifest);
        return error_of(manifest);
    };
    EXPECT_EQ(spoiled([](json& m) { m["layout"] = "bfyx"; }), "my.json: unknown key \"layout\"");
    EXPECT_EQ(spoiled([](json& m) { m["version"] = 2; }),
              "my.json: /version: version 2 is unknown; this difftest reads version 1");
    EXPECT_THAT(spoiled([](json& m) { m["arguments"][0]["layout"] = "fsv64"; }),
                HasSubstr("my.json: /arguments/0/layout: unknown layout \"fsv64\" (known: row_major, bfyx, byxf"));
    EXPECT_EQ(spoiled([](json& m) { m["arguments"][0]["tensor"] = "relu.weights"; }),
              "my.json: /arguments/0/tensor: step 'relu' (eltwise) has no tensor 'weights'");
    EXPECT_EQ(spoiled([](json& m) { m["arguments"][0]["tensor"] = "conv.data"; }),
              "my.json: /arguments/0/tensor: the pattern has no step 'conv'");
    EXPECT_EQ(spoiled([](json& m) { m["arguments"].erase(2); }),
              "my.json: /arguments: one argument must be {\"tensor\": \"output\"}; there are 0");
    EXPECT_EQ(spoiled([](json& m) { m["global"][0] = "G + 1"; }),
              "my.json: /global/0: expression \"G + 1\": there is no dimension 'G'");
    EXPECT_EQ(spoiled([](json& m) { m["global"][0] = "relu.stride"; }),
              "my.json: /global/0: expression \"relu.stride\": step 'relu' (eltwise) has no attribute 'stride'");
    EXPECT_THAT(spoiled([](json& m) { m["global"][0] = "1 +"; }), HasSubstr("/global/0: expression \"1 +\""));
    EXPECT_EQ(spoiled([](json& m) { m["global"] = {1, 1, 1, 1}; }), "my.json: /global: must have 1 to 3 dimensions");
    EXPECT_EQ(spoiled([](json& m) { m["local"] = {1, 1}; }), "my.json: /local: has 2 dimensions, global has 1");
    EXPECT_EQ(spoiled([](json& m) { m["dimensions"]["F"] = "TWICE / 2"; }),
              "my.json: /dimensions/F: dimension 'F' needs its own value");
    EXPECT_THAT(spoiled([](json& m) { m["pattern"][0]["op"] = "relu"; }),
                HasSubstr("my.json: /pattern/0/op: unknown operation \"relu\" (known: binary, concat"));
    EXPECT_EQ(spoiled([](json& m) {
                  m["pattern"][0]["attributes"] = {{"gamma", 1}};
              }),
              "my.json: /pattern/0/attributes/gamma: eltwise has no attribute \"gamma\"");
    EXPECT_EQ(spoiled([](json& m) { m["contract"] = "lenient"; }),
              "my.json: /contract: \"lenient\": no such contract (see: difftest list contracts)");
}

/// No value of a dimension is computed twice: the reader would not come to an end otherwise.
TEST(ManifestReader, DimensionsThatDoubleEachOtherAreNoTrap) {
    json manifest = small_manifest();
    for (int i = 0; i < 60; ++i) {
        const std::string before = i == 0 ? "F" : "D" + std::to_string(i - 1);
        manifest["dimensions"]["D" + std::to_string(i)] = before + " + " + before;
    }
    EXPECT_EQ(error_of(manifest), "");
}

/// Found by scripts/malformed-inputs: the message quotes the expression.
TEST(ManifestReader, AMessageIsOneLineWhateverItQuotes) {
    json manifest = small_manifest();
    manifest["dimensions"]["F"] = "\nF";
    EXPECT_THAT(error_of(manifest), HasSubstr("expression"));
    EXPECT_EQ(error_of(manifest).find('\n'), std::string::npos);
    manifest["dimensions"]["F"] = std::string(5000, '(');
    EXPECT_LT(error_of(manifest).size(), 1100U);
}

/// reports/schema holds the same files to the schema.
TEST(ManifestReader, RefusesWhatTheSchemaRefuses) {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(DIFFTEST_SOURCE_DIR "/backends/kernel_manifest/testing/refused")) {
        std::ifstream stream(entry.path());
        EXPECT_NE(error_of(json::parse(stream)), "") << entry.path();
        ++files;
    }
    EXPECT_GE(files, 8);
}

TEST(KernelFile, ExamplesAreReadAndMissingFilesAreNot) {
    const std::string folder = DIFFTEST_SOURCE_DIR "/backends/opencl/examples/";
    for (const std::string name : {"deconv_fused.json", "deconv_fused_clamp_optimised.json"}) {
        EXPECT_EQ(read_kernel(folder + "deconv_fused.cl", folder + name).manifest.name, "deconv_fsv16");
    }
    EXPECT_THROW(read_kernel(folder + "nothing.cl", folder + "deconv_fused.json"), ManifestError);
    EXPECT_THROW(read_kernel(folder + "deconv_fused.cl", folder), ManifestError);
    EXPECT_THROW(read_kernel(folder + "deconv_fused.cl", folder + "deconv_fused.cl"), ManifestError);
}

}  // namespace
}  // namespace difftest::backends::kernel_manifest
