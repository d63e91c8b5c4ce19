//! What a network must take and give to be used as a model.

use serde::{Deserialize, Serialize};

use crate::port::{ElementKind, Port};

/// The sorts of networks that reel can use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    /// One picture of three channels in, one matte out, nothing remembered.
    Image,
    /// RVM: `src`, four states, `downsample_ratio` in; `fgr`, `pha`, four states out.
    Rvm,
}

impl Contract {
    /// Which one these inputs and outputs fulfil.
    ///
    /// # Errors
    /// None of them; what was seen.
    pub fn of(inputs: &[Port], outputs: &[Port]) -> Result<Self, String> {
        if is_rvm(inputs, outputs) {
            return Ok(Self::Rvm);
        }
        if is_image(inputs, outputs) {
            return Ok(Self::Image);
        }
        let list = |ports: &[Port]| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Err(format!("it takes {} and gives {}", list(inputs), list(outputs)))
    }

    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Rvm => "rvm",
        }
    }
}

fn is_rvm(inputs: &[Port], outputs: &[Port]) -> bool {
    let find = |ports: &[Port], name: &str| ports.iter().find(|port| port.name == name).cloned();
    let Some(src) = find(inputs, "src") else { return false };
    let like_src =
        |port: Option<Port>| port.is_some_and(|port| port.kind == src.kind && port.shape.len() == 4);
    let states = (1..=4).all(|state| {
        like_src(find(inputs, &format!("r{state}i"))) && like_src(find(outputs, &format!("r{state}o")))
    });
    let ratio = find(inputs, "downsample_ratio").is_some_and(|port| port.kind == ElementKind::F32);
    let pictures = like_src(find(outputs, "fgr")) && like_src(find(outputs, "pha"));
    src.kind != ElementKind::Other && states && ratio && pictures && inputs.len() == 6 && outputs.len() == 6
}

fn is_image(inputs: &[Port], outputs: &[Port]) -> bool {
    let channels = |ports: &[Port], count: usize| match ports {
        [port] => {
            port.kind != ElementKind::Other
                && port.shape.len() == 4
                && port.shape.get(1) == Some(&Some(count))
        }
        _ => false,
    };
    channels(inputs, 3) && channels(outputs, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, shape: [Option<usize>; 4]) -> Port {
        Port { name: name.to_owned(), kind: ElementKind::F32, shape: shape.to_vec() }
    }

    #[test]
    fn one_picture_in_and_one_matte_out_is_an_image_network() {
        let (src, pha) =
            (port("img", [None, Some(3), None, None]), port("a", [Some(1), Some(1), None, None]));
        assert_eq!(Contract::of(std::slice::from_ref(&src), std::slice::from_ref(&pha)), Ok(Contract::Image));
        let seen = Contract::of(&[pha], &[src]).unwrap_err();
        assert_eq!(seen, "it takes a f32[1,1,?,?] and gives img f32[?,3,?,?]");
    }
}
