// violation in gemm:jit, gross, T27 repeated_eltwise_uses_first_parameters
// oneDNN 2.6.3 (N/A), ONEDNN_MAX_CPU_ISA=AVX2: 1 of 1 judged elements are outside their allowed set
// Reduced by difftest. Exit code 1 when the library gives anything else than expected.
#include <oneapi/dnnl/dnnl.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace dnnl;
using dt = memory::data_type;

template <typename T, typename Range>
int compare(const char* name, const std::vector<T>& got, const std::vector<Range>& lowest,
            const std::vector<Range>& highest) {
    int wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const bool is_right = got[i] >= lowest[i] && got[i] <= highest[i];
        wrong += is_right ? 0 : 1;
        if (!is_right || got.size() <= 16) {
            std::printf("%s[%zu]: expected %.9g..%.9g, got %.9g%s\n", name, i, double(lowest[i]), double(highest[i]),
                        double(got[i]), is_right ? "" : "  <- wrong");
        }
    }
    return wrong;
}

int main() try {
    setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
    engine cpu(engine::kind::cpu, 0);
    stream queue(cpu);

    std::vector<float> eltwise2_values(1, 77.0f);
    std::vector<std::int8_t> b_values{1};
    std::vector<std::uint8_t> a_values{0};
    std::vector<std::int32_t> a_zero_point_values{1};
    memory eltwise2({{1, 1}, dt::f32, memory::dims{1, 1}}, cpu, eltwise2_values.data());
    memory b({{1, 1}, dt::s8, memory::dims{1, 1}}, cpu, b_values.data());
    memory a({{1, 1}, dt::u8, memory::dims{1, 1}}, cpu, a_values.data());
    memory a_zero_point({{1}, dt::s32, memory::dims{1}}, cpu, a_zero_point_values.data());

    primitive_attr attributes;
    post_ops steps;
    steps.append_eltwise(1.0f, algorithm::eltwise_relu, 1.0f, 0.0f);
    steps.append_eltwise(1.0f, algorithm::eltwise_relu, 0.0f, 0.0f);
    attributes.set_post_ops(steps);
    attributes.set_zero_points(DNNL_ARG_SRC, 0, {DNNL_RUNTIME_S32_VAL});
    matmul::primitive_desc matmul_description(
        {a.get_desc(),
         b.get_desc(),
         eltwise2.get_desc()},
        attributes, cpu);

    std::printf("%s\n", matmul_description.impl_info_str());

    matmul(matmul_description).execute(queue, {
        {DNNL_ARG_DST, eltwise2},
        {DNNL_ARG_WEIGHTS, b},
        {DNNL_ARG_SRC, a},
        {DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, a_zero_point}});
    queue.wait();

    int wrong = 0;
    wrong += compare<float, float>("eltwise2", eltwise2_values, {0.0f}, {0.0f});
    return wrong == 0 ? 0 : 1;
} catch (const error& failure) {
    std::printf("expected no error, got: %s (status %d)\n", failure.what(), int(failure.status));
    return 1;
}
