#include "backends/opencl/shared_program.hpp"

// The words of each head stand in shared_kernel.cpp, in the order in which these kernels read them.

namespace difftest::backends::opencl {

std::string_view shared_heads_text() {
    return R"(
#define BEGIN                                             \
    Words w = (Words)(memory + code);                     \
    const int item = (int)get_global_id(0);               \
    if (item >= w[0]) return;                             \
    const int rank = w[1];                                \
    Words h = w + w[7];                                   \
    int c[13];

__kernel void shared_pointwise(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    run_steps(memory, w, c, 0.0f, 0);
}

static int parameter_of(__global const uchar* memory, Words p, int channel, int fallback) {
    /* offset (negative: none), type, whether it is a single one */
    return p[0] < 0 ? fallback : load_int(memory + p[0], p[1], p[2] ? 0 : channel);
}
static float real_parameter_of(__global const uchar* memory, Words p, int channel) {
    return p[0] < 0 ? 0.0f : load_real(memory + p[0], p[1], p[2] ? 0 : channel);
}
/* Positions of one tap in the data; 0 where it is padding or a hole. An axis: kernel, input, stride, dilation, pad. */
static int positions_of(Words h, Words axes, int count, int tap, const int* c, int* x, int* k) {
    int inside = 1;
    for (int d = count - 1; d >= 0; --d) {
        Words a = axes + 5 * d;
        k[d + 2] = tap % a[0];
        tap /= a[0];
        if (!h[1]) {
            x[d + 2] = k[d + 2];
        } else if (h[0]) {
            const int p = c[d + 2] + a[4] - k[d + 2] * a[3];
            inside = inside && p >= 0 && p % a[2] == 0 && p / a[2] < a[1];
            x[d + 2] = p / a[2];
        } else {
            const int p = c[d + 2] * a[2] - a[4] + k[d + 2] * a[3];
            inside = inside && p >= 0 && p < a[1];
            x[d + 2] = p;
        }
    }
    return inside;
}
/* h: transposed, has positions, channels and features of a group, axes, taps, data (offset, type), weights (offset,
   type), bias, data zero point, weights zero point (three words each), axes, address terms of data and weights */
__kernel void shared_integer_contraction(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    const int count = h[4];
    Words axes = h + 19;
    Words data_map = axes + 5 * count;
    Words weights_map = data_map + 3 * (count + 2);
    int x[12];
    int k[12];
    long sum = 0;
    x[0] = c[0];
    k[0] = c[1];
    const int zw = parameter_of(memory, h + 16, c[1], 0);
    for (int tap = 0; tap < h[5]; ++tap) {
        if (!positions_of(h, axes, count, tap, c, x, k)) continue;
        for (int ic = 0; ic < h[2]; ++ic) {
            x[1] = c[1] / h[3] * h[2] + ic;
            k[1] = ic;
            const int zx = parameter_of(memory, h + 13, x[1], 0);
            sum += (long)(load_int(memory + h[6], h[7], offset_at(data_map, x, count + 2)) - zx) *
                   (long)(load_int(memory + h[8], h[9], offset_at(weights_map, k, count + 2)) - zw);
        }
    }
    run_steps(memory, w, c, 0.0f, (int)((uint)sum + (uint)parameter_of(memory, h + 10, c[1], 0)));
}
__kernel void shared_real_contraction(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    const int count = h[4];
    Words axes = h + 19;
    Words data_map = axes + 5 * count;
    Words weights_map = data_map + 3 * (count + 2);
    int x[12];
    int k[12];
    float sum = 0.0f;
    x[0] = c[0];
    k[0] = c[1];
    for (int tap = 0; tap < h[5]; ++tap) {
        if (!positions_of(h, axes, count, tap, c, x, k)) continue;
        for (int ic = 0; ic < h[2]; ++ic) {
            x[1] = c[1] / h[3] * h[2] + ic;
            k[1] = ic;
            sum += load_real(memory + h[6], h[7], offset_at(data_map, x, count + 2)) *
                   load_real(memory + h[8], h[9], offset_at(weights_map, k, count + 2));
        }
    }
    sum = h[10] < 0 ? sum : sum + real_parameter_of(memory, h + 10, c[1]);
    run_steps(memory, w, c, typed_real(sum, h[18 + 5 * count + 6 * (count + 2) + 1]), 0);
}
static int bytes_of(__global const uchar* memory, Words h, Words map, int* x, int first, int lanes) {
    uchar4 four = (uchar4)(0, 0, 0, 0);
    x[1] = first;
    four.s0 = memory[h[6] + offset_at(map, x, h[4] + 2)];
    if (lanes > 1) { x[1] = first + 1; four.s1 = memory[h[6] + offset_at(map, x, h[4] + 2)]; }
    if (lanes > 2) { x[1] = first + 2; four.s2 = memory[h[6] + offset_at(map, x, h[4] + 2)]; }
    if (lanes > 3) { x[1] = first + 3; four.s3 = memory[h[6] + offset_at(map, x, h[4] + 2)]; }
    return as_int(four);
}
static uint dot_of(int signs, int x, int y) {
    switch (signs) {
        case 0: return (uint)DOT_SS(as_char4(x), as_char4(y));
        case 1: return (uint)DOT_SU(as_char4(x), as_uchar4(y));
        case 2: return (uint)DOT_US(as_uchar4(x), as_char4(y));
        default: return (uint)DOT_UU(as_uchar4(x), as_uchar4(y));
    }
}
/* Four features of one group at once. Behind the words of a contraction: signs, where the packed weights, the
   compensation of the taps and the zero points of the weights begin (the latter two 0: none). */
__kernel void shared_dots(__global uchar* memory, const int code) {
    BEGIN
    const int features = w[9];
    int tiles[12];
    for (int d = 0; d < rank; ++d) tiles[d] = d == 1 ? (features + 3) / 4 : w[8 + d];
    int index = item;
    for (int d = rank - 1; d >= 0; --d) {
        c[d] = index % tiles[d];
        index /= tiles[d];
    }
    const int tile = c[1];
    const int count = h[4];
    Words axes = h + 19;
    Words data_map = axes + 5 * count;
    Words more = data_map + 6 * (count + 2) + 1;
    Words weights = w + more[1];
    const int blocks = (h[2] + 3) / 4;
    int x[12];
    int k[12];
    uint sums[4] = {0u, 0u, 0u, 0u};
    uint all = 0u;
    x[0] = c[0];
    const int group = tile * 4 / h[3] * h[2];
    for (int tap = 0; tap < h[5]; ++tap) {
        if (!positions_of(h, axes, count, tap, c, x, k)) continue;
        for (int j = 0; j < blocks; ++j) {
            const int four = bytes_of(memory, h, data_map, x, group + 4 * j, min(4, h[2] - 4 * j));
            for (int lane = 0; lane < 4; ++lane) {
                sums[lane] += dot_of(more[0], four, weights[((tile * h[5] + tap) * blocks + j) * 4 + lane]);
            }
            all += dot_of(more[0] < 2 ? 0 : 2, four, 0x01010101);
        }
        if (more[2] != 0) {
            for (int lane = 0; lane < 4; ++lane) sums[lane] -= (uint)w[more[2] + (tile * h[5] + tap) * 4 + lane];
        }
    }
    for (int lane = 0; lane < 4 && tile * 4 + lane < features; ++lane) {
        c[1] = tile * 4 + lane;
        const uint shifted = more[3] == 0 ? 0u : (uint)w[more[3] + c[1]] * all;
        run_steps(memory, w, c, 0.0f, (int)(sums[lane] - shifted + (uint)parameter_of(memory, h + 10, c[1], 0)));
    }
}
/* h: depth, integer, a (offset, type), b (offset, type), bias, zero points of a and b (three words each), type of the
   result, address terms of a and b over the dimensions before the matrix, the row and the column of the result, and k */
__kernel void shared_matmul(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    Words a_map = h + 16;
    Words b_map = a_map + 3 * (rank + 1);
    const int n = c[rank - 1];
    long sum = 0;
    float real = 0.0f;
    const int za = parameter_of(memory, h + 9, 0, 0);
    const int zb = parameter_of(memory, h + 12, n, 0);
    for (int k = 0; k < h[0]; ++k) {
        c[rank] = k;
        const int a = offset_at(a_map, c, rank + 1);
        const int b = offset_at(b_map, c, rank + 1);
        if (h[1]) {
            sum += (long)(load_int(memory + h[2], h[3], a) - za) * (long)(load_int(memory + h[4], h[5], b) - zb);
        } else {
            real += load_real(memory + h[2], h[3], a) * load_real(memory + h[4], h[5], b);
        }
    }
    real = h[6] < 0 || h[1] ? real : real + real_parameter_of(memory, h + 6, n);
    const int biased = h[1] ? (int)((uint)sum + (uint)parameter_of(memory, h + 6, n, 0)) : 0;
    run_steps(memory, w, c, typed_real(real, h[15]), biased);
}
/* h: kind (0 largest, 1 smallest, 2 sum, 3 average), divisor (bits of a float; 0: the number of elements), data
   (offset, type), type of the result, whether windows overlap the border, for each dimension: kernel (0: the
   coordinate itself), input, stride, dilation, pad; address terms of the data */
__kernel void shared_aggregate(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    Words map = h + 6 + 5 * rank;
    int first[12];
    int extent[12];
    int elements = 1;
    for (int d = 0; d < rank; ++d) {
        Words a = h + 6 + 5 * d;
        const int start = a[0] == 0 ? c[d] : c[d] * a[2] - a[4];
        const int skipped = start < 0 ? (-start + a[3] - 1) / a[3] : 0;
        first[d] = start + skipped * a[3];
        extent[d] = a[0] == 0 ? 1 : min(a[0] - skipped, (a[1] - 1 - first[d]) / a[3] + 1);
        elements *= extent[d];
    }
    const int integer = h[3] <= 2;
    long sum = 0;
    float real = 0.0f;
    int x[12];
    for (int e = 0; e < elements; ++e) {
        int index = e;
        for (int d = rank - 1; d >= 0; --d) {
            x[d] = first[d] + index % extent[d] * h[6 + 5 * d + 3];
            index /= extent[d];
        }
        const int at = offset_at(map, x, rank);
        if (integer) {
            const long v = load_int(memory + h[2], h[3], at);
            sum = h[0] >= 2 ? sum + v : (e == 0 || (h[0] == 0 ? v > sum : v < sum) ? v : sum);
        } else {
            const float v = load_real(memory + h[2], h[3], at);
            real = h[0] >= 2 ? real + v : (e == 0 || (h[0] == 0 ? v > real : v < real) || v != v ? v : real);
        }
    }
    if (h[0] == 3) {
        real = quotient_1(integer ? convert_float(sum) : real, h[1] == 0 ? convert_float(elements) : as_float(h[1]));
        run_steps(memory, w, c, typed_real(real, h[4]), typed_int(real, h[4]));
    } else {
        real = integer ? convert_float(sum) : real;
        run_steps(memory, w, c, typed_real(real, h[4]), convert_int_sat(sum));
    }
}
/* h: linear, data (offset, type), type of the result, then for each spatial dimension the sizes of data and result as
   bits of floats and the size of the data; address terms of the data */
__kernel void shared_resampling(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    const int spatial = rank - 2;
    Words map = h + 4 + 3 * spatial;
    int x[12];
    int lower[12];
    int upper[12];
    float weight[12];
    x[0] = c[0];
    x[1] = c[1];
    for (int d = 0; d < spatial; ++d) {
        Words a = h + 4 + 3 * d;
        const float s = quotient_1((convert_float(c[d + 2]) + 0.5f) * as_float(a[0]), as_float(a[1])) - 0.5f;
        if (!h[0]) {
            x[d + 2] = clamp(convert_int_sat(round(s)), 0, a[2] - 1);
        }
        lower[d] = clamp(convert_int_sat_rtz(s), 0, a[2] - 1);
        upper[d] = clamp(convert_int_sat(ceil(s)), 0, a[2] - 1);
        weight[d] = fabs(s - convert_float(lower[d]));
    }
    if (!h[0]) {
        const int at = offset_at(map, x, rank);
        run_steps(memory, w, c, load_real(memory + h[1], h[2], at), h[2] <= 2 ? load_int(memory + h[1], h[2], at) : 0);
        return;
    }
    float sum = 0.0f;
    for (int corner = 0; corner < (1 << spatial); ++corner) {
        float product = 1.0f;
        for (int d = 0; d < spatial; ++d) {
            const int up = (corner >> (spatial - 1 - d)) & 1;
            x[d + 2] = up ? upper[d] : lower[d];
        }
        product = load_real(memory + h[1], h[2], offset_at(map, x, rank));
        for (int d = 0; d < spatial; ++d) {
            product = product * (((corner >> (spatial - 1 - d)) & 1) ? weight[d] : 1.0f - weight[d]);
        }
        sum = corner == 0 ? product : sum + product;
    }
    run_steps(memory, w, c, typed_real(sum, h[3]), typed_int(sum, h[3]));
}
/* h: logarithm, axis, extent, data (offset, type), address terms of the data */
__kernel void shared_softmax(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    Words map = h + 5;
    const int own = c[h[1]];
    const float x = load_real(memory + h[3], h[4], offset_at(map, c, rank));
    float largest = -INFINITY;
    for (int j = 0; j < h[2]; ++j) {
        c[h[1]] = j;
        largest = fmax(largest, load_real(memory + h[3], h[4], offset_at(map, c, rank)));
    }
    float sum = 0.0f;
    for (int j = 0; j < h[2]; ++j) {
        c[h[1]] = j;
        sum += exp(load_real(memory + h[3], h[4], offset_at(map, c, rank)) - largest);
    }
    c[h[1]] = own;
    run_steps(memory, w, c, h[0] ? x - largest - log(sum) : exp(x - largest) / sum, 0);
}
/* h: kind (0 affine, 1 reshape, 2 concat), sources, rank of the data, axis; for each source: offset, type, first place
   along the axis; then affine: for each dimension of the data which coordinate of the result, begin and step; reshape:
   extents of the data; address terms of each source */
__kernel void shared_movement(__global uchar* memory, const int code) {
    BEGIN
    coordinates_of(w + 8, rank, item, c);
    const int from = h[2];
    int x[12];
    int source = 0;
    Words places = h + 4 + 3 * h[1];
    Words maps = places + 3 * from;
    for (int d = 0; d < from; ++d) {
        x[d] = h[0] == 0 ? places[3 * d + 1] + c[places[3 * d]] * places[3 * d + 2] : (h[0] == 2 ? c[d] : 0);
    }
    if (h[0] == 1) {
        int index = item;
        for (int d = from - 1; d >= 0; --d) {
            x[d] = index % places[3 * d];
            index /= places[3 * d];
        }
    }
    if (h[0] == 2) {
        while (source + 1 < h[1] && x[h[3]] >= h[4 + 3 * (source + 1) + 2]) ++source;
        x[h[3]] -= h[4 + 3 * source + 2];
    }
    const int at = offset_at(maps + 3 * from * source, x, from);
    const int type = h[4 + 3 * source + 1];
    __global const uchar* p = memory + h[4 + 3 * source];
    run_steps(memory, w, c, load_real(p, type, at), type <= 2 ? load_int(p, type, at) : 0);
}
)";
}

}  // namespace difftest::backends::opencl
