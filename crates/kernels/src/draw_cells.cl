#pragma OPENCL FP_CONTRACT OFF
// One pixel: the colour of its cell.

__kernel void draw_cells(
    __global const uchar *cells,    // [row of cells][column of cells]: number of a colour
    __global const uchar *palette,  // [number][red, green, blue]: 256 colours and the one for where no cell is
    __global uchar *pixels,         // [row][column][channel], or [channel][row][column] where planar
    uint width,
    uint height,
    uint cell_px,
    uint columns,
    uint rows,
    uint cell_count,                // of `cells`; further ones are not there
    uint repeats_last,              // whether the last whole cells reach to the edge
    uint planar)
{
    uint at = (uint)get_global_id(0);
    uint size = width * height;
    if (at >= size) {
        return;
    }
    uint column = at % width / cell_px;
    uint row = at / width / cell_px;
    if (repeats_last && columns > 0 && rows > 0) {
        column = column < columns ? column : columns - 1;
        row = row < rows ? row : rows - 1;
    }
    uint cell = row * columns + column;
    uint colour = column < columns && row < rows && cell < cell_count ? cells[cell] : 256;
    for (uint channel = 0; channel < 3; channel++) {
        pixels[planar ? channel * size + at : at * 3 + channel] = palette[colour * 3 + channel];
    }
}
