//! From a WebAssembly file to the JavaScript and the types that the page imports.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::root;

/// Writes `web/src/engine/pkg`.
pub(crate) fn generate(input: &Path) -> Result<()> {
    let out = root().join("web/src/engine/pkg");
    Bindgen::new()
        .input_path(input)
        .out_name("floater")
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)?;
    let size = std::fs::metadata(out.join("floater_bg.wasm"))?.len();
    println!(
        "web/src/engine/pkg: {} KiB of WebAssembly",
        size.div_ceil(1024)
    );
    Ok(())
}
