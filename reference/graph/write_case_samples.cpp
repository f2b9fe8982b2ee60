// Writes cases for the test of the schema: write_case_samples DIRECTORY. DIRECTORY/valid gets a case for every
// operation and every value of its enumerations, DIRECTORY/refused files that neither the reader nor the schema may
// accept.
#include "reference/graph/case_file.hpp"
#include "reference/graph/case_sample.hpp"
#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"
#include "reference/graph/validation.hpp"

#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace difftest::graph;

/// All values of an enumeration; of a truth value the one that is not the default.
template <typename Member>
std::deque<Member> values_of() {  // not a vector, which holds no bool
    std::deque<Member> values;
    if constexpr (std::is_enum_v<Member>) {
        for (const auto& entry : names_of<Member>()) {
            values.push_back(entry.value);
        }
    } else if constexpr (std::is_same_v<Member, bool>) {
        values.push_back(true);
    }
    return values;
}

/// `operation` with each of its enumerations and truth values at each of its values in turn, the others at their
/// default.
std::vector<Operation> variations(const Operation& operation) {
    std::vector<Operation> result{operation};
    std::visit(
        [&](const auto& op) {
            visit_attributes(op, [&](std::string_view name, const auto& member) {
                using Member = std::remove_cvref_t<decltype(member)>;
                for (const Member& value : values_of<Member>()) {
                    auto copy = op;
                    visit_attributes(copy, [&](std::string_view other, auto& target) {
                        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(target)>, Member>) {
                            target = other == name ? value : target;
                        }
                    });
                    result.emplace_back(copy);
                }
            });
        },
        operation);
    return result;
}

bool moves_data(const Operation& operation) {
    return std::holds_alternative<Permute>(operation) || std::holds_alternative<Reshape>(operation) ||
           std::holds_alternative<Slice>(operation) || std::holds_alternative<Concat>(operation) ||
           std::holds_alternative<Reorder>(operation);
}

DataType output_type(const Operation& operation) {
    if (is_contraction(operation)) {
        return DataType::s32;
    }
    if (std::holds_alternative<RequantizeFixedPoint>(operation)) {
        return DataType::s8;
    }
    if (std::holds_alternative<ShiftRound>(operation)) {
        return DataType::s32;
    }
    if (const auto* reduction = std::get_if<Reduction>(&operation)) {
        return reduction->algorithm == ReductionAlgorithm::sum ? DataType::s32 : DataType::u8;
    }
    if (moves_data(operation) || std::holds_alternative<Pooling>(operation) ||
        std::holds_alternative<Resampling>(operation)) {
        return DataType::u8;
    }
    const bool integer = std::holds_alternative<Quantize>(operation) || std::holds_alternative<Requantize>(operation);
    return integer ? DataType::u8 : DataType::f32;
}

/// "data", or one of several such slots.
bool is_data(std::string_view slot) {
    return slot == "a" || (slot.starts_with("data") && !slot.ends_with("zero_point"));
}

TensorData filled(DataType type, Shape shape, double value) {
    TensorData data(type, std::move(shape));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, value);
    }
    return data;
}

/// Values that fit at a slot of the operation.
TensorData sample_of(const Operation& operation, std::string_view slot) {
    if (std::holds_alternative<RequantizeFixedPoint>(operation)) {
        return filled(DataType::s32, slot == "data" ? Shape{1, 1, 8, 9} : Shape{}, slot == "shift" ? 0 : 1);
    }
    if (std::holds_alternative<Matmul>(operation) && slot.size() == 1) {
        return filled(slot == "a" ? DataType::u8 : DataType::s8, {2, 3, 3}, 1);
    }
    if (is_data(slot) || slot == "weights" || slot == "previous") {
        return filled(DataType::u8, {1, 1, 8, 9}, 1);
    }
    const bool integer = slot == "bias" || slot.ends_with("zero_point");
    return filled(integer ? DataType::s32 : DataType::f32,
                  slot == "bias" && !std::holds_alternative<Matmul>(operation) ? Shape{1} : Shape{}, 1);
}

/// A case of one node whose slots are all in use.
Case case_of(const Operation& operation) {
    Case value;
    value.name = std::string(name_of(operation));
    Node node{"node", operation, {}, kAbsent};
    for (const Slot& slot : slots_of(operation)) {
        const bool data = is_data(slot.name) || slot.name == "condition";
        const TensorRole role = data ? TensorRole::input : TensorRole::constant;
        TensorData values = sample_of(operation, slot.name);
        node.inputs.push_back(static_cast<TensorId>(value.graph.tensors.size()));
        value.graph.tensors.push_back({std::string(slot.name), values.type(), values.shape(), role, -1});
        value.data.push_back(std::move(values));
    }
    std::vector<Shape> shapes;
    for (const Tensor& tensor : value.graph.tensors) {
        shapes.push_back(tensor.shape);
    }
    node.output = static_cast<TensorId>(value.graph.tensors.size());
    value.graph.tensors.push_back(
        {"result", output_type(operation), infer_shape(operation, shapes).shape, TensorRole::intermediate, 0});
    value.graph.outputs = {node.output};
    value.graph.nodes.push_back(std::move(node));
    value.data.emplace_back();
    return value;
}

void write_valid(const std::filesystem::path& folder) {
    write_case(parse_case(kCaseSample, "sample"), folder / "sample.json");
    const std::vector<std::int64_t> one{1, 1};
    const std::vector<std::int64_t> zero{0, 0};
    const Operation operations[] = {Convolution{one, one, zero, zero, 1},
                                    Deconvolution{one, one, zero, zero, zero, 1},
                                    Matmul{},
                                    InnerProduct{},
                                    Eltwise{},
                                    Binary{},
                                    Select{},
                                    Prelu{},
                                    Sum{},
                                    FakeQuantize{},
                                    Quantize{},
                                    Dequantize{},
                                    Requantize{},
                                    Convert{},
                                    Permute{{0, 2, 3, 1}},
                                    Reshape{{9, 8}},
                                    Slice{{0, 0, 1, 2}, {1, 1, 8, 9}, {1, 1, 2, 3}},
                                    Concat{3},
                                    Reorder{},
                                    Pooling{PoolingAlgorithm::maximum, {3, 2}, {2, 1}, {1, 2}, {1, 0}, {0, 1}},
                                    Resampling{ResamplingAlgorithm::nearest, {4, 5}},
                                    Reduction{ReductionAlgorithm::sum, {2, 3}},
                                    RequantizeFixedPoint{},
                                    ShiftRound{},
                                    Softmax{}};
    static_assert(std::size(operations) == std::variant_size_v<Operation>, "a case for every operation");
    for (const Operation& operation : operations) {
        int count = 0;
        for (const Operation& variation : variations(operation)) {
            const Case value = case_of(variation);
            write_case(value, folder / (value.name + "_" + std::to_string(count++) + ".json"));
        }
    }
}

void write_refused(const std::filesystem::path& folder) {
    const std::pair<std::string_view, std::string_view> edits[] = {
        {R"("difftest_case": 1)", R"("difftest_case": 2)"},
        {R"("difftest_case": 1)", R"("difftest_case": 1, "seed": 1)"},
        {R"("name": "sample",)", ""},
        {R"("name": "sample")", R"("name": "a/b")"},
        {R"("name": "sample")", R"("name": "")"},
        {R"("op": "binary")", R"("op": "bynary")"},
        {R"("levels": 255)", R"("levels": 1)"},
        {R"("levels": 255, )", ""},
        {R"("levels": 255)", R"("levels": 255, "alpha": 1)"},
        {R"({"data": "q"})", R"({"data": "q", "scale": "s"})"},
        {R"({"data": "q"})", "{}"},
        {R"("form": "specification")", R"("form": "spec")"},
        {R"({"name": "q", "type": "u8"})", R"({"name": "q", "type": "f32"})"},
        {R"({"name": "q", "type": "u8"})", R"({"name": "q", "type": "u8", "role": 1})"},
        {R"("outputs": ["y"])", R"("outputs": [])"},
        {R"({"values": [3]})", R"({"values": ["Infinity"]})"},
        {R"({"values": [3]})", R"({"values": [3], "zstd": ""})"},
        {R"({"values": [3]})", R"({"zstd": "abc"})"},
        {R"("threads": 2)", R"("threads": 0)"},
        {R"("threads": 2)", R"("thread": 2)"},
    };
    int count = 0;
    for (const auto& [from, to] : edits) {
        std::string text(kCaseSample);
        text.replace(text.find(from), from.size(), to);
        try {
            parse_case(text, "edited");
            throw std::logic_error("the reader accepts the edit " + std::string(to));
        } catch (const CaseError&) {
            std::ofstream(folder / (std::to_string(count++) + ".json")) << text;
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: write_case_samples DIRECTORY\n";
        return 2;
    }
    try {
        const std::filesystem::path folder(arguments[1]);
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder / "valid");
        std::filesystem::create_directories(folder / "refused");
        write_valid(folder / "valid");
        write_refused(folder / "refused");
    } catch (const std::exception& error) {
        std::cerr << "write_case_samples: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
