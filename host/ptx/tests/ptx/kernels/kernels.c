// Compute functions as an author writes them. kernels.wat is what clang makes of them:
// zig cc -target wasm32-freestanding -O2 -nostdlib -Wl,--no-entry -Wl,--export-memory
//   -Wl,-z,stack-size=4096 -Wl,--strip-debug -Wl,--export=__stack_pointer kernels.c, as text
typedef unsigned u32;
#define COMPUTE(name) __attribute__((export_name(#name))) void name

COMPUTE(saxpy)(u32 i, float a, const float *x, float *y) { y[i] = a * x[i] + y[i]; }

COMPUTE(mandelbrot)(u32 i, u32 width, float left, float top, float step, int most, int *out) {
    float cr = left + step * (float)(i % width), ci = top + step * (float)(i / width);
    float zr = 0, zi = 0;
    int k = 0;
    for (; k < most; k++) {
        float r2 = zr * zr, i2 = zi * zi;
        if (r2 + i2 > 4.0f) break;
        zi = 2.0f * zr * zi + ci;
        zr = r2 - i2 + cr;
    }
    out[i] = k;
}

COMPUTE(nbody)(u32 i, u32 n, float softening, float dt, const float *p, float *v) {
    float x = p[4 * i], y = p[4 * i + 1], z = p[4 * i + 2], ax = 0, ay = 0, az = 0;
    for (u32 j = 0; j < n; j++) {
        float dx = p[4 * j] - x, dy = p[4 * j + 1] - y, dz = p[4 * j + 2] - z;
        float inverse = 1.0f / __builtin_sqrtf(dx * dx + dy * dy + dz * dz + softening);
        float s = p[4 * j + 3] * inverse * inverse * inverse;
        ax += dx * s;
        ay += dy * s;
        az += dz * s;
    }
    v[4 * i] += dt * ax;
    v[4 * i + 1] += dt * ay;
    v[4 * i + 2] += dt * az;
}

COMPUTE(gemm)(u32 i, u32 n, const float *a, const float *b, float *c) {
    u32 row = i / n, column = i % n;
    float sum = 0;
    for (u32 k = 0; k < n; k++) sum += a[row * n + k] * b[k * n + column];
    c[i] = sum;
}

COMPUTE(reduce)(u32 i, u32 n, u32 parts, const float *x, float *out) {
    float sum = 0;
    for (u32 k = i; k < n; k += parts) sum += x[k];
    out[i] = sum;
}

COMPUTE(pagerank)(u32 i, float damping, float base, const u32 *row, const u32 *column,
                  const float *share, float *rank) {
    float sum = 0;
    for (u32 k = row[i]; k < row[i + 1]; k++) sum += share[column[k]];
    rank[i] = base + damping * sum;
}

// Has an array on the stack, and calls.
static float __attribute__((noinline)) weigh(const float *t, u32 i) {
    float copy[16], sum = 0;
    __builtin_memcpy(copy, t, sizeof copy);
    for (u32 k = 0; k < 16; k++) sum += copy[(k * 5 + i) & 15] * (float)(k + 1);
    return sum;
}

COMPUTE(smooth)(u32 i, u32 unused, float *out) {
    float t[16];
    for (u32 k = 0; k < 16; k++) t[(k * 7 + i) & 15] = (float)k * 0.5f;
    out[i] = weigh(t, i);
}

// What compilers make a table of branches of, and integers of all sorts.
COMPUTE(mix)(u32 i, u32 seed, long long *out) {
    unsigned long long state = seed + i * 0x9e3779b97f4a7c15ull, sum = 0;
    for (int k = 0; k < 20; k++) {
        state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
        switch (state & 7) {
        case 0: sum += state; break;
        case 1: sum ^= state * 3; break;
        case 2: sum -= (u32)state / 7u; break;
        case 3: sum *= (state % 1000) | 1; break;
        case 4: sum += __builtin_popcountll(state); break;
        case 5: sum = (sum << 13) | (sum >> 51); break;
        default: sum += (unsigned long long)((double)(state >> 11) * 0.25); break;
        }
    }
    out[i] = (long long)sum;
}
