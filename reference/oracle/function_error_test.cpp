// The granted errors of the functions: the forms that OpenCL kernels use, each step as wrong as the specification
// allows, stay inside; so do the errors that were measured on oneDNN.
#include "reference/oracle/function_error.hpp"

#include "reference/oracle/testing/exact_function.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/transcendental.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Contract;
using contract::Freedom;
using graph::Eltwise;
using graph::EltwiseAlgorithm;
using testing::ProofCount;

/// OpenCL C in the full profile, every built-in function off by up to what section 7.4 of its specification allows.
class SloppyDevice {
public:
    explicit SloppyDevice(unsigned seed) : engine_(seed) {}

    float exp(float x) { return off(std::exp(static_cast<double>(x)), 3); }
    float expm1(float x) { return off(std::expm1(static_cast<double>(x)), 3); }
    float log(float x) { return off(std::log(static_cast<double>(x)), 3); }
    float log1p(float x) { return off(std::log1p(static_cast<double>(x)), 2); }
    float tanh(float x) { return off(std::tanh(static_cast<double>(x)), 5); }
    float erf(float x) { return off(std::erf(static_cast<double>(x)), 16); }
    float erfc(float x) { return off(std::erfc(static_cast<double>(x)), 16); }
    float pow(float x, float y) { return off(std::pow(static_cast<double>(x), static_cast<double>(y)), 16); }
    float divide(float a, float b) { return off(static_cast<double>(a) / static_cast<double>(b), 2.5); }

    /// a * b + c, contracted or not.
    float multiply_add(float a, float b, float c) { return engine_() % 2 == 0 ? a * b + c : std::fmaf(a, b, c); }

    bool coin() { return engine_() % 2 == 0; }

private:
    /// A float within `ulps` of the exact value; one time in two the farthest one.
    float off(double exact, double ulps) {
        if (exact == 0 || !std::isfinite(exact)) {
            return static_cast<float>(exact);
        }
        const double ulp = std::max(std::ldexp(1.0, std::ilogb(exact) - 23), 0x1p-149);
        const double reach = engine_() % 2 == 0 ? ulps : ulps * static_cast<double>(engine_()) / 4294967295.0;
        const double wanted = exact + (engine_() % 2 == 0 ? reach : -reach) * ulp;
        auto value = static_cast<float>(wanted);
        if (std::isfinite(value) && std::fabs(static_cast<double>(value) - exact) > reach * ulp) {
            value = std::nextafterf(value, static_cast<float>(exact));
        }
        return value;
    }

    std::mt19937 engine_;
};

struct Form {
    std::string name;
    Eltwise op;
    std::function<float(SloppyDevice&, float)> compute;
};

/// The exponent of gelu_tanh, in both associations.
float gelu_exponent(SloppyDevice& device, float x) {
    constexpr float kTwiceSqrtTwoOverPi = 1.5957691669464111F;
    if (device.coin()) {
        return kTwiceSqrtTwoOverPi * x * device.multiply_add(0.044715F, x * x, 1.0F);
    }
    return device.multiply_add(kTwiceSqrtTwoOverPi * 0.044715F, x * x * x, kTwiceSqrtTwoOverPi * x);
}

float soft_plus(SloppyDevice& device, float t) {
    return t < 88.72283F ? device.log1p(device.exp(t)) : t;
}

std::vector<Form> opencl_forms() {
    using enum EltwiseAlgorithm;
    using Device = SloppyDevice;
    std::vector<Form> forms{
        {"exp", {exp, 0, 0}, [](Device& d, float x) { return d.exp(x); }},
        {"log", {log, 0, 0}, [](Device& d, float x) { return d.log(x); }},
        {"tanh", {tanh, 0, 0}, [](Device& d, float x) { return d.tanh(x); }},
        {"logistic", {logistic, 0, 0}, [](Device& d, float x) { return d.divide(1, 1 + d.exp(-x)); }},
        {"gelu_tanh quotient",
         {gelu_tanh, 0, 0},
         [](Device& d, float x) { return d.divide(x, 1 + d.exp(-gelu_exponent(d, x))); }},
        {"gelu_tanh product",
         {gelu_tanh, 0, 0},
         [](Device& d, float x) { return x * d.divide(1, 1 + d.exp(-gelu_exponent(d, x))); }},
        {"gelu_erf",
         {gelu_erf, 0, 0},
         [](Device& d, float x) { return 0.5F * x * (1 + d.erf(x * 0.707106769084930419921875F)); }},
        {"gelu_erf contracted",
         {gelu_erf, 0, 0},
         [](Device& d, float x) { return std::fmaf(0.5F * x, d.erf(x * 0.707106769084930419921875F), 0.5F * x); }},
        {"gelu_erf by erfc",
         {gelu_erf, 0, 0},
         [](Device& d, float x) { return 0.5F * x * d.erfc(-x * 0.707106769084930419921875F); }},
        {"mish", {mish, 0, 0}, [](Device& d, float x) { return x * d.tanh(soft_plus(d, x)); }},
    };
    for (const float alpha : {1.0F, 1.702F, -0.3F, 20.0F}) {
        forms.push_back({"swish quotient", {swish, alpha, 0}, [alpha](Device& d, float x) {
                             return d.divide(x, 1 + d.exp(-(alpha * x)));
                         }});
        forms.push_back({"swish product", {swish, alpha, 0}, [alpha](Device& d, float x) {
                             return x * d.divide(1, 1 + d.exp(-(alpha * x)));
                         }});
        forms.push_back(
            {"elu", {elu, alpha, 0}, [alpha](Device& d, float x) { return x > 0 ? x : alpha * d.expm1(x); }});
        forms.push_back({"soft_relu", {soft_relu, alpha, 0}, [alpha](Device& d, float x) {
                             const float v = soft_plus(d, alpha * x);
                             return alpha == 1 ? v : d.divide(v, alpha);  // nobody divides by 1
                         }});
        for (const float beta : {1.5F, 2.0F, -1.0F, 0.1F}) {
            forms.push_back(
                {"pow", {pow, alpha, beta}, [alpha, beta](Device& d, float x) { return alpha * d.pow(x, beta); }});
        }
    }
    return forms;
}

TEST(OpenClError, EveryFormOfEveryFunctionStaysInside) {
    const Contract contract("strict", {Freedom::opencl_ulp});
    const std::size_t points = testing::proof_size("DIFFTEST_PROOF_POINTS", 2000);
    unsigned seed = 1;
    for (const Form& form : opencl_forms()) {
        SloppyDevice device(seed);
        ProofCount proof(form.name, "F6 forms");
        for (const double x : testing::proof_arguments(turning_points(form.op), points, seed++)) {
            const Interval allowed = enclose_function(form.op, x, contract);
            const float y = form.compute(device, static_cast<float>(x));
            if (std::isnan(allowed.lo) && std::isnan(y)) {
                continue;
            }
            if (proof.failed(allowed.lo <= static_cast<double>(y) && static_cast<double>(y) <= allowed.hi)) {
                ADD_FAILURE() << form.name << " alpha " << form.op.alpha << " beta " << form.op.beta << " x " << x
                              << ": " << y << " outside [" << allowed.lo << ", " << allowed.hi << "]";
            }
        }
    }
}

/// The bounds of the built-in functions are those of the table, not wider: 3, 3, 5 and 16 ulp, an ulp being at most
/// 2^-23 relative.
TEST(OpenClError, IsNotWiderThanTheTable) {
    const Contract contract("strict", {Freedom::opencl_ulp});
    const std::pair<Eltwise, double> bounds[] = {{{EltwiseAlgorithm::exp, 0, 0}, 3},
                                                 {{EltwiseAlgorithm::log, 0, 0}, 3},
                                                 {{EltwiseAlgorithm::tanh, 0, 0}, 5},
                                                 {{EltwiseAlgorithm::pow, 1, 1.5F}, 16}};
    for (const auto& [op, ulps] : bounds) {
        for (const double x : {0.3, 1.1, 2.5, 7.0}) {
            const double f = testing::exact_value(op, static_cast<float>(x)).value;
            const Interval allowed = enclose_function(op, static_cast<float>(x), contract);
            const double reach = (allowed.hi - allowed.lo) / 2 / std::fabs(f);
            EXPECT_LE(reach, ulps * 0x1p-23 * (1 + 0x1p-9));
            EXPECT_GE(reach, (ulps - 1) * 0x1p-23);
        }
    }
}

struct MeasuredPoint {
    Eltwise op;
    float x;
    double units;  ///< of 2^-24, absolute where |f| <= 1, else relative
};

// The greatest deviations of the injectors of oneDNN 2.6.3 (AVX512, AVX2 and SSE4.1) from binary64, in sweeps of 10^6
// floats; alpha = 1 is the table of the semantics, section 1.3.2.
TEST(OneDnnError, CoversWhatWasMeasured) {
    using enum EltwiseAlgorithm;
    const MeasuredPoint points[] = {
        {{exp, 0, 0}, -0.296034F, 2.033},
        {{exp, 0, 0}, 72.2333F, 69.855},
        {{log, 0, 0}, 0.519103F, 106.582},
        {{log, 0, 0}, 0.287578F, 88.825},
        {{tanh, 0, 0}, 4.35581F, 1.205},
        {{logistic, 0, 0}, 0.300625F, 1.548},
        {{gelu_tanh, 0, 0}, -4.15776F, 2.455},
        {{gelu_tanh, 0, 0}, 1.20015F, 2.067},
        {{gelu_erf, 0, 0}, -2.9987F, 5.212},
        {{gelu_erf, 0, 0}, 1.18803F, 3.072},
        {{mish, 0, 0}, -16.6354F, 16.634},
        {{mish, 0, 0}, 8.55225F, 2.491},
        {{soft_relu, 1, 0}, -64.1841F, 128.0},
        {{soft_relu, 1, 0}, 1.10213F, 3.485},
        {{swish, 1, 0}, 0.988757F, 1.745},
        {{swish, 1, 0}, 1.28158F, 2.067},
        {{swish, 3, 0}, 1.03935F, 1.131},
        {{swish, 0.3F, 0}, -3.32781F, 3.706},
        {{swish, 0.3F, 0}, 1.72983F, 3.065},
        {{swish, -1.7F, 0}, -1.15006F, 1.989},
        {{swish, 0.01F, 0}, -653.45F, 6.860},
        {{swish, 0.01F, 0}, -470.647F, 6.667},
        {{elu, 1, 0}, -0.296034F, 2.033},
        {{elu, 3, 0}, -0.296034F, 6.099},
        {{elu, 3, 0}, -0.412987F, 5.658},
        {{elu, 100, 0}, -0.00986259F, 53.817},
        {{elu, -1.7F, 0}, -0.174027F, 3.534},
        {{elu, 0.3F, 0}, -0.297897F, 0.632},
        {{pow, 1, 1.5F}, 256.003F, 0.999},
        {{pow, 3, 1.5F}, 1.92353F, 1.745},
        {{pow, 0.3F, -0.5F}, 63.9998F, 1.667 * 0.0375},  // relative 1.667, f = 0.0375
        {{pow, 1.1F, 3}, 50.8258F, 1.904},
    };
    for (const MeasuredPoint& point : points) {
        const double f = testing::exact_value(point.op, point.x).value;
        const double error = point.units * 0x1p-24 * std::max(1.0, std::fabs(f));
        EXPECT_GE(onednn_error(point.op, static_cast<double>(point.x), f), error)
            << static_cast<int>(point.op.algorithm) << " alpha " << point.op.alpha << " x " << point.x;
    }
}

TEST(OneDnnError, OfOneDnn3IsGrantedByItsLevel) {
    // 3.7.2, jit:avx512_core: 16.9 at -3.4976, and -0.004050225 at -3, where erfc gives -0.00404969.
    const Eltwise gelu{EltwiseAlgorithm::gelu_erf, 0, 0};
    const double f = testing::exact_value(gelu, -3.4976F).value;
    EXPECT_GE(onednn3_error(gelu, f), 16.9 * 0x1p-24);
    EXPECT_LT(onednn_error(gelu, -3.4976F, f), 16.9 * 0x1p-24) << "2.x does better";
    const auto holds = [&gelu](const char* level) {
        const Interval allowed = enclose_function(gelu, -3, contract::level(level).value());
        return allowed.lo <= -0.004050225F && -0.004050225F <= allowed.hi;
    };
    EXPECT_TRUE(holds("onednn3"));
    EXPECT_FALSE(holds("onednn2"));
    EXPECT_LT(onednn3_error({EltwiseAlgorithm::exp, 0, 0}, 1), 0) << "nothing more granted";
}

TEST(OneDnnError, OfTheCLibraryIsGrantedByItself) {
    // glibc 2.36, every 401st float: 1.693 at -0.994813, and 2.729 relative at -0.349137 (tanh: -0.33562).
    const Eltwise tanh{EltwiseAlgorithm::tanh, 0, 0};
    for (const auto& [x, units] : {std::pair{-0.994813F, 1.693}, std::pair{-0.349137F, 2.729 * 0.33562}}) {
        const double f = testing::exact_value(tanh, x).value;
        EXPECT_GE(library_error(tanh, f), units * 0x1p-24);
        EXPECT_LT(onednn_error(tanh, static_cast<double>(x), f), units * 0x1p-24) << "the injectors do better";
    }
    EXPECT_LT(library_error({EltwiseAlgorithm::exp, 0, 0}, 1), 0) << "nothing granted";
}

TEST(OneDnnError, ScalesWithAlphaInsteadOfStayingWide) {
    // elu with alpha = 1/8 computes an eighth of what alpha = 1 does, and so is the error.
    const double one = onednn_error({EltwiseAlgorithm::elu, 1, 0}, -0.5, std::expm1(-0.5));
    const double eighth = onednn_error({EltwiseAlgorithm::elu, 0.125F, 0}, -0.5, 0.125 * std::expm1(-0.5));
    EXPECT_EQ(eighth, one / 8);
    // The tail of exp has a relative error of 70 * 1.25 units, not an absolute one.
    const double tail = onednn_error({EltwiseAlgorithm::exp, 0, 0}, -30, std::exp(-30.0));
    EXPECT_LT(tail, 88 * 0x1p-24 * std::exp(-30.0));
}

TEST(CorrectlyRounded, AtTheEndsOfTheRange) {
    const Eltwise exp{EltwiseAlgorithm::exp, 0, 0};
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(enclose_function(exp, 89, {}), (Interval{kInfinity, kInfinity}));
    EXPECT_EQ(enclose_function(exp, -104, {}), (Interval{0, 0}));
    EXPECT_EQ(enclose_function(exp, 0, {}), (Interval{1, 1}));
    EXPECT_EQ(enclose_function(exp, -kInfinity, {}), (Interval{0, 0}));
    EXPECT_EQ(greatest_float_to(1 + 0x1p-24), 1);
    EXPECT_EQ(least_float_from(1 + 0x1p-25), 1 + 0x1p-23);
    EXPECT_EQ(greatest_float_to(-1 - 0x1p-25), -1 - 0x1p-23);
    EXPECT_EQ(greatest_float_to(0x1p128), kInfinity);
}

}  // namespace
}  // namespace difftest::oracle
