#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Arithmetic in a manifest: sizes of work, values of defines and scalars, requirements. Nothing but whole numbers of
/// 64 bits, names, + - * / % (towards zero, as in C), comparisons that give 0 or 1, parentheses, and the functions
/// ceil_div(a, b), round_up(a, b) (to a multiple of b), min(a, b), max(a, b).
namespace difftest::backends::kernel_manifest {

/// The message says what is wrong and in which expression.
class ExpressionError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Expression {
public:
    static constexpr std::size_t kLongest = 1000;  ///< characters
    static constexpr int kDeepest = 32;            ///< nested parentheses, functions and signs

    /// The value of a name, such as "F" or "deconv.data.shape[1]". Throws ExpressionError.
    using Lookup = std::function<std::int64_t(const std::string& name)>;

    /// Throws ExpressionError.
    static Expression parse(std::string_view text);

    /// Throws ExpressionError: division by zero, a result that leaves 64 bits, or what the lookup throws.
    std::int64_t value(const Lookup& lookup) const;

    const std::string& text() const { return text_; }
    /// In the order in which they stand.
    std::vector<std::string> names() const;

private:
    friend class ExpressionParser;
    enum class Operator : std::uint8_t {
        number,
        name,
        add,
        subtract,
        multiply,
        divide,
        remainder,
        equal,
        not_equal,
        less,
        less_equal,
        greater,
        greater_equal,
        ceil_div,
        round_up,
        minimum,
        maximum
    };
    /// One step of a stack machine: evaluation needs no recursion.
    struct Step {
        Operator operation = Operator::number;
        std::int64_t number = 0;
        std::string name;
    };
    std::int64_t apply(Operator operation, std::int64_t a, std::int64_t b) const;

    std::string text_;
    std::vector<Step> steps_;
};

}  // namespace difftest::backends::kernel_manifest
