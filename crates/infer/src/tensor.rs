//! Tensors as plain slices, on their way in and out.

use half::f16;
use ort::session::SessionInputValue;
use ort::value::{DynValue, Tensor, TensorElementType, TensorRef};

use crate::error::{InferError, one_line};
use crate::port::ElementKind;

/// Elements in row-major order, outermost size first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Data<'a> {
    /// 32-bit floats.
    F32(&'a [f32]),
    /// 16-bit floats.
    F16(&'a [f16]),
}

/// A tensor that lies in somebody's slice; it is never copied on the CPU.
#[derive(Clone, PartialEq, Debug)]
pub struct View<'a> {
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// Its elements.
    pub data: Data<'a>,
}

impl<'a> View<'a> {
    /// 32-bit floats of this shape.
    pub fn f32(shape: &[usize], data: &'a [f32]) -> Self {
        Self { shape: shape.to_vec(), data: Data::F32(data) }
    }

    /// 16-bit floats of this shape.
    pub fn f16(shape: &[usize], data: &'a [f16]) -> Self {
        Self { shape: shape.to_vec(), data: Data::F16(data) }
    }

    /// What it is made of.
    pub fn kind(&self) -> ElementKind {
        match self.data {
            Data::F32(_) => ElementKind::F32,
            Data::F16(_) => ElementKind::F16,
        }
    }

    fn is_whole(&self) -> bool {
        let count = match self.data {
            Data::F32(data) => data.len(),
            Data::F16(data) => data.len(),
        };
        element_count(&self.shape) == Some(count) && count > 0
    }

    /// As the library wants it, without a copy.
    pub(crate) fn input(&self, name: &str) -> Result<SessionInputValue<'a>, InferError> {
        let mismatch = |detail: String| InferError::Mismatch { detail: format!("{name}: {detail}") };
        if !self.is_whole() {
            return Err(mismatch(format!("the shape {:?} does not fit the number of elements", self.shape)));
        }
        let made = match self.data {
            Data::F32(data) => {
                TensorRef::from_array_view((self.shape.clone(), data)).map(SessionInputValue::from)
            }
            Data::F16(data) => {
                TensorRef::from_array_view((self.shape.clone(), data)).map(SessionInputValue::from)
            }
        };
        made.map_err(|error| mismatch(one_line(error.message())))
    }
}

impl View<'_> {
    /// A copy that the library owns.
    pub(crate) fn to_owned_value(&self, name: &str) -> Result<DynValue, InferError> {
        let shape = self.shape.clone();
        let made = match self.data {
            Data::F32(data) => Tensor::from_array((shape, data.to_vec())).map(Tensor::into_dyn),
            Data::F16(data) => Tensor::from_array((shape, data.to_vec())).map(Tensor::into_dyn),
        };
        made.map_err(|error| InferError::Mismatch {
            detail: format!("{name}: {}", one_line(error.message())),
        })
    }
}

/// What a run brought. The memory is the library's own; it goes back when this is dropped.
#[derive(Debug)]
pub struct Outputs(pub(crate) Vec<(String, DynValue)>);

impl Outputs {
    /// An output by its name.
    ///
    /// # Errors
    /// There is none of that name, or it is not made of floats.
    pub fn view(&self, name: &str) -> Result<View<'_>, InferError> {
        let found = self.0.iter().find(|(known, _)| known == name);
        let (_, value) =
            found.ok_or_else(|| InferError::Mismatch { detail: format!("there is no output {name}") })?;
        view(name, value)
    }

    /// The 32-bit floats of an output.
    ///
    /// # Errors
    /// As [`Outputs::view`]; or it is made of something else.
    pub fn f32(&self, name: &str) -> Result<&[f32], InferError> {
        match self.view(name)?.data {
            Data::F32(data) => Ok(data),
            Data::F16(_) => Err(InferError::Mismatch { detail: format!("{name}: made of 16-bit floats") }),
        }
    }

    /// The names, in the network's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Looks at a value that lies in memory of the CPU.
pub(crate) fn view<'a>(name: &str, value: &'a DynValue) -> Result<View<'a>, InferError> {
    let mismatch = |detail: &str| InferError::Mismatch { detail: format!("{name}: {detail}") };
    let sizes = |shape: &[i64]| shape.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect();
    let made = match value.dtype().tensor_type() {
        Some(TensorElementType::Float32) => value
            .try_extract_tensor()
            .map(|(shape, data)| View { shape: sizes(shape), data: Data::F32(data) }),
        Some(TensorElementType::Float16) => value
            .try_extract_tensor()
            .map(|(shape, data)| View { shape: sizes(shape), data: Data::F16(data) }),
        _ => return Err(mismatch("not made of floats")),
    };
    made.map_err(|error| mismatch(&one_line(error.message())))
}

/// A tensor of our own from bytes in the machine's order.
pub(crate) fn owned(kind: ElementKind, shape: &[usize], bytes: &[u8]) -> Result<DynValue, InferError> {
    let mismatch = |detail: String| InferError::Mismatch { detail };
    let fits = element_count(shape).and_then(|count| count.checked_mul(kind.size_bytes()));
    if fits != Some(bytes.len()) || bytes.is_empty() {
        return Err(mismatch(format!("{} bytes do not make a tensor of shape {shape:?}", bytes.len())));
    }
    let made = match kind {
        ElementKind::F32 => {
            let data: Vec<f32> = bytes.as_chunks().0.iter().map(|&four| f32::from_ne_bytes(four)).collect();
            Tensor::from_array((shape, data)).map(Tensor::into_dyn)
        }
        ElementKind::F16 => {
            let data: Vec<f16> = bytes.as_chunks().0.iter().map(|&two| f16::from_ne_bytes(two)).collect();
            Tensor::from_array((shape, data)).map(Tensor::into_dyn)
        }
        ElementKind::Other => return Err(mismatch("only floats are made here".to_owned())),
    };
    made.map_err(|error| mismatch(one_line(error.message())))
}

/// The product of the sizes, if it is a number.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    let count = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size))?;
    // The library counts in i64, and so does the address space.
    (count <= isize::MAX as usize / 8).then_some(count)
}
