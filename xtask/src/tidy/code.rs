//! What stands in the Rust files: lengths, and what a crate may not touch.

use std::ops::RangeInclusive;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Findings;
use super::closure::PURE;
use super::files::{Source, check_lines, is_logic};

/// A function has at most so many lines of logic.
const LINES: usize = 80;

/// What a pure crate does not touch: time, files, sockets and tasks belong to drivers.
const DRIVERS: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

/// The driver inside of a crate that is pure without the feature that brings it.
const DRIVER: &str = "crates/punch/src/socket";

/// Who may name what, beyond the pure crates (I3).
const ALONE: &[(&str, &str)] = &[
    ("sqlx", "crates/server/src/store"),
    ("rusqlite", "crates/server/src/store"),
    ("lettre", "crates/server/src/mail"),
];

/// Holds the rules for Rust.
pub(super) fn check(findings: &mut Findings, sources: &[Source]) {
    for source in sources.iter().filter(|source| source.is_rust()) {
        match syn::parse_file(&source.text) {
            Ok(file) => check_file(findings, source, &file),
            Err(error) => findings.add(format!("{}: {error}", source.path)),
        }
    }
}

fn check_file(findings: &mut Findings, source: &Source, file: &syn::File) {
    let mut reader = Reader {
        source,
        findings,
        is_pure: is_pure(&source.path),
        tests: Vec::new(),
    };
    reader.visit_file(file);
    let tests = std::mem::take(&mut reader.tests);
    let in_tests = |line: usize| tests.iter().any(|range| range.contains(&line));
    let lines = source.text.lines().enumerate();
    let logic = lines
        .filter(|(at, line)| is_logic(line) && !in_tests(at + 1))
        .count();
    check_lines(findings, &source.path, logic);
}

pub(crate) fn is_pure(path: &str) -> bool {
    let is_test = path.ends_with("tests.rs") || path.contains("/tests/");
    !is_test
        && !path.starts_with(DRIVER)
        && PURE
            .iter()
            .any(|name| path.starts_with(&format!("crates/{name}/src/")))
}

struct Reader<'a> {
    source: &'a Source,
    findings: &'a mut Findings,
    is_pure: bool,
    /// The lines of test modules inside this file.
    tests: Vec<RangeInclusive<usize>>,
}

impl Reader<'_> {
    fn tell(&mut self, span: Span, what: &str) {
        let line = span.start().line;
        self.findings
            .add(format!("{}:{line}: {what}", self.source.path));
    }

    fn function(&mut self, name: &syn::Ident, block: &syn::Block) {
        let (from, to) = (block.span().start().line, block.span().end().line);
        let body = self
            .source
            .text
            .lines()
            .skip(from)
            .take(to.saturating_sub(from + 1));
        let lines = body.filter(|line| is_logic(line)).count();
        if lines > LINES {
            self.tell(
                name.span(),
                &format!("{name} has {lines} lines, at most {LINES}"),
            );
        }
    }

    fn asynchronous(&mut self, span: Span) {
        if self.is_pure {
            self.tell(span, "a pure crate has no async");
        }
    }

    /// A path as written, from its first segment.
    fn named(&mut self, span: Span, path: &str) {
        let begins = |with: &str| path == with || path.starts_with(&format!("{with}::"));
        if self.is_pure && DRIVERS.iter().any(|it| begins(it)) {
            self.tell(span, &format!("a pure crate does not name {path}"));
        }
        for (crate_name, home) in ALONE {
            if begins(crate_name) && !self.source.path.starts_with(home) {
                self.tell(span, &format!("only {home} names {crate_name} (I3)"));
            }
        }
    }

    fn used(&mut self, before: &str, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(it) => self.used(&joined(before, &it.ident), &it.tree),
            syn::UseTree::Name(it) => self.named(it.span(), &joined(before, &it.ident)),
            syn::UseTree::Rename(it) => self.named(it.span(), &joined(before, &it.ident)),
            syn::UseTree::Glob(it) => self.named(it.span(), before),
            syn::UseTree::Group(it) => it.items.iter().for_each(|one| self.used(before, one)),
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.attrs.iter().any(is_for_tests) {
            let span = module.span();
            self.tests.push(span.start().line..=span.end().line);
            let outside = std::mem::replace(&mut self.is_pure, false);
            visit::visit_item_mod(self, module);
            self.is_pure = outside;
        } else {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(word) = signature.asyncness {
            self.asynchronous(word.span());
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.asynchronous(block.span());
        visit::visit_expr_async(self, block);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.used("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        if segments.len() > 1 {
            self.named(path.span(), &segments.join("::"));
        }
        visit::visit_path(self, path);
    }
}

fn joined(before: &str, ident: &syn::Ident) -> String {
    if before.is_empty() {
        ident.to_string()
    } else {
        format!("{before}::{ident}")
    }
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}
