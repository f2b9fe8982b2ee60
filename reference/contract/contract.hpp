#pragma once

#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A contract is the set of freedoms that a backend is granted: each freedom allows more than one result for the same
/// operation, and the oracle's allowed set contains exactly the results of the granted ones. What no freedom covers is
/// mandatory. Source: DESIGN.md section 4 and the list F1-F14, X1, X2 of the semantics.
namespace difftest::contract {

enum class Freedom : std::uint8_t {
    scale_association,             ///< F1
    fused_multiply_add,            ///< F2
    reciprocal_division,           ///< F3
    affine_folding,                ///< F4
    bias_stage,                    ///< F5
    opencl_ulp,                    ///< F6
    relaxed_math,                  ///< F6r
    flush_subnormals,              ///< F7
    eltwise_error_table,           ///< F8
    library_functions,             ///< F8c
    float_compensation,            ///< F9
    integer_rewriting,             ///< F10
    rounding_and_zero_point_site,  ///< F11
    half_intermediates,            ///< F12
    fake_quantize_scale_shift,     ///< F13
    rounded_s32_output,            ///< F14
    pair_saturation,               ///< X1
    halved_weights,                ///< X2
};
inline constexpr std::size_t kFreedomCount = 18;

struct FreedomInfo {
    Freedom freedom;
    std::string_view flag;         ///< "F1"
    std::string_view name;         ///< "scale_association"
    std::string_view explanation;  ///< one sentence: what is allowed
    std::string_view source;       ///< who documents or does it
};

/// All freedoms in the order of the enumeration.
std::span<const FreedomInfo> all_freedoms();

/// A set of freedoms under a name. A value: backends declare one, a case may tighten it.
class Contract {
public:
    Contract() = default;
    Contract(std::string name, std::initializer_list<Freedom> freedoms);

    bool grants(Freedom freedom) const { return flags_.test(static_cast<std::size_t>(freedom)); }
    Contract& grant(Freedom freedom);
    Contract& withdraw(Freedom freedom);
    const std::string& name() const { return name_; }
    std::vector<Freedom> freedoms() const;

    /// The freedoms that both grant; keeps the name of the narrower one when one contains the other.
    static Contract intersection(const Contract& a, const Contract& b);

    /// "onednn2", or "onednn2+F9-F8" when it deviates from the level of that name. parse(to_string()) gives it back.
    std::string to_string() const;

    /// The inverse of to_string; nothing when the text names no known level or flag.
    static std::optional<Contract> parse(std::string_view text);

    friend bool operator==(const Contract& a, const Contract& b) { return a.flags_ == b.flags_; }

private:
    std::string name_ = "strict";
    std::bitset<kFreedomCount> flags_;
};

struct LevelInfo {
    Contract contract;
    std::string_view explanation;
};

/// The named levels: strict, onednn2, onednn3, opencl, cldnn, qdq, ...
std::span<const LevelInfo> all_levels();

std::optional<Contract> level(std::string_view name);

}  // namespace difftest::contract
