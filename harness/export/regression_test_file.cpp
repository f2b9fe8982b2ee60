#include "harness/export/regression_test_file.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/export/verification.hpp"
#include "harness/report/template_text.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostCharacters = 65536;  ///< of a case that a reader still looks at, and a literal may have

std::int64_t outside(const ExportedOutput& output) {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < output.allowed.size(); ++i) {
        count += output.allowed.contains(i, output.got.at(i)) ? 0 : 1;
    }
    return count;
}

Json observed(const ExportedOutput& output) {
    const graph::DataType type = output.allowed.type();
    std::vector<std::string> values;
    for (std::int64_t i = 0; i < output.got.size(); ++i) {
        const double value = output.got.at(i);
        values.push_back(graph::is_integer(type) ? fmt::format("{:.0f}", value)
                                                 : float_literal(fmt::format("{}", static_cast<float>(value))));
    }
    return {{"name", Json(output.name).dump()},
            {"type", graph::name_of(type)},
            {"values", braced(values)},
            {"outside", outside(output)}};
}

/// The folder that a build tree was configured from.
std::string sources_of(const std::filesystem::path& build_tree) {
    constexpr std::string_view kKey = "CMAKE_HOME_DIRECTORY:INTERNAL=";
    std::ifstream cache(build_tree / "CMakeCache.txt");
    for (std::string line; std::getline(cache, line);) {
        if (line.starts_with(kKey)) {
            return line.substr(kKey.size());
        }
    }
    throw NotExpressible(fmt::format("--build-tree {}: no build of difftest", build_tree.string()));
}

}  // namespace

ReproducerFiles regression_test_file(const ExportSubject& subject) {
    if (subject.outputs.empty()) {
        throw NotExpressible("a crash gives no values that the oracle could judge");
    }
    Json tensors = Json::array();
    std::int64_t wrong = 0;
    for (const auto* const list : {&subject.intermediates, &subject.outputs}) {
        for (const ExportedOutput& output : *list) {
            tensors.push_back(observed(output));
            wrong += outside(output);
        }
    }
    if (wrong == 0) {
        throw NotExpressible("no value is outside of what is allowed: the finding is in how it came about");
    }
    const std::string value = graph::format_case(subject.value);
    if (value.size() > kMostCharacters) {
        throw NotExpressible("the case is too large to be read");
    }
    CppNames names;
    const Json view = {{"title", subject.title},
                       {"library", subject.library},
                       {"isa", subject.isa},
                       {"plan", subject.plan},
                       {"reason", subject.reason},
                       {"name", names.unique(subject.value.name)},
                       {"case", value},
                       {"contract", subject.contract},
                       {"resynchronised", !subject.intermediates.empty()},
                       {"tensors", std::move(tensors)}};
    return {{"finding_test.cpp", fill_template("finding_test.cpp.mustache", view, Escaping::none)}};
}

ReportedReproducer regression_test(const ExportSubject& subject, const std::filesystem::path& build_tree) {
    ReproducerFiles files = regression_test_file(subject);
    if (build_tree.empty()) {
        return {"gtest", "not_run", "not run here (--build-tree names no build of difftest)", "", "", std::move(files)};
    }
    const std::string tree = shell_path(build_tree, "--build-tree");
    const std::string build = fmt::format(
        "c++ -std=c++20 -O1 -I{} finding_test.cpp -o finding_test -Wl,--start-group {}/reference/*/*.a "
        "-Wl,--end-group -lgtest_main -lgtest -lfmt -lzstd -lsodium -lxxhash",
        shell_path(sources_of(build_tree), "--build-tree"), tree);
    ReportedReproducer result =
        verified({"gtest", build, "./finding_test --gtest_brief=1", true}, std::move(files), subject.verdict);
    result.command = "in the TESTS of a room that sees difftest::oracle";
    return result;
}

}  // namespace difftest::harness
