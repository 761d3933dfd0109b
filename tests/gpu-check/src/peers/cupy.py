# A peer of the table: CuPy's RawKernel. For each line that it reads it does a round and says how long that
# took, in seconds.
import sys
import time

import cupy

kernel, items, count, times, options = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5].split()
source = sys.stdin.readline().rstrip("\n").replace("\x01", "\n")
function = cupy.RawKernel(source, kernel, options=tuple(options))
u32 = cupy.uint32
if kernel == "saxpy":
    x = cupy.full(count, 0.5, cupy.float32)
    given = (u32(items), cupy.float32(2.5), x, cupy.zeros(count, cupy.float32))
else:
    numbers = cupy.full(count, 0.5, cupy.float64)
    given = (u32(items), u32(count), numbers, cupy.zeros(3 * items, cupy.float64))
blocks = ((items + 255) // 256,)
print("ready", flush=True)
for _ in sys.stdin:
    cupy.cuda.get_current_stream().synchronize()
    begun = time.perf_counter()
    for _ in range(times):
        function(blocks, (256,), given)
    cupy.cuda.get_current_stream().synchronize()
    print(time.perf_counter() - begun, flush=True)
