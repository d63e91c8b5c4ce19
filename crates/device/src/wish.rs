//! Which device a person wants.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `auto`, `cpu`, `gpu` or `gpu:N`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceWish {
    /// A GPU where one works, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// Any GPU; the CPU steps in when none can do it, and that counts as a fallback.
    Gpu,
    /// The GPU with this index in the driver's list and no other; the CPU steps in as for `Gpu`.
    GpuIndex(u32),
}

impl DeviceWish {
    /// Whether a GPU may be used.
    pub fn allows_gpu(self) -> bool {
        self != Self::Cpu
    }

    /// Whether this GPU is meant.
    pub fn allows_index(self, index: u32) -> bool {
        match self {
            Self::Auto | Self::Gpu => true,
            Self::Cpu => false,
            Self::GpuIndex(wanted) => wanted == index,
        }
    }
}

/// A word that names no device.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a device; use auto, cpu, gpu, or gpu:N with N from `reel gpu`")]
pub struct WishError(pub String);

impl FromStr for DeviceWish {
    type Err = WishError;

    fn from_str(text: &str) -> Result<Self, WishError> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => text
                .strip_prefix("gpu:")
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok())
                .map(Self::GpuIndex)
                .ok_or_else(|| WishError(text.to_owned())),
        }
    }
}

impl fmt::Display for DeviceWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu => f.write_str("gpu"),
            Self::GpuIndex(index) => write!(f, "gpu:{index}"),
        }
    }
}

impl TryFrom<String> for DeviceWish {
    type Error = WishError;

    fn try_from(text: String) -> Result<Self, WishError> {
        text.parse()
    }
}

impl From<DeviceWish> for String {
    fn from(wish: DeviceWish) -> Self {
        wish.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish_reads_back_as_itself() {
        for text in ["auto", "cpu", "gpu", "gpu:0", "gpu:13"] {
            let wish: DeviceWish = text.parse().unwrap();
            assert_eq!(wish.to_string(), text);
            let json = serde_json::to_string(&wish).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<DeviceWish>(&json).unwrap(), wish);
        }
    }

    #[test]
    fn a_word_that_names_no_device_is_refused_with_what_would_do() {
        for text in ["", "GPU", "cuda", "gpu:", "gpu:-1", "gpu:+1", "gpu:1x", "gpu:99999999999", "gpu 1"] {
            let error = text.parse::<DeviceWish>().unwrap_err();
            assert!(error.to_string().contains("gpu:N"), "{error}");
        }
    }
}
