#include "reference/graph/case_file.hpp"
#include "reference/graph/graph_json.hpp"
#include "reference/graph/tensor_text.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace difftest::graph {
namespace {

constexpr int kMostAttempts = 1000;

OutputJson write_data(const Case& value) {
    OutputJson data = OutputJson::object();
    for (std::size_t i = 0; i < value.data.size(); ++i) {
        const Tensor& tensor = value.graph.tensors[i];
        if (tensor.role != TensorRole::intermediate) {
            // operator[] would look through all entries before it.
            data.get_ref<OutputJson::object_t&>().emplace_back(tensor.name, write_tensor(value.data[i]));
        }
    }
    return data;
}

OutputJson write_execution(const ExecutionRequest& execution) {
    OutputJson result = OutputJson::object();
    if (execution.contract) {
        result["contract"] = *execution.contract;
    }
    if (!execution.plans.empty()) {
        result["plans"] = execution.plans;
    }
    if (!execution.isas.empty()) {
        result["isas"] = execution.isas;
    }
    if (execution.threads) {
        result["threads"] = *execution.threads;
    }
    return result;
}

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), std::generic_category().message(error)));
}

/// Writes a new file; an existing one is not touched. Returns 0 or the error number.
int write_new_file(const std::filesystem::path& path, std::string_view text) {
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    if (file == nullptr) {
        return errno;
    }
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int write_error = written ? 0 : errno;
    const int close_error = std::fclose(file) == 0 ? 0 : errno;
    return written ? close_error : write_error;
}

}  // namespace

std::string format_case(const Case& value) {
    if (const auto problem = validate_case(value)) {
        throw std::invalid_argument(
            fmt::format("an invalid case cannot be written: {}: {}", problem->place, problem->message));
    }
    OutputJson document = OutputJson::object();
    document["difftest_case"] = 1;
    document["name"] = value.name;
    document["graph"] = write_graph(value.graph);
    document["data"] = write_data(value);
    if (OutputJson execution = write_execution(value.execution); !execution.empty()) {
        document["execution"] = std::move(execution);
    }
    if (!value.annotations.empty()) {
        document["annotations"] = value.annotations;
    }
    std::string text = lay_out(document);
    // Hundreds of megabytes of nearly constant values: blanks at the end let the file unfold so far.
    const std::uint64_t unfolded = unfolded_bytes(value.graph);
    while (most_unfolded_bytes(text.size()) < unfolded) {
        text.append(std::size_t{1} << 16, ' ');
    }
    return text;
}

void write_case(const Case& value, const std::filesystem::path& file) {
    const std::string text = format_case(value);
    std::filesystem::path partial;
    int error = EEXIST;
    // Another thread or process may be writing the same case: a partial file belongs to whoever created it.
    for (int attempt = 0; error == EEXIST && attempt < kMostAttempts; ++attempt) {
        partial = fmt::format("{}.{}-{}.partial", file.string(), getpid(), attempt);
        error = write_new_file(partial, text);
    }
    if (error == EEXIST) {
        fail(file, error);
    }
    std::error_code rename_error;
    if (error == 0) {
        std::filesystem::rename(partial, file, rename_error);
    }
    if (error != 0 || rename_error) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        fail(file, error != 0 ? error : rename_error.value());
    }
}

}  // namespace difftest::graph
