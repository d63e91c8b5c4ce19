//! What goes into a network and what comes out, by name.

use std::fmt;

use ort::value::{Outlet, TensorElementType, ValueType};

/// One input or output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What its tensors are made of.
    pub kind: ElementKind,
    /// Its sizes, outermost first; nothing where the network takes any.
    pub shape: Vec<Option<usize>>,
}

/// What a tensor is made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ElementKind {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// What is neither given nor taken here: integers, text, sequences.
    Other,
}

impl ElementKind {
    /// Bytes of one element; none for what is not handled here.
    pub(crate) fn size_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::Other => 0,
        }
    }
}

impl Port {
    pub(crate) fn of(outlet: &Outlet) -> Self {
        let (kind, shape) = match outlet.dtype() {
            ValueType::Tensor { ty, shape, .. } => {
                let kind = match ty {
                    TensorElementType::Float32 => ElementKind::F32,
                    TensorElementType::Float16 => ElementKind::F16,
                    _ => ElementKind::Other,
                };
                (kind, shape.iter().map(|&size| usize::try_from(size).ok()).collect())
            }
            _ => (ElementKind::Other, Vec::new()),
        };
        Self { name: outlet.name().to_owned(), kind, shape }
    }
}

impl fmt::Display for Port {
    /// For example `src f32[?,3,256,256]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ElementKind::F32 => "f32",
            ElementKind::F16 => "f16",
            ElementKind::Other => "other",
        };
        let sizes =
            self.shape.iter().map(|size| size.map_or_else(|| "?".to_owned(), |size| size.to_string()));
        write!(f, "{} {kind}[{}]", self.name, sizes.collect::<Vec<_>>().join(","))
    }
}
