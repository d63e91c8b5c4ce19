#pragma OPENCL FP_CONTRACT OFF
// One product: a wave with the pixels of a cell. Integers alone, modulo 2^32, so that the order of the sum does not
// matter; what it means in luma steps is the host's to say.

#define MIDDLE 126

__kernel void measure_waves(
    __global const short *waves,  // [wave][row in the cell][column in the cell]
    __global const uint *cells,   // [cell][x, y]: the left upper pixel
    __global const uchar *luma,   // [row][column]
    __global int *products,       // [wave][cell]
    uint width,
    uint cell_px,
    uint cell_count,
    uint wave_count)
{
    uint cell = (uint)get_global_id(0);
    uint wave = (uint)get_global_id(1);
    if (cell >= cell_count || wave >= wave_count) {
        return;
    }
    uint from = cells[2 * cell + 1] * width + cells[2 * cell];
    uint sample = wave * cell_px * cell_px;
    uint sum = 0;
    for (uint row = 0; row < cell_px; row++) {
        for (uint column = 0; column < cell_px; column++) {
            int pixel = luma[from + row * width + column] - MIDDLE;
            sum += (uint)(pixel * waves[sample + row * cell_px + column]);
        }
    }
    products[wave * cell_count + cell] = as_int(sum);
}
