#include "backends/kernel_manifest/expression.hpp"

#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace difftest::backends::kernel_manifest {

class ExpressionParser {
public:
    explicit ExpressionParser(std::string_view text) { result_.text_ = std::string(text); }

    Expression parse() {
        if (result_.text_.size() > Expression::kLongest) {
            fail(fmt::format("longer than {} characters", Expression::kLongest));
        }
        comparison();
        skip_spaces();
        if (at_ < result_.text_.size()) {
            fail(fmt::format("unexpected '{}' at character {}", result_.text_[at_], at_ + 1));
        }
        return std::move(result_);
    }

private:
    using Operator = Expression::Operator;
    struct Symbol {
        std::string_view text;
        Operator operation;
    };

    [[noreturn]] void fail(const std::string& message) const {
        throw ExpressionError(fmt::format("expression {}: {}", graph::in_quotes(result_.text_), message));
    }

    void skip_spaces() {
        while (at_ < result_.text_.size() && result_.text_[at_] == ' ') {
            ++at_;
        }
    }

    bool take(std::string_view symbol) {
        skip_spaces();
        if (std::string_view(result_.text_).substr(at_, symbol.size()) != symbol) {
            return false;
        }
        at_ += symbol.size();
        return true;
    }

    template <std::size_t N>
    std::optional<Operator> take_one(const std::array<Symbol, N>& symbols) {
        for (const Symbol& symbol : symbols) {
            if (take(symbol.text)) {
                return symbol.operation;
            }
        }
        return std::nullopt;
    }

    void push(Operator operation) { result_.steps_.push_back({operation, 0, {}}); }

    void comparison() {
        static constexpr std::array<Symbol, 6> kSymbols{{{"==", Operator::equal},
                                                         {"!=", Operator::not_equal},
                                                         {"<=", Operator::less_equal},
                                                         {">=", Operator::greater_equal},
                                                         {"<", Operator::less},
                                                         {">", Operator::greater}}};
        sum();
        if (const auto operation = take_one(kSymbols)) {
            sum();
            push(*operation);
        }
    }

    void sum() {
        static constexpr std::array<Symbol, 2> kSymbols{{{"+", Operator::add}, {"-", Operator::subtract}}};
        product();
        while (const auto operation = take_one(kSymbols)) {
            product();
            push(*operation);
        }
    }

    void product() {
        static constexpr std::array<Symbol, 3> kSymbols{
            {{"*", Operator::multiply}, {"/", Operator::divide}, {"%", Operator::remainder}}};
        operand();
        while (const auto operation = take_one(kSymbols)) {
            operand();
            push(*operation);
        }
    }

    void operand() {
        if (++depth_ > Expression::kDeepest) {
            fail(fmt::format("nested deeper than {} levels", Expression::kDeepest));
        }
        skip_spaces();
        const char next = at_ < result_.text_.size() ? result_.text_[at_] : '\0';
        if (take("-")) {
            result_.steps_.push_back({Operator::number, 0, {}});
            operand();
            push(Operator::subtract);
        } else if (take("(")) {
            comparison();
            close();
        } else if (std::isdigit(static_cast<unsigned char>(next)) != 0) {
            result_.steps_.push_back({Operator::number, number(), {}});
        } else if (std::isalpha(static_cast<unsigned char>(next)) != 0 || next == '_') {
            name_or_function();
        } else {
            fail(next == '\0' ? std::string("a number, a name or ( is missing at its end")
                              : fmt::format("unexpected '{}' at character {}", next, at_ + 1));
        }
        --depth_;
    }

    void close() {
        if (!take(")")) {
            fail(") is missing");
        }
    }

    std::int64_t number() {
        std::int64_t value = 0;
        const char* const begin = result_.text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, result_.text_.data() + result_.text_.size(), value);
        if (error != std::errc{}) {
            fail("a number does not fit into 64 bits");
        }
        at_ += static_cast<std::size_t>(end - begin);
        return value;
    }

    void name_or_function() {
        const std::size_t begin = at_;
        const auto belongs = [](unsigned char letter) {
            return std::isalnum(letter) != 0 || letter == '_' || letter == '.' || letter == '[' || letter == ']';
        };
        while (at_ < result_.text_.size() && belongs(static_cast<unsigned char>(result_.text_[at_]))) {
            ++at_;
        }
        const std::string name = result_.text_.substr(begin, at_ - begin);
        if (take("(")) {
            function(name);
        } else {
            result_.steps_.push_back({Operator::name, 0, name});
        }
    }

    void function(const std::string& name) {
        static constexpr std::array<Symbol, 4> kFunctions{{{"ceil_div", Operator::ceil_div},
                                                           {"round_up", Operator::round_up},
                                                           {"min", Operator::minimum},
                                                           {"max", Operator::maximum}}};
        const auto known = std::find_if(kFunctions.begin(), kFunctions.end(),
                                        [&name](const Symbol& each) { return each.text == name; });
        if (known == kFunctions.end()) {
            fail(fmt::format("unknown function '{}' (known: ceil_div, round_up, min, max)", name));
        }
        comparison();
        if (!take(",")) {
            fail(fmt::format("{} takes two arguments", name));
        }
        comparison();
        close();
        push(known->operation);
    }

    Expression result_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

Expression Expression::parse(std::string_view text) {
    return ExpressionParser(text).parse();
}

std::vector<std::string> Expression::names() const {
    std::vector<std::string> result;
    for (const Step& step : steps_) {
        if (step.operation == Operator::name) {
            result.push_back(step.name);
        }
    }
    return result;
}

std::int64_t Expression::value(const Lookup& lookup) const {
    std::vector<std::int64_t> stack;
    for (const Step& step : steps_) {
        if (step.operation == Operator::number || step.operation == Operator::name) {
            stack.push_back(step.operation == Operator::number ? step.number : lookup(step.name));
            continue;
        }
        const std::int64_t b = stack.back();
        stack.pop_back();
        stack.back() = apply(step.operation, stack.back(), b);
    }
    return stack.back();
}

std::int64_t Expression::apply(Operator operation, std::int64_t a, std::int64_t b) const {
    const auto fail = [this](std::string_view message) {
        throw ExpressionError(fmt::format("expression {}: {}", graph::in_quotes(text_), message));
    };
    const bool divides = operation == Operator::divide || operation == Operator::remainder ||
                         operation == Operator::ceil_div || operation == Operator::round_up;
    if (divides && b == 0) {
        fail("division by zero");
    }
    if (divides && b == -1 && a == std::numeric_limits<std::int64_t>::min()) {
        fail("the result leaves 64 bits");
    }
    std::int64_t result = 0;
    bool leaves = false;
    switch (operation) {
        case Operator::add: leaves = __builtin_add_overflow(a, b, &result); break;
        case Operator::subtract: leaves = __builtin_sub_overflow(a, b, &result); break;
        case Operator::multiply: leaves = __builtin_mul_overflow(a, b, &result); break;
        case Operator::divide: result = a / b; break;
        case Operator::remainder: result = a % b; break;
        case Operator::equal: result = a == b ? 1 : 0; break;
        case Operator::not_equal: result = a != b ? 1 : 0; break;
        case Operator::less: result = a < b ? 1 : 0; break;
        case Operator::less_equal: result = a <= b ? 1 : 0; break;
        case Operator::greater: result = a > b ? 1 : 0; break;
        case Operator::greater_equal: result = a >= b ? 1 : 0; break;
        case Operator::minimum: result = std::min(a, b); break;
        case Operator::maximum: result = std::max(a, b); break;
        default: {
            const bool has_rest = a % b != 0 && (a < 0) == (b < 0);
            result = a / b + (has_rest ? 1 : 0);
            leaves = operation == Operator::round_up && __builtin_mul_overflow(result, b, &result);
        }
    }
    if (leaves) {
        fail("the result leaves 64 bits");
    }
    return result;
}

}  // namespace difftest::backends::kernel_manifest
