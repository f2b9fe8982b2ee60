#include "backends/opencl/function_library.hpp"

#include <fmt/format.h>

#include <array>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

// $F, $I, $L: float, int and long with as many lanes. $V: the number of lanes behind convert_, nothing for one.
// $n: the number of lanes behind our own names. Division and sqrt are correctly rounded only where the device says so;
// everything else that is no transcendental function is exact or rounded once.

namespace difftest::backends::opencl {
namespace {

constexpr std::string_view kFunctions = R"(
$F quotient_$n($F a, $F b) { return $QUOTIENT; }
$F root_$n($F x) { return $ROOT; }
$F relu_$n($F x, float alpha, float beta) { return x > 0.0f ? x : alpha * x; }
$F linear_$n($F x, float alpha, float beta) { return alpha * x + beta; }
$F clip_$n($F x, float alpha, float beta) { return isnan(x) ? x : fmin(fmax(x, alpha), beta); }
$F clip_v2_$n($F x, float alpha, float beta) { return clip_$n(x, alpha, beta); }
$F abs_$n($F x, float alpha, float beta) { return fabs(x); }
$F square_$n($F x, float alpha, float beta) { return x * x; }
$F sqrt_$n($F x, float alpha, float beta) { return root_$n(x); }
$F round_$n($F x, float alpha, float beta) { return rint(x); }
$F exp_$n($F x, float alpha, float beta) { return exp(x); }
$F log_$n($F x, float alpha, float beta) { return log(x); }
$F tanh_$n($F x, float alpha, float beta) { return tanh(x); }
$F logistic_$n($F x, float alpha, float beta) { return 1.0f / (1.0f + exp(-x)); }
$F elu_$n($F x, float alpha, float beta) { return x > 0.0f ? x : alpha * expm1(x); }
$F gelu_tanh_$n($F x, float alpha, float beta) {
    const $F g = 0x1.988454p+0f * x * (1.0f + 0x1.6e4e26p-5f * x * x);
    return x / (1.0f + exp(-g));
}
$F gelu_erf_$n($F x, float alpha, float beta) { return 0.5f * x * erfc(x * -0x1.6a09e6p-1f); }
$F swish_$n($F x, float alpha, float beta) { return x / (1.0f + exp(-(alpha * x))); }
$F hardsigmoid_$n($F x, float alpha, float beta) {
    const $F v = alpha * x + beta;
    return isnan(v) ? v : fmin(fmax(v, 0.0f), 1.0f);
}
$F hardswish_$n($F x, float alpha, float beta) { return x * hardsigmoid_$n(x, alpha, beta); }
$F soft_plus_$n($F x) { return fmax(x, 0.0f) + log1p(exp(-fabs(x))); }
$F mish_$n($F x, float alpha, float beta) { return x * tanh(soft_plus_$n(x)); }
$F soft_relu_$n($F x, float alpha, float beta) { return soft_plus_$n(alpha * x) / alpha; }
$F pow_$n($F x, float alpha, float beta) { return alpha * pow(x, ($F)(beta)); }

$F add_$n($F a, $F b) { return a + b; }
$F subtract_$n($F a, $F b) { return a - b; }
$F multiply_$n($F a, $F b) { return a * b; }
$F half_add_$n($F a, $F b) { return convert_float$V(convert_half$V(a) + convert_half$V(b)); }
$F half_subtract_$n($F a, $F b) { return convert_float$V(convert_half$V(a) - convert_half$V(b)); }
$F half_multiply_$n($F a, $F b) { return convert_float$V(convert_half$V(a) * convert_half$V(b)); }
$F divide_$n($F a, $F b) { return quotient_$n(a, b); }
$F maximum_$n($F a, $F b) { return a < b ? b : a; }
$F minimum_$n($F a, $F b) { return b < a ? b : a; }
$F greater_equal_$n($F a, $F b) { return a >= b ? ($F)(1.0f) : ($F)(0.0f); }
$F greater_$n($F a, $F b) { return a > b ? ($F)(1.0f) : ($F)(0.0f); }
$F less_equal_$n($F a, $F b) { return a <= b ? ($F)(1.0f) : ($F)(0.0f); }
$F less_$n($F a, $F b) { return a < b ? ($F)(1.0f) : ($F)(0.0f); }
$F equal_$n($F a, $F b) { return a == b ? ($F)(1.0f) : ($F)(0.0f); }
$F not_equal_$n($F a, $F b) { return a != b ? ($F)(1.0f) : ($F)(0.0f); }

$F select_real_$n($F condition, $F a, $F b) { return condition != 0.0f ? a : b; }
$I select_integer_$n($F condition, $I a, $I b) { return condition != 0.0f ? a : b; }
$F prelu_$n($F x, $F slope) { return x > 0.0f ? x : x * slope; }
$F sum_$n($F x, $F previous, float scale, float zero_point) { return x + scale * (previous - zero_point); }
$I as_s8_$n($I x) { return ((x & 255) ^ 128) - 128; }
$I as_u8_$n($I x) { return x & 255; }

$F to_f16_$n($F x) {
    ushort bits[$n];
    vstore_half$V_rte(x, 0, (half*)bits);
    return vload_half$V(0, (const half*)bits);
}
$F to_bf16_$n($F x) {
    const $U bits = as_uint$V(x);
    const $U rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
    return isnan(x) ? x : as_float$V(rounded);
}
$I to_s8_$n($F x) { return convert_int$V(convert_char$V_sat_rte(x)); }
$I to_u8_$n($F x) { return convert_int$V(convert_uchar$V_sat_rte(x)); }
$I to_s32_$n($F x) { return convert_int$V_sat_rte(x); }

$F rounded_$n($F x, int rounding) {
    /* 0: half to even, 1: half away from zero, 2: half up, 3: toward zero */
    switch (rounding) {
        case 0: return rint(x);
        case 1: return round(x);
        case 2: return floor(x) + (x - floor(x) >= 0.5f ? ($F)(1.0f) : ($F)(0.0f));
        default: return trunc(x);
    }
}
$L whole_$n($F x) { return convert_long$V(fmin(fmax(x, -0x1p62f), 0x1p62f)); }
$I clamped_$n($L x, int lowest, int highest) { return convert_int$V(clamp(x, ($L)(lowest), ($L)(highest))); }

$F fake_quantize_$n($F x, $F il, $F ih, $F ol, $F oh, float top) {
    const $F k = rint(quotient_$n(x - il, ih - il) * top);
    const $F y = quotient_$n(k, ($F)(top)) * (oh - ol) + ol;
    return x <= fmin(il, ih) ? ol : (x > fmax(il, ih) ? oh : y);
}
$F scaled_quantize_$n($F x, $F il, $F ih, $F ol, $F oh, float top) {
    const $F is = quotient_$n(($F)(top), ih - il);
    const $F ish = -il * is;
    const $F os = quotient_$n(oh - ol, ($F)(top));
    const $F k = rint(x * is + ish);
    const $F level = k < 0.0f ? ($F)(0.0f) : (k > top ? ($F)(top) : k);
    return il < ih ? level * os + ol : fake_quantize_$n(x, il, ih, ol, oh, top);
}
$F unclamped_quantize_$n($F x, $F il, $F ih, $F ol, $F oh, float top) {
    /* Deliberately wrong: the clamp of a quantization to 256 levels is left to the last store. */
    const $F is = top / (ih - il);
    return rint(x * is - il * is) * ((oh - ol) / top) + ol;
}

$I quantized_$n($F v, $I zero_point, int rounding, int before, int lowest, int highest) {
    const $F shifted = before ? v + convert_float$V(zero_point) : v;
    const $L k = whole_$n(rounded_$n(shifted, rounding));
    return clamped_$n(before ? k : k + convert_long$V(zero_point), lowest, highest);
}
$F dequantize_$n($I q, $F scale, $I zero_point) {
    return convert_float$V(convert_long$V(q) - convert_long$V(zero_point)) * scale;
}
$I narrowed_$n($L x, int wraps, int bits, int lowest, int highest) {
    if (!wraps) {
        return clamped_$n(x, lowest, highest);
    }
    const $L mask = ($L)((1L << bits) - 1);
    const $L sign = ($L)(lowest < 0 ? 1L << (bits - 1) : 0L);
    return convert_int$V(((x & mask) ^ sign) - sign);
}
$I converted_$n($F x, int rounding, int wraps, int bits, int lowest, int highest) {
    return narrowed_$n(whole_$n(rounded_$n(x, rounding)), wraps, bits, lowest, highest);
}

$L ties_up_$n($L x, $L exponent) { return (x + (($L)(1L) << ((exponent - 1L) & 63L))) >> (exponent & 63L); }
$L ties_away_$n($L x, $L exponent) { return x < 0L ? -ties_up_$n(-x, exponent) : ties_up_$n(x, exponent); }
$I requantize_fixed_point_$n($I data, $I factor, $I shift, $I zero_point, int rounding, int lowest, int highest) {
    /* 0: double rounding, 1: single, ties up, 2: single, ties away, 3: q31, 4: double, ties up */
    const $L x = convert_long$V(data);
    const $L m = convert_long$V(factor);
    const $L s = convert_long$V(shift);
    const $L left = max(s, ($L)(0L));
    const $L right = max(-s, ($L)(0L));
    $L y;
    if (rounding == 0 || rounding == 4) {
        const $L shifted = x << left;
        const $L least = ($L)(-2147483648L);
        const $L high = (shifted == least && m == least) ? ($L)(2147483647L) : ties_up_$n(shifted * m, ($L)(31L));
        y = right == 0L ? high : rounding == 4 ? ties_up_$n(high, right) : ties_away_$n(high, right);
    } else if (rounding == 1) {
        y = ties_up_$n(x * m, 31L - s);
    } else if (rounding == 2) {
        y = ties_away_$n(x * m, 31L - s);
    } else {
        const $L high = ties_up_$n(x * m, ($L)(31L));
        const $L mask = (($L)(1L) << right) - 1L;
        const $L remainder = (high & mask) - (x < 0L ? ($L)(1L) : ($L)(0L));
        y = (high >> right) + (remainder > (mask >> 1) ? ($L)(1L) : ($L)(0L));
    }
    return clamped_$n(y + convert_long$V(zero_point), lowest, highest);
}
$I shift_round_$n($I x, int shift) {
    return convert_int$V((convert_long$V(x) + (1L << (shift - 1))) >> ($L)(shift));
}
)";

constexpr std::string_view kNativeDot = "#pragma OPENCL EXTENSION cl_khr_integer_dot_product : enable\n";

/// Products of four bytes at a time; $A and $B are char4 or uchar4.
constexpr std::string_view kDot = R"(
int dot_$s($A a, $B b) {
    return (int)a.s0 * (int)b.s0 + (int)a.s1 * (int)b.s1 + (int)a.s2 * (int)b.s2 + (int)a.s3 * (int)b.s3;
}
)";

void replace_all(std::string& text, std::string_view token, const std::string& with) {
    for (std::size_t at = text.find(token); at != std::string::npos; at = text.find(token, at + with.size())) {
        text.replace(at, token.size(), with);
    }
}

/// In double, whose quotient and root are correctly rounded everywhere, and whose precision is more than twice that of
/// a float, so that rounding twice is as good as once (Figueroa 1995).
void write_lanes(std::string& text, unsigned lanes, bool divides_in_double) {
    replace_all(text, "$QUOTIENT",
                divides_in_double ? "convert_float$V(convert_double$V(a) / convert_double$V(b))" : "a / b");
    replace_all(text, "$ROOT", divides_in_double ? "convert_float$V(sqrt(convert_double$V(x)))" : "sqrt(x)");
    replace_all(text, "$F", vector_type("float", lanes));
    replace_all(text, "$I", vector_type("int", lanes));
    replace_all(text, "$L", vector_type("long", lanes));
    replace_all(text, "$U", vector_type("uint", lanes));
    replace_all(text, "$V", lanes == 1 ? "" : std::to_string(lanes));
    replace_all(text, "$n", std::to_string(lanes));
}

struct Definition {
    std::string text;
    std::string called;  ///< "relu_4("
};

Definition definition_from(std::string text) {
    const std::size_t parenthesis = text.find('(');
    const std::size_t space = text.rfind(' ', parenthesis);
    std::string called = text.substr(space + 1, parenthesis - space);
    return {std::move(text), std::move(called)};
}

/// A definition ends with a brace that ends a line that is not indented.
std::vector<Definition> definitions(unsigned lanes, bool divides_in_double) {
    std::string library(kFunctions);
    write_lanes(library, lanes, divides_in_double);
    std::vector<Definition> result;
    std::istringstream lines(library);
    std::string definition;
    for (std::string line; std::getline(lines, line);) {
        definition += line.empty() ? "" : line + "\n";
        if (!line.empty() && line.back() == '}' && line.front() != ' ') {
            result.push_back(definition_from(std::move(definition)));
            definition.clear();
        }
    }
    return result;
}

/// For 1 or 4 lanes; it takes longer to write them than to launch a small kernel.
const std::vector<Definition>& library_of(unsigned lanes, bool divides_in_double) {
    static const std::array<std::vector<Definition>, 4> kLibraries{definitions(1, false), definitions(1, true),
                                                                   definitions(4, false), definitions(4, true)};
    return kLibraries[(lanes == 1 ? 0 : 2) + (divides_in_double ? 1 : 0)];
}

}  // namespace

std::string vector_type(const char* type, unsigned lanes) {
    return lanes == 1 ? std::string(type) : fmt::format("{}{}", type, lanes);
}

std::string functions_for(const std::string& kernels, bool divides_in_double) {
    // Backwards, since a function only calls those before it.
    std::vector<std::string> used;
    std::string known = kernels;
    for (const unsigned lanes : {4U, 1U}) {
        const std::vector<Definition>& all = library_of(lanes, divides_in_double);
        for (auto each = all.rbegin(); each != all.rend(); ++each) {
            if (known.find(each->called) != std::string::npos) {
                used.push_back("static " + each->text);
                known += each->text;
            }
        }
    }
    std::string text = kernels.find("dot(") == std::string::npos ? "" : std::string(kNativeDot);
    for (const std::string signs : {"ss", "su", "us", "uu"}) {
        if (kernels.find(fmt::format("dot_{}(", signs)) != std::string::npos) {
            std::string function(kDot);
            replace_all(function, "$s", signs);
            replace_all(function, "$A", signs[0] == 's' ? "char4" : "uchar4");
            replace_all(function, "$B", signs[1] == 's' ? "char4" : "uchar4");
            text += "static" + function;
        }
    }
    for (auto each = used.rbegin(); each != used.rend(); ++each) {
        text += *each;
    }
    return text;
}

std::string library_preamble(bool contraction, bool native_half) {
    return std::string(contraction ? "" : "#pragma OPENCL FP_CONTRACT OFF\n") +
           (native_half ? "#pragma OPENCL EXTENSION cl_khr_fp16 : enable\n" : "");
}

}  // namespace difftest::backends::opencl
