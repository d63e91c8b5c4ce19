"""The loop that most programs for cutting people out consist of, to be measured against.

    matte_loop.py MODEL.onnx IN OUT.webm [fast|default]

PyAV decodes, the network sees each frame at 256x256, its mask is brought to full size by straight lines, PyAV encodes VP9 with alpha. `fast`
encodes with reel's own settings, `default` with what FFmpeg takes when nothing is said. Left out, and so in its favour: looking for small
figures, following edges, steadying masks in time, cleaning colours. Needs av, numpy and onnxruntime.
"""

import sys

import av
import numpy as np
import onnxruntime

SIDE = 256
FAST = {
    "deadline": "realtime", "cpu-used": "8", "row-mt": "1", "tile-columns": "2", "crf": "30", "b": "0", "g": "240",
    "auto-alt-ref": "0", "threads": "2",
}
DEFAULT = {"auto-alt-ref": "0", "crf": "30", "b": "0"}


def main(model, source, target, settings):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    with av.open(source) as film, av.open(target, "w") as result:
        pictures = film.streams.video[0]
        pictures.thread_type = "AUTO"
        out = result.add_stream("libvpx-vp9", rate=pictures.average_rate, options=settings)
        out.width, out.height, out.pix_fmt = pictures.width, pictures.height, "yuva420p"
        for frame in film.decode(pictures):
            small = frame.to_ndarray(format="rgb24", width=SIDE, height=SIDE)
            tensor = small.transpose(2, 0, 1)[None].astype(np.float32) / 255
            mask = session.run(None, {name: tensor})[0][0, 0]
            mask = av.VideoFrame.from_ndarray((mask * 255).astype(np.uint8), format="gray")
            alpha = mask.to_ndarray(format="gray", width=frame.width, height=frame.height, interpolation="BILINEAR")
            rgba = np.dstack((frame.to_ndarray(format="rgb24"), alpha))
            cut = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="yuva420p")
            cut.pts, cut.time_base = frame.pts, frame.time_base
            result.mux(out.encode(cut))
        result.mux(out.encode(None))


if __name__ == "__main__":
    main(*sys.argv[1:4], DEFAULT if sys.argv[4:] == ["default"] else FAST)
