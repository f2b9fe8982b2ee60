// Right, or wrong in two ways that guard bytes cannot show: scripts/run-under-oclgrind --self-test.
__kernel void relu(__global const float* data, __global float* output) {
    const int i = get_global_id(0);
    output[i] = data[i] > 0.0f ? data[i] : 0.0f;
#ifdef READS_OUTSIDE
    output[i] += data[i + 4096] == 1.0f ? 0.0f : 0.0f;
#endif
#ifdef RACES
    output[0] = data[i];
#endif
}
