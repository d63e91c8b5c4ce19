"""The loop that most programs for cutting people out consist of, to be measured against.

    matte_loop.py MODEL.onnx IN OUT.webm --view LEFT,TOP,RIGHT,BOTTOM [--post same|none] [--encode same|default|none]

PyAV decodes, the network sees the view of each frame at 256x256, PyAV encodes VP9 with alpha. `--post same` does in NumPy and OpenCV what reel does after the
network: masks steadied in time where nothing moves, edges by local colours, levels, the background's light taken out of the colours, the
background blanked. `--post none` only brings the mask to full size by straight lines. Looking for figures and following them is left out in
both, in the loop's favour: it is told the view in which the network sees somebody. `--encode same` takes reel's settings for colours (its finer ones for the
alpha cannot be said there), `default` what FFmpeg takes when nothing is said, `none` throws the pictures away.
Needs av, numpy, onnxruntime and opencv-python-headless.
"""

import argparse

import av
import cv2
import numpy as np
import onnxruntime

SIDE = 256
SAME = {
    "deadline": "realtime", "cpu-used": "8", "row-mt": "1", "tile-columns": "2", "crf": "24", "b": "0", "g": "240",
    "auto-alt-ref": "0", "threads": "2",
}
DEFAULT = {"auto-alt-ref": "0", "crf": "24", "b": "0"}


class Steady:
    """An average over time where the picture stands still."""

    def __init__(self):
        self.mask = self.small = None

    def __call__(self, mask, small):
        if self.mask is not None:
            moved = cv2.blur(np.abs(small - self.small).sum(2), (5, 5))
            noise = min(float(np.median(moved)), 0.02)
            rate = 0.25 + 0.75 * np.clip((moved - 2 * noise - 0.006) / (2 * noise + 0.016), 0, 1)
            mask = self.mask + (mask - self.mask) * rate
        self.mask, self.small = mask, small
        return mask


def lines(mask, small):
    """For each cell: mask, how far colours are believed, and alpha as a sum of colours."""
    def mean(sure):
        sums = cv2.blur(cv2.blur(np.dstack((sure, small * sure[..., None], (small**2).sum(2) * sure)), (9, 9)), (9, 9))
        count = np.maximum(sums[..., 0], 1e-6)
        colour = sums[..., 1:4] / count[..., None]
        return colour, np.maximum(sums[..., 4] / count - (colour**2).sum(2), 0), np.minimum(sums[..., 0] * 30, 1)

    (front, front_spread, front_known) = mean((mask > 0.9).astype(np.float32))
    (back, back_spread, back_known) = mean((mask < 0.1).astype(np.float32))
    apart = front - back
    distance = (apart**2).sum(2)
    weights = apart / (distance + 1e-5)[..., None]
    spread = 0.5 * (front_spread + back_spread) + 6e-4
    belief = front_known * back_known * distance / (distance + 4 * spread)
    square = np.ones((3, 3), np.uint8)
    edge = np.minimum((1 - cv2.erode(mask, square)) * 2, 1) * np.minimum(cv2.dilate(mask, square, iterations=2) * 2, 1)
    return np.dstack((mask, belief * cv2.blur(edge, (3, 3)), weights, -(weights * back).sum(2))).astype(np.float32)


def upsampled(cells, rgb):
    """Alpha at full size, 0 to 255."""
    height, width = rgb.shape[:2]
    mask, belief, *weights, offset = cv2.split(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR))
    for channel, weight in enumerate(weights):
        offset += weight * rgb[..., channel] * np.float32(1 / 255)
    by_colour = np.clip((offset - 0.15) / 0.7, 0, 1)
    alpha = mask + (by_colour - mask) * belief
    return (np.clip((alpha - 0.05) / 0.9, 0, 1) * 255 + 0.5).astype(np.uint8)


def cleaned(rgb, alpha):
    """Colours of the foreground alone."""
    height, width = alpha.shape
    blocks = (-(-width // 8), -(-height // 8))
    def mean(sure):
        sums = cv2.resize(np.dstack((rgb * sure[..., None], sure)).astype(np.float32), blocks, interpolation=cv2.INTER_AREA)
        sums = cv2.blur(sums, (5, 5))
        return cv2.resize(sums[..., :3] / np.maximum(sums[..., 3:], 1e-3), (width, height), interpolation=cv2.INTER_LINEAR)

    front, back = mean((alpha > 245).astype(np.uint8)), mean((alpha < 10).astype(np.uint8))
    edge = (alpha > 0) & (alpha < 255)
    share = alpha[edge, None] / np.float32(255)
    front = front[edge]
    colour = front + share * (rgb[edge] - share * front - (1 - share) * back[edge])
    rgb = rgb * (alpha > 0)[..., None]
    rgb[edge] = np.clip(colour + 0.5, 0, 255)
    return rgb


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "source", "target"):
        parser.add_argument(name)
    parser.add_argument("--view", required=True)
    parser.add_argument("--post", choices=("same", "none"), default="same")
    parser.add_argument("--encode", choices=("same", "default", "none"), default="same")
    args = parser.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    left, top, right, bottom = map(int, args.view.split(","))
    steady = Steady()
    with av.open(args.source) as film, av.open(args.target, "w") as result:
        pictures = film.streams.video[0]
        pictures.thread_type = "AUTO"
        settings = DEFAULT if args.encode == "default" else SAME
        out = result.add_stream("libvpx-vp9", rate=pictures.average_rate, options=settings)
        out.width, out.height, out.pix_fmt = pictures.width, pictures.height, "yuva420p"
        for frame in film.decode(pictures):
            rgb = frame.to_ndarray(format="rgb24")
            seen = rgb[top:bottom, left:right]
            small = cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
            mask = session.run(None, {name: small.transpose(2, 0, 1)[None]})[0][0, 0]
            alpha = np.zeros(rgb.shape[:2], np.uint8)
            if args.post == "same":
                mask = steady(mask, small)
                alpha[top:bottom, left:right] = upsampled(lines(mask, small), seen)
                rgb = cleaned(rgb, alpha)
            else:
                mask = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
                alpha[top:bottom, left:right] = mask * 255 + 0.5
            cut = av.VideoFrame.from_ndarray(np.dstack((rgb, alpha)), format="rgba").reformat(format="yuva420p")
            cut.pts, cut.time_base = frame.pts, frame.time_base
            if args.encode != "none":
                result.mux(out.encode(cut))
        if args.encode != "none":
            result.mux(out.encode(None))


if __name__ == "__main__":
    main()
