#pragma OPENCL FP_CONTRACT OFF
// One channel of one cell: the weighted sum of its pixels in parts of the whole weight, halves rounded up.

__kernel void average_cells(
    __global const uchar *pixels,   // [row][column][channel]
    __global const uchar *weights,  // [row or column in the cell]: a pixel weighs the product of both
    __global ushort *means,         // [row of cells][column of cells][channel]
    uint width,
    uint cell_px,
    uint columns,
    uint rows,
    uint channels,
    uint parts,
    uint whole)                     // the weight of all pixels of a cell, not 0
{
    uint at = (uint)get_global_id(0);
    if (at >= columns * rows * channels) {
        return;
    }
    uint channel = at % channels;
    uint cell = at / channels;
    uint left = cell % columns * cell_px;
    uint top = cell / columns * cell_px;
    uint sum = 0;
    for (uint y = 0; y < cell_px; y++) {
        for (uint x = 0; x < cell_px; x++) {
            uint from = ((top + y) * width + left + x) * channels + channel;
            sum += (uint)weights[y] * weights[x] * pixels[from];
        }
    }
    means[at] = (ushort)((sum * parts + whole / 2) / whole);
}
