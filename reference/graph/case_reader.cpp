#include "reference/graph/case_file.hpp"
#include "reference/graph/graph_json.hpp"
#include "reference/graph/json_cursor.hpp"
#include "reference/graph/names.hpp"
#include "reference/graph/tensor_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace difftest::graph {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

std::string too_large() {
    return fmt::format("a case file has at most {} bytes", kLargestFile);
}

void check_version(const JsonCursor& root) {
    const JsonCursor version = root.member("difftest_case");
    if (version.integer() != kVersion) {
        version.fail(fmt::format("version {} is not supported, only {}", version.integer(), kVersion));
    }
}

std::vector<TensorData> read_data(const JsonCursor& cursor, const Graph& graph) {
    std::vector<TensorData> data(graph.tensors.size());
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const Tensor& tensor = graph.tensors[i];
        if (tensor.role == TensorRole::intermediate) {
            continue;
        }
        const auto entry = cursor.find(tensor.name);
        if (!entry) {
            cursor.fail(fmt::format("the values of {} are missing", in_quotes(tensor.name)));
        }
        data[i] = read_tensor(*entry, tensor.type, tensor.shape);
        names.insert(tensor.name);
    }
    for (const auto& [name, entry] : cursor.members()) {
        if (!names.contains(name)) {
            cursor.fail(fmt::format("{} is no input or constant of the graph", in_quotes(name)));
        }
    }
    return data;
}

std::vector<std::string> read_texts(const JsonCursor& cursor) {
    std::vector<std::string> texts;
    for (const JsonCursor& element : cursor.elements()) {
        texts.push_back(element.text());
    }
    return texts;
}

ExecutionRequest read_execution(const JsonCursor& cursor) {
    cursor.allow_only({"contract", "plans", "isas", "threads"});
    ExecutionRequest execution;
    if (const auto contract = cursor.find("contract")) {
        execution.contract = contract->text();
    }
    if (const auto plans = cursor.find("plans")) {
        execution.plans = read_texts(*plans);
    }
    if (const auto isas = cursor.find("isas")) {
        execution.isas = read_texts(*isas);
    }
    if (const auto threads = cursor.find("threads")) {
        const std::int64_t count = threads->integer();
        if (count < 1 || count > std::numeric_limits<int>::max()) {
            threads->fail(fmt::format("{} is no number of threads", count));
        }
        execution.threads = static_cast<int>(count);
    }
    return execution;
}

void check_unfolded_size(const JsonCursor& data, const Graph& graph, std::size_t file_bytes) {
    const std::uint64_t wanted = unfolded_bytes(graph);
    const std::uint64_t most = most_unfolded_bytes(file_bytes);
    if (wanted > most) {
        data.fail(fmt::format("{} bytes of values, more than the {} that a file of {} bytes may unfold to", wanted,
                              most, file_bytes));
    }
}

Case read_root(const JsonCursor& root, std::size_t file_bytes) {
    check_version(root);
    root.allow_only({"difftest_case", "name", "graph", "data", "execution", "annotations"});
    const Limits limits;
    Case result;
    result.name = root.member("name").text();
    result.graph = read_graph(root.member("graph"), limits);
    // Before the values: they may be as large as the graph says.
    if (auto problem = validate_graph(result.graph, limits)) {
        throw MisplacedInput(*std::move(problem));
    }
    check_unfolded_size(root.member("data"), result.graph, file_bytes);
    result.data = read_data(root.member("data"), result.graph);
    if (const auto execution = root.find("execution")) {
        result.execution = read_execution(*execution);
    }
    if (const auto annotations = root.find("annotations")) {
        for (const auto& [key, text] : annotations->members()) {
            result.annotations.emplace(key, text.text());
        }
    }
    if (auto problem = validate_case(result, limits)) {
        throw MisplacedInput(*std::move(problem));
    }
    return result;
}

/// The name of a file as it stands in messages: one line, whatever the name.
std::string display_name(std::string_view name) {
    return is_printable(name) ? std::string(name) : in_quotes(name);
}

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view message) {
    throw CaseError(fmt::format("{}: {}", display_name(file.string()), message));
}

struct CloseFile {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

std::string read_text(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        fail(path, "is a directory, not a case file");
    }
    const auto size = std::filesystem::file_size(path, ignored);
    if (!ignored && size > kLargestFile) {
        fail(path, too_large());
    }
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
    if (!file) {
        fail(path, std::generic_category().message(errno));
    }
    std::string text;
    std::array<char, 1 << 16> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
        text.append(buffer.data(), count);
        if (text.size() > kLargestFile) {
            fail(path, too_large());
        }
    }
    if (std::ferror(file.get()) != 0) {
        fail(path, "cannot be read to its end");
    }
    return text;
}

}  // namespace

Case parse_case(std::string_view text, std::string_view origin) {
    if (text.size() > kLargestFile) {
        throw CaseError(fmt::format("{}: {}", display_name(origin), too_large()));
    }
    try {
        const InputJson document = parse_json(text);
        return read_root(JsonCursor(document, ""), text.size());
    } catch (const MisplacedInput& error) {
        const Problem& problem = error.problem();
        const std::string place = problem.place.empty() ? "/" : problem.place;
        throw CaseError(fmt::format("{}: {}: {}", display_name(origin), place, problem.message));
    }
}

Case read_case(const std::filesystem::path& file) {
    return parse_case(read_text(file), file.string());
}

}  // namespace difftest::graph
