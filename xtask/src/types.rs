//! `web/src/engine/types.ts`: what crosses between page and engine, from the Rust types.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use anyhow::{Result, bail};
use floater_core::{Answer, Command, Event, Picture};
use ts_rs::{Config, TS, TypeVisitor};

use crate::shell::root;

const PATH: &str = "web/src/engine/types.ts";

/// Writes the file, or proves it current.
pub(crate) fn write(check: bool) -> Result<()> {
    let text = text()?;
    let path = root().join(PATH);
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    if current == text {
        return Ok(());
    }
    if check {
        bail!("{PATH} is not what the Rust types say: run `cargo xtask codegen`");
    }
    std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
    std::fs::write(path, text)?;
    println!("wrote {PATH}");
    Ok(())
}

fn text() -> Result<String> {
    let mut found = Found {
        config: Config::new(),
        seen: HashSet::new(),
        types: BTreeMap::new(),
    };
    found.visit::<Command>();
    found.visit::<Picture>();
    found.visit::<Event>();
    found.visit::<Answer>();
    let mut text = String::from("// Written by `cargo xtask codegen` from the Rust types.\n");
    for declaration in found.types.values() {
        write!(text, "\n{declaration}")?;
    }
    Ok(text)
}

struct Found {
    config: Config,
    seen: HashSet<TypeId>,
    types: BTreeMap<String, String>,
}

impl TypeVisitor for Found {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(&self.config));
            self.types.insert(T::ident(&self.config), declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
