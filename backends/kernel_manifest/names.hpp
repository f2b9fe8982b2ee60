#pragma once

#include "backends/kernel_manifest/manifest.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What a name in an expression or argument stands for.
namespace difftest::backends::kernel_manifest {

enum class NameKind : std::uint8_t {
    dimension,     ///< "F"
    step_present,  ///< "relu1.present": 1 or 0
    slot_present,  ///< "deconv.bias.present"
    attribute,     ///< "quant1.levels", "deconv.strides[0]"
    extent,        ///< "deconv.data.shape[1]", "output.shape[0]"
    rank,          ///< "output.rank"
    size           ///< "scale1.other.size": elements
};

struct ParsedName {
    NameKind kind = NameKind::dimension;
    Reference of;  ///< a tensor or an attribute; of a dimension: its name is the member
    std::optional<std::size_t> index;
};

/// Throws ExpressionError for what is no name.
ParsedName parse_name(const std::string& text);

/// "STEP.SLOT", or "output". Throws ExpressionError.
Reference parse_reference(const std::string& text);

/// Why the pattern has no such tensor, dimension or attribute; empty when it has.
std::string complaint_about(const Manifest& manifest, const ParsedName& name);
std::string complaint_about_tensor(const Manifest& manifest, const Reference& tensor);

/// Letters, digits and underscores, not beginning with a digit.
bool is_identifier(std::string_view text);

/// "other" is the operand of a binary operation that the chain does not go through.
inline constexpr std::string_view kOther = "other";
inline constexpr std::string_view kOutput = "output";

}  // namespace difftest::backends::kernel_manifest
