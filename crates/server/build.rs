//! Builds the crate again when the page was built again. A page that is built for the first time is seen once this file is
//! touched: watching a folder that is not there would build the crate each time.

use std::path::Path;

fn main() {
    let page = "../../web/dist";
    let watched = if Path::new(page).is_dir() { page } else { "build.rs" };
    println!("cargo:rerun-if-changed={watched}");
}
