#pragma once

#include "harness/generate/primitive_description.hpp"
#include "reference/graph/case_builder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// std::invalid_argument: "cannot import WHAT".
[[noreturn]] void refuse_import(const std::string& what);

/// import_words, of which there must be one.
std::vector<std::string> some_words(std::string_view text, std::string_view separators);

/// What stands between the separators, without what is empty.
std::vector<std::string> import_words(std::string_view text, std::string_view separators);

/// Throws std::invalid_argument where the text is no number.
float import_number(const std::string& text);

/// Whole numbers over the type's full range, -64 to 64 for floats; the same for the same stream.
graph::TensorData filled_tensor(graph::DataType type, const graph::Shape& shape, std::uint64_t stream);

/// The attributes of a described primitive as nodes: scales, post-ops, zero points, each one step further along a
/// chain.
class DescribedSteps {
public:
    DescribedSteps(const PrimitiveDescription& description, graph::CaseBuilder& builder)
        : d_(description), builder_(builder) {}

    /// The factors in front of the post-ops.
    graph::TensorId scaled(graph::TensorId flowing);

    /// "relu:0.5", "add:f32:per_oc", "sum:0.5:3:s8", "prelu:per_oc".
    graph::TensorId post_op(graph::TensorId flowing, const std::string& text, const std::string& name);

    /// What comes behind the post-ops: the scale and the zero point of the destination.
    graph::TensorId quantized(graph::TensorId flowing);

    graph::TensorId eltwise(const std::string& algorithm, const std::string& name, graph::TensorId data, float alpha,
                            float beta);
    graph::TensorId binary(const std::string& algorithm, const std::string& name, graph::TensorId a, graph::TensorId b);
    graph::TensorId plus(graph::TensorId flowing, const std::string& name, graph::TensorId other);

    /// A constant that is broadcast to `like` by a policy of benchdnn or a mask. Numbers are `value` times 1 to 7;
    /// 8-bit integers cover their type.
    graph::TensorId operand(const std::string& name, graph::TensorId like, const std::string& policy,
                            graph::DataType type, float value);

private:
    graph::TensorId times(graph::TensorId flowing, const std::string& name, const std::string& policy);
    std::uint64_t mask_of(const std::string& policy, graph::TensorId like) const;
    graph::TensorId sum_post_op(graph::TensorId flowing, const std::vector<std::string>& parts,
                                const std::string& name);

    const PrimitiveDescription& d_;
    graph::CaseBuilder& builder_;
};

/// The parameter of that argument, of which a log says "src0" for "src".
std::optional<DescribedParameter> parameter_of(const std::vector<DescribedParameter>& parameters,
                                               const std::string& argument);

}  // namespace difftest::harness
