#pragma once

#include "backends/kernel_manifest/attribute_value.hpp"
#include "backends/kernel_manifest/expression.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/data_type.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a user says of a kernel: which part of a graph it computes, and how it is called. The format is
/// reports/schema/kernel_manifest.schema.json; how to write one, backends/opencl/examples/README.md.
namespace difftest::backends::kernel_manifest {

/// A manifest that cannot be used. One line: the file, the place in it, what is wrong.
class ManifestError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One node of the pattern: it reads the result of the step before it.
struct StepPattern {
    std::string name;
    graph::Operation operation;  ///< the kind; its attributes mean nothing
    bool optional = false;       ///< the graph may go on without it; never the first
    std::string chain;           ///< the slot that reads the step before; empty = any
    std::map<std::string, std::vector<AttributeValue>> attributes;  ///< the values that each may have
    std::map<std::string, std::vector<graph::DataType>> types;      ///< of slots, and of "output"
};

/// Something of the matched part: "quant1.input_low", "actv1.alpha"; "output" has no step.
struct Reference {
    std::string step;
    std::string member;
    friend bool operator==(const Reference&, const Reference&) = default;
};
std::string text_of(const Reference& reference);

/// The single element of a constant, or an attribute, printed so that the compiler reads it back exactly.
struct ConstantValue {
    Reference of;
};
struct LiteralValue {
    std::string text;
};
using DefineValue = std::variant<Expression, ConstantValue, LiteralValue>;

/// Which shape a constant is expanded to before it is laid out.
enum class Expansion : std::uint8_t {
    none,
    channel,  ///< one element for each feature of the output: [1, F, 1, ...]
    full      ///< the shape of the output
};

/// A buffer with a tensor.
struct TensorRole {
    Reference tensor;
    std::string layout;  ///< one of layout_names()
    Expansion expansion = Expansion::none;
    bool optional = false;  ///< left out when the slot is not used
};
struct IntegerScalar {
    Expression value;
};
struct FloatScalar {
    std::variant<Expression, ConstantValue> value;
};
using ArgumentRole = std::variant<TensorRole, IntegerScalar, FloatScalar>;

struct Manifest {
    std::string file;  ///< for messages
    std::string name;  ///< what reports call the kernel
    std::string entry;
    std::vector<StepPattern> pattern;
    std::vector<Expression> requirements;  ///< 0 = the kernel is not for this graph
    std::map<std::string, Expression> dimensions;
    std::vector<ArgumentRole> arguments;  ///< in the order of the function's parameters
    std::vector<Expression> global;       ///< work items, 1 to 3 dimensions
    std::vector<Expression> local;        ///< empty = the device decides
    std::map<std::string, DefineValue> defines;
    std::string options;
    std::optional<contract::Contract> contract;  ///< without one: what the specification gives the device

    /// Null when there is none of that name.
    const StepPattern* step(std::string_view name) const;
};

/// Reads and checks everything that needs no graph. `file` is what messages name. Throws ManifestError.
Manifest parse_manifest(std::string_view text, const std::string& file);

/// The layouts that a manifest may name, of tensors of any role and of constants only.
const std::vector<std::string>& activation_layout_names();
const std::vector<std::string>& weights_layout_names();

}  // namespace difftest::backends::kernel_manifest
