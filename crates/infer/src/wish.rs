//! Where a network should run, and where it does.

use std::fmt;
use std::path::PathBuf;

use reel_device::DeviceWish;

use crate::freeze::Frozen;

/// How a network is loaded. All of it is data of a plan: nothing is guessed from the machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Wish {
    /// Which device; `auto` and `gpu` try TensorRT, CUDA, the CPU, in that order.
    pub device: DeviceWish,
    /// Threads of one operator on the CPU. The caller is one of them.
    pub threads: usize,
    /// Most bytes of device memory; nothing: as many as there are.
    pub device_memory_bytes: Option<usize>,
    /// Where TensorRT keeps the engines that it builds for minutes; nothing: TensorRT is not tried.
    pub engines: Option<PathBuf>,
    /// Let TensorRT calculate in 16 bits what is made for 32. A network that takes 16-bit floats is calculated in them anyway.
    pub half_precision: bool,
    /// What the input `src`, or the only one, will be given: rows of the batch, channels, height, width. With it TensorRT compiles
    /// while the network is loaded, and CUDA takes over what it cannot compile. Sizes of the network's own come first.
    pub picture: Option<[usize; 4]>,
    /// Inputs that get one value for good, before anything is compiled.
    pub frozen: Vec<Frozen>,
}

impl Wish {
    /// A device and threads; nothing frozen, no engines kept, nothing known of the pictures.
    pub fn new(device: DeviceWish, threads: usize) -> Self {
        Self {
            device,
            threads,
            device_memory_bytes: None,
            engines: None,
            half_precision: false,
            picture: None,
            frozen: Vec::new(),
        }
    }

    /// The same with an input frozen to this value.
    pub fn with_frozen(mut self, frozen: Frozen) -> Self {
        self.frozen.push(frozen);
        self
    }

    /// What is tried, in order. The CPU always comes last: that it stepped in is told by [`crate::Network::why_not`].
    pub(crate) fn order(&self) -> Vec<Provider> {
        let gpu = match self.device {
            DeviceWish::Cpu => return vec![Provider::Cpu],
            DeviceWish::Auto | DeviceWish::Gpu => 0,
            DeviceWish::GpuIndex(index) => index,
        };
        let tensor_rt = self.engines.is_some().then_some(Provider::TensorRt(gpu));
        tensor_rt.into_iter().chain([Provider::Cuda(gpu), Provider::Cpu]).collect()
    }
}

/// What runs a network. The number is CUDA's index of the GPU, which is the driver's own order where
/// `CUDA_DEVICE_ORDER=PCI_BUS_ID` is set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Provider {
    /// NVIDIA's compiler of networks, on this GPU.
    TensorRt(u32),
    /// CUDA and cuDNN, on this GPU.
    Cuda(u32),
    /// The CPU.
    Cpu,
}

impl Provider {
    /// Whether it is a GPU.
    pub fn is_gpu(self) -> bool {
        self != Self::Cpu
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TensorRt(gpu) => write!(f, "TensorRT on GPU {gpu}"),
            Self::Cuda(gpu) => write!(f, "CUDA on GPU {gpu}"),
            Self::Cpu => f.write_str("the CPU"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(device: DeviceWish, expected: &[Provider]) {
        let engines = Some(PathBuf::from("engines"));
        assert_eq!(Wish { engines, ..Wish::new(device, 1) }.order(), expected);
    }

    #[test]
    fn tensor_rt_is_not_tried_where_its_engines_cannot_be_kept() {
        let order = Wish::new(DeviceWish::GpuIndex(2), 1).order();
        assert_eq!(order, [Provider::Cuda(2), Provider::Cpu]);
    }

    #[test]
    fn the_cpu_comes_last_and_is_alone_when_it_is_wanted() {
        use Provider::{Cpu, Cuda, TensorRt};
        check(DeviceWish::Cpu, &[Cpu]);
        check(DeviceWish::Auto, &[TensorRt(0), Cuda(0), Cpu]);
        check(DeviceWish::Gpu, &[TensorRt(0), Cuda(0), Cpu]);
        check(DeviceWish::GpuIndex(3), &[TensorRt(3), Cuda(3), Cpu]);
    }
}
