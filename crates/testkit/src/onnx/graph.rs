//! The little of ONNX's protobuf form that the networks here need. The numbers are those of `onnx.proto`.

/// The kinds of elements, by ONNX's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    F32 = 1,
    I64 = 7,
    Bool = 9,
    F16 = 10,
}

/// One size of an input or output.
#[derive(Clone, Debug)]
pub(super) enum Dim {
    Is(usize),
    /// Any size, the same wherever the name stands.
    Any(&'static str),
    Named(String),
}

/// A graph under construction.
pub(super) struct Graph {
    name: String,
    nodes: Vec<u8>,
    rest: Vec<u8>,
}

impl Graph {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), nodes: Vec::new(), rest: Vec::new() }
    }

    pub(super) fn input(&mut self, name: &str, kind: Kind, sizes: &[Dim]) {
        put_bytes(&mut self.rest, 11, &value_info(name, kind, sizes));
    }

    pub(super) fn output(&mut self, name: &str, kind: Kind, sizes: &[Dim]) {
        put_bytes(&mut self.rest, 12, &value_info(name, kind, sizes));
    }

    pub(super) fn floats(&mut self, name: &str, sizes: &[usize], values: &[f32]) {
        self.constant(name, Kind::F32, sizes, values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    pub(super) fn longs(&mut self, name: &str, sizes: &[usize], values: &[i64]) {
        self.constant(name, Kind::I64, sizes, values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    pub(super) fn truth(&mut self, name: &str) {
        self.constant(name, Kind::Bool, &[], vec![1]);
    }

    /// Weights whose sum of squares is about 1 for each output, by a generator of our own: the same in every release.
    pub(super) fn weights(&mut self, name: &str, sizes: &[usize], seed: u64) {
        let count: usize = sizes.iter().product();
        let inputs: usize = sizes.iter().skip(1).product();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed + 1);
        let values: Vec<f32> = (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let uniform = (state >> 40) as f32 / (1 << 24) as f32;
                (uniform - 0.5) * (12.0 / inputs as f32).sqrt()
            })
            .collect();
        self.floats(name, sizes, &values);
    }

    fn constant(&mut self, name: &str, kind: Kind, sizes: &[usize], raw: Vec<u8>) {
        let mut tensor = Vec::new();
        sizes.iter().for_each(|&size| put_number(&mut tensor, 1, size as i64));
        put_number(&mut tensor, 2, kind as i64);
        put_bytes(&mut tensor, 8, name.as_bytes());
        put_bytes(&mut tensor, 9, &raw);
        put_bytes(&mut self.rest, 5, &tensor);
    }

    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: impl Fn(&mut Node),
    ) {
        let mut node = Node(Vec::new());
        inputs.iter().for_each(|input| put_bytes(&mut node.0, 1, input.as_bytes()));
        outputs.iter().for_each(|output| put_bytes(&mut node.0, 2, output.as_bytes()));
        put_bytes(&mut node.0, 4, operator.as_bytes());
        attributes(&mut node);
        put_bytes(&mut self.nodes, 1, &node.0);
    }

    /// `to` is `from`, which is of that kind, in 32 bits.
    pub(super) fn cast_in(&mut self, from: &str, to: &str, kind: Kind) {
        match kind {
            Kind::F32 => self.node("Identity", &[from], &[to], |_| {}),
            _ => self.node("Cast", &[from], &[to], |node| node.int("to", Kind::F32 as i64)),
        }
    }

    /// `to` is `from`, which has 32 bits, in that kind.
    pub(super) fn cast_out(&mut self, from: &str, to: &str, kind: Kind) {
        match kind {
            Kind::F32 => self.node("Identity", &[from], &[to], |_| {}),
            _ => self.node("Cast", &[from], &[to], |node| node.int("to", kind as i64)),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut graph = self.nodes.clone();
        put_bytes(&mut graph, 2, self.name.as_bytes());
        graph.extend_from_slice(&self.rest);
        graph
    }

    /// The whole file, for this version of the operators.
    pub(super) fn model(&self, operators: i64) -> Vec<u8> {
        let mut import = Vec::new();
        put_number(&mut import, 2, operators);
        let mut model = Vec::new();
        put_number(&mut model, 1, 8);
        put_bytes(&mut model, 2, b"reel-testkit");
        put_bytes(&mut model, 7, &self.bytes());
        put_bytes(&mut model, 8, &import);
        model
    }
}

/// An operator under construction.
pub(super) struct Node(Vec<u8>);

impl Node {
    pub(super) fn int(&mut self, name: &str, value: i64) {
        self.attribute(name, 2, |attribute| put_number(attribute, 3, value));
    }

    pub(super) fn ints(&mut self, name: &str, values: &[i64]) {
        self.attribute(name, 7, |attribute| values.iter().for_each(|&value| put_number(attribute, 8, value)));
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.attribute(name, 3, |attribute| put_bytes(attribute, 4, text.as_bytes()));
    }

    pub(super) fn graph(&mut self, name: &str, graph: &Graph) {
        self.attribute(name, 5, |attribute| put_bytes(attribute, 6, &graph.bytes()));
    }

    fn attribute(&mut self, name: &str, kind: i64, value: impl Fn(&mut Vec<u8>)) {
        let mut attribute = Vec::new();
        put_bytes(&mut attribute, 1, name.as_bytes());
        value(&mut attribute);
        put_number(&mut attribute, 20, kind);
        put_bytes(&mut self.0, 5, &attribute);
    }
}

/// Bilinear, as the network that this stands for resizes.
pub(super) fn linear(node: &mut Node) {
    node.text("mode", "linear");
    node.text("coordinate_transformation_mode", "pytorch_half_pixel");
}

fn value_info(name: &str, kind: Kind, sizes: &[Dim]) -> Vec<u8> {
    let mut shape = Vec::new();
    for size in sizes {
        let mut dim = Vec::new();
        match size {
            Dim::Is(size) => put_number(&mut dim, 1, *size as i64),
            Dim::Any(name) => put_bytes(&mut dim, 2, name.as_bytes()),
            Dim::Named(name) => put_bytes(&mut dim, 2, name.as_bytes()),
        }
        put_bytes(&mut shape, 1, &dim);
    }
    let mut tensor = Vec::new();
    put_number(&mut tensor, 1, kind as i64);
    put_bytes(&mut tensor, 2, &shape);
    let mut of_type = Vec::new();
    put_bytes(&mut of_type, 1, &tensor);
    let mut info = Vec::new();
    put_bytes(&mut info, 1, name.as_bytes());
    put_bytes(&mut info, 2, &of_type);
    info
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_number(out: &mut Vec<u8>, field: u64, value: i64) {
    put_varint(out, field << 3);
    put_varint(out, value as u64);
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
