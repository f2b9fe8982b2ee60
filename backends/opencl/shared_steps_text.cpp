#include "backends/opencl/shared_program.hpp"

namespace difftest::backends::opencl {

std::string_view shared_steps_text() {
    return R"(
typedef __global const int* Words;

/* Types: 0 s8, 1 u8, 2 s32, 3 f32, 4 f16, 5 bf16 */
static int load_int(__global const uchar* p, int type, int index) {
    switch (type) {
        case 0: return ((__global const char*)p)[index];
        case 1: return p[index];
        default: return ((__global const int*)p)[index];
    }
}
static float load_real(__global const uchar* p, int type, int index) {
    switch (type) {
        case 3: return ((__global const float*)p)[index];
        case 4: return vload_half(index, (__global const half*)p);
        case 5: return as_float((uint)((__global const ushort*)p)[index] << 16);
        default: return convert_float(load_int(p, type, index));
    }
}
static float typed_real(float x, int type) {
    return type == 4 ? to_f16_1(x) : (type == 5 ? to_bf16_1(x) : x);
}
static int typed_int(float x, int type) {
    return type == 0 ? to_s8_1(x) : (type == 1 ? to_u8_1(x) : to_s32_1(x));
}
static int lowest_of(int type) { return type == 0 ? -128 : (type == 1 ? 0 : -2147483647 - 1); }
static int highest_of(int type) { return type == 0 ? 127 : (type == 1 ? 255 : 2147483647); }
static int bits_of(int type) { return type == 2 ? 32 : 8; }

static int offset_at(Words map, const int* c, int rank) {
    int offset = 0;
    for (int d = 0; d < rank; ++d) {
        offset += c[d] / map[3 * d] * map[3 * d + 1] + c[d] % map[3 * d] * map[3 * d + 2];
    }
    return offset;
}
static void coordinates_of(Words shape, int rank, int index, int* c) {
    for (int d = rank - 1; d >= 0; --d) {
        c[d] = index % shape[d];
        index /= shape[d];
    }
}

typedef struct {
    float r[26];
    int q[26];
} Registers;

static Words operand_of(Words step, int k, int rank) { return step + 7 + k * (3 + 3 * rank); }
static int int_of(__global const uchar* memory, Words o, const int* c, int rank, const Registers* registers) {
    if (o[0] == 1) {
        return registers->q[o[1]];
    }
    return o[0] == 0 ? 0 : load_int(memory + o[1], o[2], offset_at(o + 3, c, rank));
}
static float real_of(__global const uchar* memory, Words o, const int* c, int rank, const Registers* registers) {
    if (o[0] == 1) {
        return o[2] <= 2 ? convert_float(registers->q[o[1]]) : registers->r[o[1]];
    }
    return o[0] == 0 ? 0.0f : load_real(memory + o[1], o[2], offset_at(o + 3, c, rank));
}

#define F(k) real_of(memory, operand_of(step, k, rank), c, rank, registers)
#define I(k) int_of(memory, operand_of(step, k, rank), c, rank, registers)
#define A(k) as_float(step[2 + (k)])
#define N(k) step[2 + (k)]
static float eltwise_of(int algorithm, float x, float alpha, float beta) {
    switch (algorithm) {
        case 0: return relu_1(x, alpha, beta);
        case 1: return linear_1(x, alpha, beta);
        case 2: return clip_1(x, alpha, beta);
        case 3: return clip_v2_1(x, alpha, beta);
        case 4: return abs_1(x, alpha, beta);
        case 5: return square_1(x, alpha, beta);
        case 6: return sqrt_1(x, alpha, beta);
        case 7: return round_1(x, alpha, beta);
        case 8: return exp_1(x, alpha, beta);
        case 9: return log_1(x, alpha, beta);
        case 10: return tanh_1(x, alpha, beta);
        case 11: return logistic_1(x, alpha, beta);
        case 12: return elu_1(x, alpha, beta);
        case 13: return gelu_tanh_1(x, alpha, beta);
        case 14: return gelu_erf_1(x, alpha, beta);
        case 15: return swish_1(x, alpha, beta);
        case 16: return hardsigmoid_1(x, alpha, beta);
        case 17: return hardswish_1(x, alpha, beta);
        case 18: return mish_1(x, alpha, beta);
        case 19: return soft_relu_1(x, alpha, beta);
        default: return pow_1(x, alpha, beta);
    }
}
static float binary_of(int algorithm, float a, float b) {
    switch (algorithm) {
        case 0: return add_1(a, b);
        case 1: return subtract_1(a, b);
        case 2: return multiply_1(a, b);
        case 3: return divide_1(a, b);
        case 4: return maximum_1(a, b);
        case 5: return minimum_1(a, b);
        case 6: return greater_equal_1(a, b);
        case 7: return greater_1(a, b);
        case 8: return less_equal_1(a, b);
        case 9: return less_1(a, b);
        case 10: return equal_1(a, b);
        default: return not_equal_1(a, b);
    }
}
static float quantize_of(__global const uchar* memory, Words step, const int* c, int rank, const Registers* registers) {
    return N(0) == 0 ? fake_quantize_1(F(0), F(1), F(2), F(3), F(4), A(1))
                     : scaled_quantize_1(F(0), F(1), F(2), F(3), F(4), A(1));
}
static float previous_of(__global const uchar* memory, Words step, const int* c, int rank, const Registers* registers) {
    return N(2) == 0 ? F(1) : convert_float(N(2) == 1 ? as_s8_1(I(1)) : as_u8_1(I(1)));
}
/* One step; its result is in r and, for an integer type, in q. */
static void run_step(__global const uchar* memory, Words step, const int* c, int rank, Registers* registers, int at) {
    const int type = step[1];
    float r = 0.0f;
    int q = 0;
    int whole = 0;
    switch (step[0]) {
        case 0: r = eltwise_of(N(2), F(0), A(0), A(1)); break;
        case 1: r = binary_of(N(0), F(0), F(1)); break;
        case 2:
            whole = type <= 2;
            if (whole) {
                q = select_integer_1(F(0), I(1), I(2));
            } else {
                r = select_real_1(F(0), F(1), F(2));
            }
            break;
        case 3: r = prelu_1(F(0), F(1)); break;
        case 4: r = sum_1(F(0), previous_of(memory, step, c, rank, registers), A(0), A(1)); break;
        case 5: r = quantize_of(memory, step, c, rank, registers); break;
        case 6:
            whole = 1;
            r = N(2) == 0 ? divide_1(F(0), F(1)) : multiply_1(F(0), F(1));
            q = N(3) == 0 ? typed_int(r, type)
                          : quantized_1(r, I(2), N(0), N(1), lowest_of(type), highest_of(type));
            break;
        case 7: r = dequantize_1(I(0), F(1), I(2)); break;
        case 8: r = F(0); break;
        case 9:
            whole = 1;
            q = narrowed_1(convert_long(I(0)), N(0), bits_of(type), lowest_of(type), highest_of(type));
            break;
        case 10:
            whole = 1;
            q = converted_1(F(0), N(0), N(1), bits_of(type), lowest_of(type), highest_of(type));
            break;
        case 11:
            whole = 1;
            q = I(0);
            break;
        case 12:
            whole = 1;
            q = requantize_fixed_point_1(I(0), I(1), I(2), I(3), N(0), N(1), N(2));
            break;
        default:
            whole = 1;
            q = shift_round_1(I(0), N(0));
            break;
    }
    registers->r[at] = typed_real(r, type);
    registers->q[at] = whole ? q : typed_int(r, type);
}
#undef F
#undef I
#undef A
#undef N

static void store_value(__global uchar* memory, Words w, const int* c, float r, int q) {
    const int rank = w[1];
    __global uchar* p = memory + w[5];
    const int at = offset_at(w + 8 + rank, c, rank);
    switch (w[6]) {
        case 0: ((__global char*)p)[at] = (char)q; break;
        case 1: p[at] = (uchar)q; break;
        case 2: ((__global int*)p)[at] = q; break;
        case 3: ((__global float*)p)[at] = r; break;
        case 4: vstore_half_rte(r, at, (__global half*)p); break;
        default: ((__global ushort*)p)[at] = (ushort)(as_uint(r) >> 16); break;
    }
}
/* The steps behind a head whose value is r or q, and the store of the last result. */
static void run_steps(__global uchar* memory, Words w, const int* c, float r, int q) {
    Registers registers;
    registers.r[0] = r;
    registers.q[0] = q;
    const int steps = w[2];
    for (int s = 0; s < steps; ++s) {
        run_step(memory, w + w[3] + s * w[4], c, w[1], &registers, s + 1);
    }
    store_value(memory, w, c, registers.r[steps], registers.q[steps]);
}
)";
}

}  // namespace difftest::backends::opencl
