// A fused deconvolution in the style of an inference plugin: u8 data by s8 weights, and behind it an epilogue of which
// only the quantization to u8 is always there:
//
//     deconvolution [+ bias] -> [scale1] -> [actv1] -> quant1 (u8) -> [+ eltw] -> [scale2] -> [actv2] -> [quant2 (s8) | out (u8)]
//
// One work item computes 16 features of one position. Data, eltw and result lie in b_fs_yx_fsv16, weights in
// os_is_yx_isv16_osv16; whatever is per channel is padded to 16 features. Sizes and steps are macros (deconv_fused.json).
#pragma OPENCL FP_CONTRACT OFF

#if HAS_OUT
#define OUTPUT uchar
#define STORED(v) convert_uchar16_sat_rte(v)
#elif HAS_QUANT2
#define OUTPUT char
#define STORED(v) convert_char16_sat_rte(v)
#elif HAS_ELTW || HAS_SCALE2 || HAS_ACTV2
#define OUTPUT float
#define STORED(v) (v)
#else
#define OUTPUT uchar
#define STORED(v) convert_uchar16_sat_rte(v)
#endif

// Quantization by the specification, in `top` steps.
static float16 quantized(float16 v, float16 il, float16 ih, float ol, float oh, float top) {
    const float16 inside = rint((v - il) / (ih - il) * top) / top * (oh - ol) + ol;
    const float16 not_above = select(inside, (float16)(oh), v > fmax(il, ih));
    return select(not_above, (float16)(ol), v <= fmin(il, ih));
}

// The same for values that the store brings into the range: nothing is clamped.
static float16 quantized_without_clamp(float16 v, float16 il, float16 ih, float ol, float oh, float top) {
    return rint(rint((v - il) / (ih - il) * top) / top * (oh - ol) + ol);
}

#define TAP(lane) sum += (int)d.s##lane * convert_int16(vload16(0x##lane, w));

__kernel void deconv_fused(__global const uchar* restrict data, __global const char* restrict weights,
#if HAS_BIAS
                           __global const int* restrict bias,
#endif
#if HAS_SCALE1
                           __global const float* restrict scale1,
#endif
                           __global const float* restrict input_low1, __global const float* restrict input_high1,
                           float output_low1, float output_high1,
#if HAS_ELTW
                           __global const float* restrict eltw,
#endif
#if HAS_SCALE2
                           __global const float* restrict scale2,
#endif
#if HAS_QUANT2
                           __global const float* restrict input_low2, __global const float* restrict input_high2,
                           float output_low2, float output_high2,
#endif
                           __global OUTPUT* restrict output) {
    const int x = (int)get_global_id(0);
    const int y = (int)get_global_id(1);
    const int block = (int)get_global_id(2) % F_BLOCKS;
    const int b = (int)get_global_id(2) / F_BLOCKS;

    int16 sum = 0;
    for (int ky = 0; ky < K_Y; ++ky) {
        const int iy = y + PAD_Y - ky * DILATION_Y;
        if (iy < 0 || iy % STRIDE_Y != 0 || iy / STRIDE_Y >= IN_Y) continue;
        for (int kx = 0; kx < K_X; ++kx) {
            const int ix = x + PAD_X - kx * DILATION_X;
            if (ix < 0 || ix % STRIDE_X != 0 || ix / STRIDE_X >= IN_X) continue;
            for (int c = 0; c < C_BLOCKS; ++c) {
                // Data beyond the last channel may hold anything: the weights there are zero.
                const uchar16 d =
                    vload16(((b * C_BLOCKS + c) * IN_Y + iy / STRIDE_Y) * IN_X + ix / STRIDE_X, data);
                __global const char* w = weights + ((((block * C_BLOCKS + c) * K_Y + ky) * K_X + kx) << 8);
                TAP(0) TAP(1) TAP(2) TAP(3) TAP(4) TAP(5) TAP(6) TAP(7)
                TAP(8) TAP(9) TAP(a) TAP(b) TAP(c) TAP(d) TAP(e) TAP(f)
            }
        }
    }
#if HAS_BIAS
    sum = add_sat(sum, vload16(block, bias));
#endif

    const int place = ((b * F_BLOCKS + block) * OUT_Y + y) * OUT_X + x;
    float16 v = convert_float16(sum);
#if HAS_SCALE1
    v *= vload16(block, scale1);
#endif
#if HAS_ACTV1
    v = select(v * ALPHA1, v, v > 0.0f);
#endif

    const float16 il1 = vload16(block, input_low1);
    const float16 ih1 = vload16(block, input_high1);
#if CLAMP_OPTIMISATION && LEVELS1 == 256
    // 256 levels fill the eight bits, and the store saturates anyway.
    v = quantized_without_clamp(v, il1, ih1, output_low1, output_high1, LEVELS1 - 1);
#else
    v = quantized(v, il1, ih1, output_low1, output_high1, LEVELS1 - 1);
    v = convert_float16(convert_uchar16_sat_rte(v));
#endif
#if HAS_ELTW
    v += vload16(place, eltw);
#endif
#if HAS_SCALE2
    v *= vload16(block, scale2);
#endif
#if HAS_ACTV2
    v = select(v * ALPHA2, v, v > 0.0f);
#endif
#if HAS_QUANT2
    v = quantized(v, vload16(block, input_low2), vload16(block, input_high2), output_low2, output_high2, LEVELS2 - 1);
#endif

    if (block * 16 + 16 <= F) {
        vstore16(STORED(v), place, output);
    } else {
        OUTPUT lanes[16];
        vstore16(STORED(v), 0, lanes);
        for (int lane = 0; lane < F - block * 16; ++lane) {
            output[place * 16 + lane] = lanes[lane];
        }
    }
}
