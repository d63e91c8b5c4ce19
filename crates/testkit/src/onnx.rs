//! Small networks as bytes of ONNX files, made here: a recurrent one with exactly the inputs and outputs of RVM, one that
//! mattes single images, and some that misbehave. Their weights are pseudo-random and always the same.

mod graph;

use graph::{Dim, Graph, Kind};

/// Channels of RVM's four states (of its smaller variant).
const CHANNELS: [usize; 4] = [16, 20, 40, 64];

/// A recurrent network with RVM's inputs (`src`, `r1i` to `r4i`, `downsample_ratio`), outputs (`fgr`, `pha`, `r1o` to `r4o`)
/// and recurrence, in 32-bit floats. State n has 1/2ⁿ of the downsampled size.
pub fn rvm_shaped() -> Vec<u8> {
    rvm(Kind::F32, Look::Ends)
}

/// The same, but one look at a picture takes years.
pub fn endless_rvm() -> Vec<u8> {
    rvm(Kind::F32, Look::NeverEnds)
}

/// The same with 16-bit floats at every input and output but the ratio, as RVM's 16-bit file has them.
pub fn rvm_shaped_f16() -> Vec<u8> {
    rvm(Kind::F16, Look::Ends)
}

/// One image in (`src`, 1 × 3 × height × width, any number of rows), one matte out (`pha`).
pub fn matting(height: usize, width: usize) -> Vec<u8> {
    let sizes = |channels| [Dim::Any("B"), Dim::Is(channels), Dim::Is(height), Dim::Is(width)];
    let mut graph = Graph::new("matting");
    graph.input("src", Kind::F32, &sizes(3));
    graph.output("pha", Kind::F32, &sizes(1));
    graph.weights("w", &[1, 3, 3, 3], 1);
    graph.node("Conv", &["src", "w"], &["conv"], |node| node.ints("pads", &[1, 1, 1, 1]));
    graph.node("Sigmoid", &["conv"], &["pha"], |_| {});
    graph.model(12)
}

/// One that would run for years: a loop of 2⁶² rounds over `x` (4 floats), out as `y`.
pub fn endless() -> Vec<u8> {
    let body = rounds(&[Dim::Is(4)]);
    let mut graph = Graph::new("endless");
    graph.input("x", Kind::F32, &[Dim::Is(4)]);
    graph.output("y", Kind::F32, &[Dim::Is(4)]);
    graph.longs("rounds", &[], &[1 << 62]);
    graph.truth("yes");
    graph.node("Loop", &["rounds", "yes", "x"], &["y"], |node| node.graph("body", &body));
    graph.model(12)
}

/// One that wants 64 TiB for `y`, the `x` (one float) spread over them.
pub fn greedy() -> Vec<u8> {
    let mut graph = Graph::new("greedy");
    graph.input("x", Kind::F32, &[Dim::Is(1)]);
    graph.input("size", Kind::F32, &[Dim::Is(1)]);
    graph.output("y", Kind::F32, &[Dim::Any("N")]);
    // Of an input, so that it is not calculated while the network is loaded.
    graph.node("Cast", &["size"], &["whole"], |node| node.int("to", Kind::I64 as i64));
    graph.longs("many", &[1], &[1 << 44]);
    graph.node("Mul", &["whole", "many"], &["count"], |_| {});
    graph.node("Expand", &["x", "count"], &["y"], |_| {});
    graph.model(12)
}

/// One that nobody can load: an operator that does not exist.
pub fn unknown_operator() -> Vec<u8> {
    let mut graph = Graph::new("unknown");
    graph.input("x", Kind::F32, &[Dim::Is(4)]);
    graph.output("y", Kind::F32, &[Dim::Is(4)]);
    graph.node("NoSuchOperator", &["x"], &["y"], |_| {});
    graph.model(12)
}

/// One that is cut off in the middle.
pub fn broken() -> Vec<u8> {
    let mut whole = rvm_shaped();
    whole.truncate(whole.len() / 2);
    whole
}

/// What a loop does in each round, with numbers of this shape.
fn rounds(sizes: &[Dim]) -> Graph {
    let mut body = Graph::new("body");
    body.input("round", Kind::I64, &[]);
    body.input("go_on", Kind::Bool, &[]);
    body.input("before", Kind::F32, sizes);
    body.output("goes_on", Kind::Bool, &[]);
    body.output("after", Kind::F32, sizes);
    body.node("Identity", &["go_on"], &["goes_on"], |_| {});
    body.node("Sin", &["before"], &["after"], |_| {});
    body
}

/// How long it takes to look at a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Ends,
    NeverEnds,
}

fn rvm(kind: Kind, look: Look) -> Vec<u8> {
    let mut graph = Graph::new("rvm_shaped");
    let picture = |channels| [Dim::Any("B"), Dim::Is(channels), Dim::Any("H"), Dim::Any("W")];
    graph.input("src", kind, &picture(3));
    for state in 1..=4 {
        graph.input(&format!("r{state}i"), kind, &any_of(state, "i"));
    }
    graph.input("downsample_ratio", Kind::F32, &[Dim::Is(1)]);
    graph.output("fgr", kind, &picture(3));
    graph.output("pha", kind, &picture(1));
    for state in 1..=4 {
        graph.output(&format!("r{state}o"), kind, &any_of(state, "o"));
    }
    // The CPU resizes 32-bit floats alone, so inside all is 32 bits.
    graph.cast_in("src", "src_32", kind);
    graph.floats("ones", &[2], &[1.0, 1.0]);
    graph.floats("nothing", &[0], &[]);
    graph.floats("half", &[], &[0.5]);
    graph.node("Concat", &["ones", "downsample_ratio", "downsample_ratio"], &["scales"], |node| {
        node.int("axis", 0)
    });
    graph.node("Resize", &["src_32", "nothing", "scales"], &["small"], graph::linear);
    let (mut from, mut from_channels) = ("small".to_owned(), 3);
    if look == Look::NeverEnds {
        let body = rounds(&[Dim::Any("B"), Dim::Is(3), Dim::Any("H"), Dim::Any("W")]);
        graph.longs("rounds", &[], &[1 << 62]);
        graph.truth("yes");
        graph.node("Loop", &["rounds", "yes", "small"], &["looked"], |node| node.graph("body", &body));
        from = "looked".to_owned();
    }
    for (state, channels) in (1..).zip(CHANNELS) {
        let name = |what: &str| format!("{what}{state}");
        graph.weights(&name("w"), &[channels, from_channels, 3, 3], state as u64);
        graph.node("Conv", &[&from, &name("w")], &[&name("conv")], |node| {
            node.ints("strides", &[2, 2]);
            node.ints("pads", &[1, 1, 1, 1]);
        });
        graph.node("Tanh", &[&name("conv")], &[&name("seen")], |_| {});
        graph.cast_in(&format!("r{state}i"), &name("kept_"), kind);
        // Half of what is seen and half of what was kept: a state of 1x1x1x1 spreads over the whole.
        graph.node("Add", &[&name("seen"), &name("kept_")], &[&name("sum")], |_| {});
        graph.node("Mul", &[&name("sum"), "half"], &[&name("now")], |_| {});
        graph.cast_out(&name("now"), &format!("r{state}o"), kind);
        (from, from_channels) = (name("now"), channels);
    }
    graph.weights("wa", &[1, CHANNELS[0], 1, 1], 5);
    graph.node("Conv", &["now1", "wa"], &["alpha_small"], |_| {});
    graph.node("Sigmoid", &["alpha_small"], &["alpha"], |_| {});
    graph.longs("zero", &[1], &[0]);
    graph.longs("two", &[1], &[2]);
    graph.longs("four", &[1], &[4]);
    graph.node("Shape", &["src_32"], &["sizes"], |_| {});
    graph.node("Shape", &["alpha"], &["alpha_sizes"], |_| {});
    graph.node("Slice", &["sizes", "two", "four"], &["area"], |_| {});
    graph.node("Slice", &["alpha_sizes", "zero", "two"], &["rows"], |_| {});
    graph.node("Concat", &["rows", "area"], &["full"], |node| node.int("axis", 0));
    graph.node("Resize", &["alpha", "nothing", "nothing", "full"], &["pha_32"], graph::linear);
    graph.node("Mul", &["src_32", "pha_32"], &["fgr_32"], |_| {});
    graph.cast_out("pha_32", "pha", kind);
    graph.cast_out("fgr_32", "fgr", kind);
    graph.model(12)
}

fn any_of(state: usize, end: &str) -> [Dim; 4] {
    ["b", "c", "h", "w"].map(|size| Dim::Named(format!("{size}{state}{end}")))
}
