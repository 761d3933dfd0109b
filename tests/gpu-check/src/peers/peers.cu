// The peers of the table: what the kernels compute, in CUDA C, an item a thread. No product and sum are
// fused (--fmad=false), as in WebAssembly, so that results are compared bit for bit.

typedef unsigned int u32;

#define ITEM (blockIdx.x * blockDim.x + threadIdx.x)

// Nothing: what a launch costs by itself.
extern "C" __global__ void tiny(u32 items, u32 by, u32 *y) {
    u32 item = ITEM;
    if (item < items) {
        y[item] += by;
    }
}

// A message's words, and one.
extern "C" __global__ void next(u32 items, const u32 *__restrict__ from, u32 *__restrict__ to) {
    u32 item = ITEM;
    if (item < items) {
        to[item] = from[item] + 1;
    }
}

extern "C" __global__ void saxpy(u32 items, float a, const float *__restrict__ x, float *__restrict__ y) {
    u32 item = ITEM;
    if (item < items) {
        y[item] = a * x[item] + y[item];
    }
}

// The sum, the least and the largest of every `items`th of `count` numbers.
extern "C" __global__ void part(u32 items, u32 count, const double *__restrict__ numbers,
                                double *__restrict__ parts) {
    u32 item = ITEM;
    if (item >= items) {
        return;
    }
    double sum = 0.0, least = 1.0 / 0.0, largest = -1.0 / 0.0;
    for (u32 at = item; at < count; at += items) {
        double number = numbers[at];
        sum += number;
        least = number < least ? number : least;
        largest = number > largest ? number : largest;
    }
    parts[3 * item] = sum;
    parts[3 * item + 1] = least;
    parts[3 * item + 2] = largest;
}

// How many steps the point of each pixel takes to leave.
extern "C" __global__ void escape(u32 items, u32 width, double left, double top, double pixel, u32 steps,
                                  u32 *__restrict__ taken) {
    u32 item = ITEM;
    if (item >= items) {
        return;
    }
    double real = left + (item % width) * pixel;
    double imaginary = top - (item / width) * pixel;
    double x = 0.0, y = 0.0;
    u32 step = 0;
    while (step < steps && x * x + y * y <= 4.0) {
        double next = x * x - y * y + real;
        y = 2.0 * x * y + imaginary;
        x = next;
        step++;
    }
    taken[item] = step;
}

// A step of each body. A body is its place and its mass, so that a load fetches all of it.
extern "C" __global__ void advance(u32 items, float step, const float4 *__restrict__ from,
                                   float *__restrict__ velocities, float4 *__restrict__ to) {
    u32 item = ITEM;
    if (item >= items) {
        return;
    }
    float4 own = from[item];
    float ax = 0.0f, ay = 0.0f, az = 0.0f;
    for (u32 other = 0; other < items; other++) {
        float4 body = from[other];
        float dx = body.x - own.x, dy = body.y - own.y, dz = body.z - own.z;
        float squared = dx * dx + dy * dy + dz * dz + 1e-4f;
        float pull = body.w / (squared * sqrtf(squared));
        ax += dx * pull;
        ay += dy * pull;
        az += dz * pull;
    }
    float vx = velocities[3 * item] + ax * step;
    float vy = velocities[3 * item + 1] + ay * step;
    float vz = velocities[3 * item + 2] + az * step;
    velocities[3 * item] = vx;
    velocities[3 * item + 1] = vy;
    velocities[3 * item + 2] = vz;
    to[item] = make_float4(own.x + vx * step, own.y + vy * step, own.z + vz * step, own.w);
}

// A round of PageRank: what each node gives along each of its edges, ...
extern "C" __global__ void give(u32 items, double damping, const double *__restrict__ ranks,
                                const u32 *__restrict__ degrees, double *__restrict__ given) {
    u32 item = ITEM;
    if (item < items) {
        u32 degree = degrees[item];
        given[item] = degree == 0 ? 0.0 : damping * ranks[item] / degree;
    }
}

// ... what each gets, and by how much that changes its rank, ...
extern "C" __global__ void take(u32 items, double base, const u32 *__restrict__ starts,
                                const u32 *__restrict__ sources, const double *__restrict__ given,
                                double *__restrict__ ranks, double *__restrict__ changes) {
    u32 item = ITEM;
    if (item >= items) {
        return;
    }
    double sum = 0.0;
    for (u32 edge = starts[item]; edge < starts[item + 1]; edge++) {
        sum += given[sources[edge]];
    }
    double rank = base + sum;
    changes[item] = fabs(rank - ranks[item]);
    ranks[item] = rank;
}

// ... and the sums of the changes and of the ranks of nodes without an edge, of every `items`th node.
extern "C" __global__ void sums(u32 items, u32 nodes, const double *__restrict__ changes,
                                const double *__restrict__ ranks, const u32 *__restrict__ degrees,
                                double *__restrict__ parts) {
    u32 item = ITEM;
    if (item >= items) {
        return;
    }
    double change = 0.0, held = 0.0;
    for (u32 at = item; at < nodes; at += items) {
        change += changes[at];
        if (degrees[at] == 0) {
            held += ranks[at];
        }
    }
    parts[2 * item] = change;
    parts[2 * item + 1] = held;
}
