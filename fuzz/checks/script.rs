//! Bytes that a fuzzer chose, read as operations and their arguments.

/// What is left to read.
pub(crate) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next operation, while there is one.
    pub(crate) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A byte; 0 where there is none.
    pub(crate) fn byte(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u8) -> u8 {
        self.byte() % bound.max(1)
    }

    /// As many bytes as the next one says, or all that are left.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let count = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        bytes
    }
}

/// What operations happen to.
pub(crate) trait World<'a> {
    fn script(&mut self) -> &mut Script<'a>;
    fn operate(&mut self, operation: u8);
}

/// Does what the script says, up to `most` operations.
pub(crate) fn play<'a>(world: &mut impl World<'a>, most: usize) {
    for _ in 0..most {
        let Some(operation) = world.script().next() else {
            return;
        };
        world.operate(operation);
    }
}
