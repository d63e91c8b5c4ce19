#pragma OPENCL FP_CONTRACT OFF
// One pixel of one picture: the sum of the waves of its cell, each as strong as its level says. Integers alone, modulo
// 2^32, so that the order of the sum does not matter.

#define WAVE_BITS 12
#define STEP_BITS 6
#define MIDDLE 126u
#define STEPS 16u
#define DARKEST 16
#define LIGHTEST 235
#define NO_CELL 0xFFFFFFFFu

__kernel void draw_waves(
    __global const short *waves,   // [wave][row in the cell][column in the cell]
    __global const short *steps,   // [wave][level]
    __global const uint *cell_at,  // [row of the grid][column of the grid]: number of the cell or NO_CELL
    __global const uchar *levels,  // [picture][cell][wave]
    __global const uchar *base,    // [row][column]: where there is no cell
    __global uchar *pictures,      // [picture][row][column]
    uint width,
    uint height,
    uint cell_px,
    uint columns,
    uint rows,
    uint cell_count,
    uint wave_count,
    uint picture_count)
{
    uint at = (uint)get_global_id(0);
    uint picture = (uint)get_global_id(1);
    uint size = width * height;
    if (at >= size || picture >= picture_count) {
        return;
    }
    uint x = at % width;
    uint y = at / width;
    uint column = x / cell_px;
    uint row = y / cell_px;
    uint cell = column < columns && row < rows ? cell_at[row * columns + column] : NO_CELL;
    size_t to = (size_t)picture * size + at;
    if (cell >= cell_count) {
        pictures[to] = base[at];
        return;
    }
    uint within = (y - row * cell_px) * cell_px + (x - column * cell_px);
    size_t from = ((size_t)picture * cell_count + cell) * wave_count;
    uint sum = (MIDDLE << (WAVE_BITS + STEP_BITS)) + (1u << (WAVE_BITS + STEP_BITS - 1));
    for (uint wave = 0; wave < wave_count; wave++) {
        uint level = levels[from + wave] % STEPS;
        int step = steps[wave * STEPS + level];
        int sample = waves[wave * cell_px * cell_px + within];
        sum += (uint)(step * sample);
    }
    int luma = as_int(sum) >> (WAVE_BITS + STEP_BITS);
    pictures[to] = (uchar)(luma < DARKEST ? DARKEST : luma > LIGHTEST ? LIGHTEST : luma);
}
