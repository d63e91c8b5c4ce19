/* The words of OpenCL C that the kernels use, in CUDA C++: put before a .cl file, it compiles with NVRTC.
   Give --fmad=false too: what is decided in an OpenCL file by its first line is an option there. */

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;

#define __kernel extern "C" __global__
#define __global

static __device__ __forceinline__ int as_int(uint bits) { return (int)bits; }
static __device__ __forceinline__ size_t get_global_id(uint dimension)
{
    return dimension == 0 ? (size_t)blockIdx.x * blockDim.x + threadIdx.x
                          : (size_t)blockIdx.y * blockDim.y + threadIdx.y;
}
